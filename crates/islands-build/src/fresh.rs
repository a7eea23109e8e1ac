//! What is newer than its sources is not made again.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

/// When a file was changed last; `None` when there is none.
pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Whether `made` exists and is at least as new as `source`.
pub(crate) fn is_fresh(made: &Path, source: &Path) -> bool {
    matches!((changed(made), changed(source)), (Some(made), Some(source)) if made >= source)
}

/// Writes `content` unless the file already holds it, so that its time says when it really changed.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    std::fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}
