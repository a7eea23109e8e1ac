//! Making a new cluster.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::settings::SUPERUSER;
use crate::site::Site;

/// It takes one to three seconds here; a slow disk has to flush 40 MB.
const LIMIT: Duration = Duration::from_secs(120);
/// The first version with a built-in Unicode locale, the same on every system.
const BUILTIN_LOCALE_MAJOR: u32 = 17;

/// Makes the data folder where there is none. What is there is never touched.
pub(crate) fn ensure(site: &Site) -> Result<(), Error> {
    let data = site.home.data();
    if data.exists() {
        return Ok(());
    }
    tracing::info!(data = %data.display(), version = %site.binaries.version.text, "initialising a Postgres cluster");
    let unfinished = site.home.unfinished_data();
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(Error::io("remove the unfinished", &unfinished))?;
    }
    DirBuilder::new().mode(0o700).create(&unfinished).map_err(Error::io("make the folder", &unfinished))?;
    site.identity.own(&unfinished)?;

    let mut initdb = site.command("initdb");
    initdb.arg("-D").arg(&unfinished).args(arguments(site.binaries.version.major, site.durable));
    let output = bounded::output(&mut initdb, LIMIT).map_err(|e| Error::Initdb { detail: e.to_string() })?;
    if !output.status.success() {
        return Err(Error::Initdb { detail: bounded::complaint(&output) });
    }
    fs::rename(&unfinished, &data).map_err(Error::io("put in place", &data))?;
    let home = site.home.path();
    if site.durable {
        File::open(home).and_then(|folder| folder.sync_all()).map_err(Error::io("flush", home))?;
    }
    Ok(())
}

/// Text sorts by code point and case works for every letter, whatever the machine's language is.
fn arguments(major: u32, durable: bool) -> Vec<&'static str> {
    // No password: the socket's folder is the door.
    let mut arguments = vec!["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"];
    if major >= BUILTIN_LOCALE_MAJOR {
        arguments.extend(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else if cfg!(target_os = "macos") {
        arguments.push("--lc-ctype=en_US.UTF-8");
    } else {
        arguments.push("--lc-ctype=C.UTF-8");
    }
    if !durable {
        arguments.push("--no-sync");
    }
    arguments
}
