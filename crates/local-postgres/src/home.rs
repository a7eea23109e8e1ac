//! The folder of one cluster and what lies in it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folder that holds one cluster: data, log, owner's lock and, where needed, a copy of the binaries.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// Makes the folder when it is missing. Its path becomes absolute and free of symlinks, since Postgres reports its own so.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))?;
        let folder = folder.canonicalize().map_err(Error::io("resolve", folder))?;
        Ok(Self(folder))
    }

    /// Lets other users pass through the folder (not list it), since Postgres runs as one of them. Parents stay as they are.
    pub(crate) fn let_others_pass(&self) -> Result<(), Error> {
        let mode = fs::metadata(&self.0).map_err(Error::io("read", &self.0))?.mode();
        fs::set_permissions(&self.0, fs::Permissions::from_mode(mode | 0o011)).map_err(Error::io("open up", &self.0))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What Postgres calls its data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// Where `initdb` works; renamed to [`Self::data`] when complete, so that a killed `initdb` leaves no half cluster there.
    pub(crate) fn unfinished_data(&self) -> PathBuf {
        self.0.join("data.unfinished")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("postgres.log")
    }

    pub(crate) fn owner(&self) -> PathBuf {
        self.0.join("owner.lock")
    }

    pub(crate) fn binaries(&self) -> PathBuf {
        self.0.join("binaries")
    }

    /// The major version that wrote the data; `None` when there are none yet.
    pub(crate) fn data_major(&self) -> Result<Option<u32>, Error> {
        let file = self.data().join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read", &file)(e)),
        }
    }
}
