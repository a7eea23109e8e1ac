//! Binaries that the user of Postgres cannot read, as in a clone below `/root`, are copied beside the data.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use crate::binaries::Binaries;
use crate::bounded;
use crate::error::Error;
use crate::home::Home;
use crate::identity::Identity;

const ASK_LIMIT: Duration = Duration::from_secs(20);
/// What an installation consists of, beside one another; each finds the others from its own place.
const PARTS: [&str; 3] = ["bin", "lib", "share"];
/// Says which binaries a copy was made of. Written last.
const STAMP: &str = "copied-from";

/// Binaries that `identity` can run: the given ones, or a copy of them in the cluster's folder.
pub(crate) fn runnable(binaries: Binaries, identity: &Identity, home: &Home) -> Result<Binaries, Error> {
    let Err(reason) = runs(&binaries, identity) else { return Ok(binaries) };
    let refused = |reason| Error::UnusableBinaries { folder: binaries.folder.clone(), reason };
    let Some(installation) = binaries.folder.parent().filter(|folder| is_whole(folder)) else {
        return Err(refused(format!("{identity} cannot run them ({reason}), and they cannot be copied without their lib and share")));
    };
    let target = home.binaries();
    let stamp = stamp(&binaries).map_err(Error::io("read", &binaries.folder))?;
    if fs::read_to_string(target.join(STAMP)).is_ok_and(|made_of| made_of == stamp) {
        tracing::debug!(copy = %target.display(), "the copy of the Postgres binaries is current");
    } else {
        tracing::info!(from = %installation.display(), to = %target.display(), "copying the Postgres binaries, since {identity} cannot read them");
        replace(installation, &target, &stamp).map_err(Error::io("copy the Postgres binaries to", &target))?;
    }
    let copy = Binaries { folder: target.join("bin"), version: binaries.version.clone() };
    runs(&copy, identity).map_err(|reason| refused(format!("{identity} cannot run a copy of them: {reason}")))?;
    Ok(copy)
}

fn runs(binaries: &Binaries, identity: &Identity) -> Result<(), String> {
    let mut version = identity.command(binaries.program("postgres"));
    match bounded::output(version.arg("--version"), ASK_LIMIT) {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(bounded::complaint(&output)),
        Err(e) => Err(e.to_string()),
    }
}

fn is_whole(installation: &Path) -> bool {
    PARTS.iter().all(|part| installation.join(part).is_dir())
}

/// Changes whenever the binaries were installed anew.
fn stamp(binaries: &Binaries) -> io::Result<String> {
    let program = binaries.program("postgres");
    let file = fs::metadata(&program)?;
    Ok(format!("{}\n{} bytes, changed {}.{:09}\n", program.display(), file.len(), file.mtime(), file.mtime_nsec()))
}

/// Puts a new copy in place of an old one; a half copy never carries the final name.
fn replace(installation: &Path, target: &Path, stamp: &str) -> io::Result<()> {
    let unfinished = target.with_extension("unfinished");
    remove(&unfinished)?;
    make_open_folder(&unfinished)?;
    for part in PARTS {
        copy_folder(&installation.join(part), &unfinished.join(part))?;
    }
    fs::write(unfinished.join(STAMP), stamp)?;
    remove(target)?;
    fs::rename(unfinished, target)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn make_open_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

/// Copies a folder so that everybody can read it. Links within it stay links, as the libraries need.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    make_open_folder(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, kind) = entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind)))?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&source, &copy)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &copy)?;
        } else {
            fs::copy(&source, &copy)?;
            let executable = fs::metadata(&source)?.mode() & 0o100 != 0;
            fs::set_permissions(&copy, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))?;
        }
    }
    Ok(())
}
