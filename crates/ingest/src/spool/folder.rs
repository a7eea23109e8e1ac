//! The spool's folder: one process holds it, its files are the owner's only, and a damaged file is moved aside.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::OpenError;

/// A held folder; free again when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Its lock is the folder's. The store's own file cannot carry it: it is replaced now and then.
    _lock: File,
}

impl Folder {
    /// Makes the folder when it is missing, and holds it.
    pub(super) fn hold(path: &Path) -> Result<Self, OpenError> {
        let unusable = |error: io::Error| OpenError::Unusable(format!("{}: {error}", path.display()));
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let lock = private().create(true).truncate(false).open(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Held(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The store's file, made when it is missing; the name lasts from now on.
    pub(super) fn file(&self) -> io::Result<File> {
        let (store, rescued) = (self.store(), self.rescued());
        if !store.exists() && rescued.exists() {
            // A rescue that was complete, and whose process ended between two renames.
            fs::rename(rescued, &store)?;
        }
        let file = private().create(true).truncate(false).open(store)?;
        self.sync()?;
        Ok(file)
    }

    /// Takes the store's file away.
    pub(super) fn remove_file(&self) -> io::Result<()> {
        fs::remove_file(self.store())?;
        self.sync()
    }

    /// A fresh file for what can be read of a damaged one.
    pub(super) fn rescue_file(&self) -> io::Result<File> {
        private().create(true).truncate(true).open(self.rescued())
    }

    /// Puts the rescue's file into the damaged one's place, and returns the latter's new name: an operator may want to look
    /// at it.
    pub(super) fn replace_damaged(&self) -> io::Result<PathBuf> {
        let aside = (1..).map(|n| self.path.join(format!("damaged-{n}.redb"))).find(|path| !path.exists());
        let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(self.store(), &aside)?;
        fs::rename(self.rescued(), self.store())?;
        self.sync()?;
        Ok(aside)
    }

    pub(super) fn store(&self) -> PathBuf {
        self.path.join("spool.redb")
    }

    fn rescued(&self) -> PathBuf {
        self.path.join("rescued.redb")
    }

    /// A name is durable once its folder is.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

/// Requests hold personal data: nobody but the owner reads them.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}
