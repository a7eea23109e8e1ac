//! What can still be read of a damaged file: every record carries its own frame and checksum, wherever it lies.
//!
//! Records that were stored and removed long ago may be found as well. They are stored again, and the ledger knows them;
//! so nothing is taken that is older than the ledger's memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use super::record::{self, FRAME_BYTES, MAGIC, RECORD_BYTES_MAX, Request};

/// A day less than the ledger remembers.
const AGE_MAX: TimeDelta = TimeDelta::days(6);
/// Read at once; a record that reaches over the end is read again with what follows.
const WINDOW_BYTES: usize = 2 * RECORD_BYTES_MAX;
/// Records that are handed over at once.
const GROUP_MAX: usize = 64;

/// When, whose and which: equal ones are one record that lies in two places.
type Order = (DateTime<Utc>, ProjectId, Uuid);

/// Hands over the records that can be read, oldest first, in groups. Returns how many there are.
pub(super) fn each(path: &Path, now: DateTime<Utc>, mut take: impl FnMut(&[Vec<u8>]) -> io::Result<()>) -> io::Result<usize> {
    let mut file = File::open(path)?;
    let places: Vec<(u64, usize)> = find(&mut file, now)?.into_values().collect();
    for group in places.chunks(GROUP_MAX) {
        let mut records = Vec::with_capacity(group.len());
        for (offset, bytes) in group {
            let mut record = vec![0; *bytes];
            file.read_exact_at(&mut record, *offset)?;
            records.push(record);
        }
        take(&records)?;
    }
    Ok(places.len())
}

/// Where the records lie.
fn find(file: &mut File, now: DateTime<Utc>) -> io::Result<BTreeMap<Order, (u64, usize)>> {
    let mut found = BTreeMap::new();
    let (mut window, mut offset) = (Vec::new(), 0_u64);
    loop {
        let wanted = WINDOW_BYTES - window.len();
        let is_last = file.by_ref().take(wanted as u64).read_to_end(&mut window)? < wanted;
        // What begins before this certainly ends within the window.
        let until = if is_last { window.len() } else { window.len() - RECORD_BYTES_MAX };
        let mut at = 0;
        while let Some(begin) = window[at..].windows(MAGIC.len()).position(|bytes| bytes == MAGIC).map(|next| at + next)
            && begin < until
        {
            at = begin + MAGIC.len();
            if let Some((request, bytes)) = read(&window[begin..])
                && request.arrived_at > now - AGE_MAX
            {
                found.insert((request.arrived_at, request.project, request.batch_id), (offset + begin as u64, bytes));
                at = begin + bytes;
            }
        }
        if is_last {
            return Ok(found);
        }
        let read = at.max(until);
        window.drain(..read);
        offset += read as u64;
    }
}

/// The record that begins here, if one does, and its length.
fn read(bytes: &[u8]) -> Option<(Request, usize)> {
    let length = record::framed_bytes(bytes).ok().filter(|length| *length > FRAME_BYTES)?;
    Some((record::decode(bytes.get(..length)?).ok()?, length))
}
