//! The folder of the socket: short, since a socket's path is limited to 107 bytes (103 on macOS), and private, since it is the only
//! door and there is no password.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::identity::Identity;
use crate::settings::PORT;

/// Short on every system; a temporary folder named by the environment may be long.
const PARENT: &str = "/tmp";
const PREFIX: &str = "throughline-";

/// Makes a new folder that only the user of Postgres (and root) can enter. Its name is never given again: a stale process file that
/// names an old folder must not lead to somebody's new one.
pub(crate) fn make(identity: &Identity) -> Result<PathBuf, Error> {
    let private = Permissions::from_mode(0o700);
    let made = tempfile::Builder::new().prefix(PREFIX).rand_bytes(12).permissions(private).tempdir_in(PARENT);
    let folder = made.map_err(Error::io("make a folder in", Path::new(PARENT)))?.keep();
    identity.own(&folder).map(|()| folder)
}

/// Makes a folder of [`make`] again: the same name, for those who know it.
pub(crate) fn make_again(identity: &Identity, folder: &Path) -> Result<(), Error> {
    DirBuilder::new().mode(0o700).create(folder).map_err(Error::io("make again", folder))?;
    identity.own(folder)
}

/// The socket in a folder.
pub(crate) fn socket(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Removes a folder that [`make`] made, once nobody listens there any more; leaves any other alone.
pub(crate) fn remove(folder: &Path) {
    let ours = folder.parent() == Some(Path::new(PARENT))
        && folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    if !ours {
        return;
    }
    let socket = socket(folder);
    // A killed Postgres leaves both files; after an orderly end they are gone.
    let lock = format!("{}.lock", socket.display());
    for file in [&socket, Path::new(&lock)] {
        if let Err(e) = fs::remove_file(file)
            && e.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %file.display(), error = %e, "could not remove a left-over socket");
        }
    }
    if let Err(e) = fs::remove_dir(folder)
        && e.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), error = %e, "could not remove the socket's folder");
    }
}
