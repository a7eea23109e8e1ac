//! Who owns a cluster: the process that holds a lock on a file in its folder.
//!
//! The kernel drops the lock when that process ends, also after kill -9. That tells a left-over cluster, which may be adopted, from
//! one in use, which may not.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::home::Home;

/// A child process holds its parent's locks too, from its fork until it becomes another program.
const LOCK_LIMIT: Duration = Duration::from_millis(500);

/// Held for as long as the cluster is ours.
#[derive(Debug)]
pub(crate) struct Ownership(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

/// Takes the folder, or says who has it.
pub(crate) fn take(home: &Home) -> Result<Ownership, Error> {
    let path = home.owner();
    // Not truncated on opening: until the lock is ours, the text is the other owner's.
    let mut file = File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io("open", &path))?;
    let locked = bounded::poll(LOCK_LIMIT, || match file.try_lock() {
        Ok(()) => Ok(Some(())),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", &path)(e)),
    })?;
    if locked.is_none() {
        let pid = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
        return Err(Error::InUse { home: home.path().to_owned(), pid });
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(Error::io("write", &path))?;
    Ok(Ownership(file))
}
