//! One acknowledged request as bytes: framed and checked on its own, so that it can be told from damage, and found again in
//! a file that is damaged elsewhere.
//!
//! magic (4, names the version) · length of the rest behind the checksum (u32) · checksum (8) · length of the head (u32) ·
//! head (JSON) · body (zstd). Numbers are little-endian.

use std::collections::BTreeMap;

use bytes::{Buf as _, BufMut as _, Bytes};
use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::limits::BODY_BYTES_MAX;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How a record begins. Another layout gets another last letter.
pub(super) const MAGIC: [u8; 4] = *b"TLs1";
/// Magic, length and checksum.
pub(super) const FRAME_BYTES: usize = 16;
/// Facts and ids are short; the body is bounded by what the endpoints take.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// The longest record. zstd makes a body that cannot be compressed a little longer.
pub(super) const RECORD_BYTES_MAX: usize = FRAME_BYTES + 4 + HEAD_BYTES_MAX + BODY_BYTES_MAX + BODY_BYTES_MAX / 128 + 1024;
/// Fast, and JSON still shrinks to a quarter.
const ZSTD_LEVEL: i32 = 1;

/// A request that was acknowledged while it was only in the spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose it is.
    pub project: ProjectId,
    /// Which endpoint took it, in ingest's own word.
    pub endpoint: String,
    /// When it came: the clock correction is made with this, whenever it is stored.
    pub arrived_at: DateTime<Utc>,
    /// The ledger's id, given at arrival: a request without an id of its own stays one batch over repeated drains.
    pub batch_id: Uuid,
    /// What the request said beside its body and preparing must know. Never an IP address or a key.
    pub facts: BTreeMap<String, String>,
    /// The body, decompressed.
    pub body: Bytes,
}

impl Request {
    /// The request as one record; `None` when it is larger than a record may be.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        encode(self)
    }

    /// Reads a record; `None` when it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        decode(bytes).ok()
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    project: i32,
    endpoint: String,
    /// Microseconds since 1970.
    arrived_at: i64,
    batch_id: Uuid,
    #[serde(default)]
    facts: BTreeMap<String, String>,
    body_bytes: usize,
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damage {
    #[error("it does not begin like a record")]
    Magic,
    #[error("its length is wrong")]
    Length,
    #[error("its checksum is wrong")]
    Checksum,
    #[error("its head cannot be read")]
    Head,
    #[error("its body cannot be decompressed")]
    Body,
}

/// The record's bytes; `None` when it is larger than a record may be.
pub(super) fn encode(request: &Request) -> Option<Vec<u8>> {
    let head = Head {
        project: request.project.0,
        endpoint: request.endpoint.clone(),
        arrived_at: request.arrived_at.timestamp_micros(),
        batch_id: request.batch_id,
        facts: request.facts.clone(),
        body_bytes: request.body.len(),
    };
    let head = serde_json::to_vec(&head).ok().filter(|head| head.len() <= HEAD_BYTES_MAX)?;
    let body = zstd::bulk::compress(&request.body, ZSTD_LEVEL).ok().filter(|_| request.body.len() <= BODY_BYTES_MAX)?;
    let rest = 4 + head.len() + body.len();
    let mut bytes = Vec::with_capacity(FRAME_BYTES + rest);
    bytes.put_slice(&MAGIC);
    bytes.put_u32_le(rest as u32);
    bytes.put_slice(&[0; 8]);
    bytes.put_u32_le(head.len() as u32);
    bytes.put_slice(&head);
    bytes.put_slice(&body);
    let sum = checksum(&bytes[FRAME_BYTES..]);
    bytes[8..FRAME_BYTES].copy_from_slice(&sum);
    Some(bytes)
}

/// Reads a whole record.
pub(super) fn decode(bytes: &[u8]) -> Result<Request, Damage> {
    let (head, body) = checked(bytes)?;
    let plain = zstd::bulk::decompress(body, head.body_bytes.min(BODY_BYTES_MAX)).map_err(|_| Damage::Body)?;
    if plain.len() != head.body_bytes {
        return Err(Damage::Body);
    }
    Ok(Request {
        project: ProjectId(head.project),
        endpoint: head.endpoint,
        arrived_at: DateTime::from_timestamp_micros(head.arrived_at).ok_or(Damage::Head)?,
        batch_id: head.batch_id,
        facts: head.facts,
        body: plain.into(),
    })
}

/// When the request of this record came; the body is left alone.
pub(super) fn arrived_at(bytes: &[u8]) -> Result<DateTime<Utc>, Damage> {
    checked(bytes).and_then(|(head, _)| DateTime::from_timestamp_micros(head.arrived_at).ok_or(Damage::Head))
}

/// The length of the record that may begin here, as its frame says.
pub(super) fn framed_bytes(mut frame: &[u8]) -> Result<usize, Damage> {
    let mut magic = [0; 4];
    frame.try_copy_to_slice(&mut magic).map_err(|_| Damage::Length)?;
    if magic != MAGIC {
        return Err(Damage::Magic);
    }
    let rest = frame.try_get_u32_le().map_err(|_| Damage::Length)? as usize;
    Some(FRAME_BYTES + rest).filter(|bytes| *bytes <= RECORD_BYTES_MAX).ok_or(Damage::Length)
}

fn checked(bytes: &[u8]) -> Result<(Head, &[u8]), Damage> {
    if framed_bytes(bytes)? != bytes.len() {
        return Err(Damage::Length);
    }
    let (frame, mut rest) = bytes.split_at_checked(FRAME_BYTES).ok_or(Damage::Length)?;
    if frame[8..] != checksum(rest) {
        return Err(Damage::Checksum);
    }
    let head_bytes = rest.try_get_u32_le().map_err(|_| Damage::Length)? as usize;
    let (head, body) = rest.split_at_checked(head_bytes).ok_or(Damage::Length)?;
    Ok((serde_json::from_slice(head).map_err(|_| Damage::Head)?, body))
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::digest(bytes)[..8]);
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(body: Vec<u8>, fact: String) -> Request {
        Request {
            project: ProjectId(7),
            endpoint: "track".to_owned(),
            arrived_at: DateTime::from_timestamp_micros(1_778_760_000_123_456).expect("a time"),
            batch_id: Uuid::from_u128(9),
            facts: BTreeMap::from([("user-agent".to_owned(), fact)]),
            body: body.into(),
        }
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(body in proptest::collection::vec(any::<u8>(), 0..4_000), fact in "\\PC{0,40}") {
            let request = request(body, fact);
            let bytes = encode(&request).expect("it is small");
            prop_assert_eq!(arrived_at(&bytes), Ok(request.arrived_at));
            prop_assert_eq!(decode(&bytes), Ok(request));
        }

        #[test]
        fn no_changed_or_shortened_record_is_read(at in any::<prop::sample::Index>(), flip in 1_u8.., cut in any::<prop::sample::Index>()) {
            let bytes = encode(&request(b"{\"events\":[]}".repeat(9), "x".to_owned())).expect("it is small");
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= flip;
            prop_assert!(decode(&changed).is_err());
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
        }
    }

    #[test]
    fn a_body_beyond_the_limit_is_no_record() {
        assert_eq!(encode(&request(vec![0; BODY_BYTES_MAX + 1], String::new())), None);
        assert!(encode(&request(vec![0; BODY_BYTES_MAX], String::new())).is_some());
    }
}
