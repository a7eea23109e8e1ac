//! Starting the postmaster and waiting until it answers.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::log;
use crate::postmaster::{Answer, Postmaster};
use crate::settings;
use crate::site::Site;
use crate::socket_dir;

/// Recovery after a crash reads up to 1 GB of log; a clean start takes a fraction of a second.
const READY_LIMIT: Duration = Duration::from_secs(120);

/// Starts the cluster; on failure nothing of it is left running.
pub(crate) fn launch(site: &Site) -> Result<Postmaster, Error> {
    launch_in(site, &socket_dir::make(&site.identity)?)
}

/// Starts the cluster with its socket in this folder.
pub(crate) fn launch_in(site: &Site, socket_dir: &Path) -> Result<Postmaster, Error> {
    let path = site.home.log();
    let started = log::open(&path).and_then(|(log, begin)| Ok((spawn(site, log, socket_dir)?, begin)));
    let (mut postmaster, log_begin) = started.inspect_err(|_| socket_dir::remove(socket_dir))?;
    match wait_until_ready(site, &mut postmaster)? {
        Ok(()) => Ok(postmaster),
        Err(reason) => {
            let tail = log::tail(&path, log_begin);
            postmaster.stop(site)?;
            Err(Error::DidNotStart { reason, log: path, tail })
        }
    }
}

/// In a process group of its own: Ctrl-C in a terminal reaches every process of the group at once, and Postgres must not stop before
/// we have finished with it.
fn spawn(site: &Site, log: std::fs::File, socket_dir: &Path) -> Result<Postmaster, Error> {
    let program = site.binaries.program("postgres");
    let for_stdout = log.try_clone().map_err(Error::io("share", &site.home.log()))?;
    let mut postgres = site.command("postgres");
    postgres.args(settings::arguments(&site.home.data(), socket_dir, site.durable));
    postgres.stdin(Stdio::null()).stdout(for_stdout).stderr(log).process_group(0);
    let child = postgres.spawn().map_err(Error::io("run", &program))?;
    Ok(Postmaster { pid: child.id(), socket_dir: socket_dir.to_owned(), child: Some(child) })
}

/// The inner error says why it will not become ready.
fn wait_until_ready(site: &Site, postmaster: &mut Postmaster) -> Result<Result<(), String>, Error> {
    let mut last = "no answer".to_owned();
    let ready = bounded::poll(READY_LIMIT, || {
        if postmaster.is_gone(site)? {
            return Ok(Some(Err("it ended while starting".to_owned())));
        }
        match postmaster.ask() {
            Answer::Ready(_) => return Ok::<_, Error>(Some(Ok(()))),
            Answer::NotYet => last = "it is still recovering".to_owned(),
            Answer::None(failure) => last = failure.to_string(),
        }
        Ok(None)
    })?;
    Ok(ready.unwrap_or_else(|| Err(format!("not ready after {} s: {last}", READY_LIMIT.as_secs()))))
}
