//! The files that are served as they are.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::fresh;

/// Copies every file of the folder; it has no folders inside.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn copy(folder: &Path, out: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            let content = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            fresh::write(&out.join(name), &content)?;
        }
    }
    Ok(())
}
