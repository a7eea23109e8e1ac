//! A file that has its name only once it is complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Written under another name beside it, which goes away with the process's interest in it. After a crash it is left, and
/// the next export of that name replaces it.
pub(super) struct Unfinished {
    file: BufWriter<File>,
    path: PathBuf,
    partial: PathBuf,
}

impl Unfinished {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), partial })
    }

    /// Gives it its name once all of it is on the disk. Returns its bytes.
    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.file.flush()?;
        let file = self.file.get_ref();
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&self.partial, &self.path).with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(bytes)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already when it was finished.
        let _ = std::fs::remove_file(&self.partial);
    }
}
