//! What an earlier process left in the folder: a running cluster, children of a killed one, or a stale process file.
//!
//! Called with the owner's lock held, so nobody who is alive means to use the cluster.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::bounded;
use crate::error::Error;
use crate::pid_file::PidFile;
use crate::postmaster::{About, Answer, Postmaster, send};
use crate::processes;
use crate::site::Site;
use crate::socket_dir;

/// A cluster may still be starting, recovering or shutting down when we come.
const SETTLE_LIMIT: Duration = Duration::from_secs(60);
/// One that says nothing at all for so long is stuck.
const SILENCE_LIMIT: Duration = Duration::from_secs(5);
/// Children notice at once that their postmaster is gone, unless a long statement keeps them busy.
const LEAVE_LIMIT: Duration = Duration::from_secs(3);

/// Adopts a running cluster that fits; else makes sure that nothing of the old one is left.
pub(crate) fn settle(site: &Site) -> Result<Option<Postmaster>, Error> {
    let Some(file) = PidFile::read(&site.home.data())? else {
        end_orphans(site)?;
        return drop_unreadable(site).map(|()| None);
    };
    let socket_dir = file.socket_dir.clone().unwrap_or_default();
    let mut postmaster = Postmaster { pid: file.pid, socket_dir, child: None };
    if !postmaster.is_gone(site)? {
        match wait_for_answer(site, &mut postmaster)? {
            Some(about) if fits(&about, site) => return Ok(Some(postmaster)),
            Some(about) => tracing::info!(pid = file.pid, ?about, "stopping a left-over Postgres that does not fit"),
            None => tracing::info!(pid = file.pid, "stopping a left-over Postgres that does not answer"),
        }
        postmaster.stop(site)?;
    }
    end_orphans(site)?;
    drop_reused_pid(site, &file)?;
    socket_dir::remove(&postmaster.socket_dir);
    Ok(None)
}

/// The same data, binaries and promises as a cluster that we would start.
fn fits(about: &About, site: &Site) -> bool {
    let same_data = about.data.canonicalize().is_ok_and(|data| data == site.home.data());
    same_data && about.ours && about.version == site.binaries.version.text && about.durable == site.durable
}

/// Waits until a left-over answers; `None` when it ends or stays silent.
fn wait_for_answer(site: &Site, postmaster: &mut Postmaster) -> Result<Option<About>, Error> {
    let mut silent_since = None;
    let settled = bounded::poll(SETTLE_LIMIT, || match postmaster.ask() {
        Answer::Ready(about) => Ok(Some(Some(about))),
        _ if postmaster.is_gone(site)? => Ok(Some(None)),
        Answer::NotYet => {
            silent_since = None;
            Ok::<_, Error>(None)
        }
        // It may not have opened its socket yet, or have closed it already.
        Answer::None(failure) => {
            tracing::debug!(pid = postmaster.pid, %failure, "the left-over Postgres gives no answer");
            let since = silent_since.get_or_insert_with(Instant::now);
            Ok((since.elapsed() >= SILENCE_LIMIT).then_some(None))
        }
    })?;
    Ok(settled.flatten())
}

/// Waits for processes without a postmaster to leave, and ends those that do not. Postgres must not start beside them: they still
/// write to its files.
fn end_orphans(site: &Site) -> Result<(), Error> {
    let none_left = || processes::of_cluster(site).map(|left| left.is_empty().then_some(()));
    if bounded::poll(LEAVE_LIMIT, none_left)?.is_some() {
        return Ok(());
    }
    for signal in ["QUIT", "KILL"] {
        let left = processes::of_cluster(site)?;
        tracing::warn!(processes = ?left, signal, "ending Postgres processes whose postmaster is gone");
        left.iter().for_each(|&pid| send(site, signal, pid));
        if bounded::poll(LEAVE_LIMIT, none_left)?.is_some() {
            return Ok(());
        }
    }
    match processes::of_cluster(site)?.first() {
        Some(&pid) => Err(site.did_not_stop(pid)),
        None => Ok(()),
    }
}

/// Removes a process file whose number belongs to somebody else by now: Postgres would take that process for a postmaster and refuse
/// to start. Every other stale file with a number is left to Postgres, which checks it better than we can.
fn drop_reused_pid(site: &Site, file: &PidFile) -> Result<(), Error> {
    if Path::new("/proc").join(file.pid.to_string()).exists() { remove_pid_file(site) } else { Ok(()) }
}

/// Removes a process file without a number, which a Postgres leaves that was killed before it wrote it: the next one would refuse to
/// start.
fn drop_unreadable(site: &Site) -> Result<(), Error> {
    if PidFile::path(&site.home.data()).exists() { remove_pid_file(site) } else { Ok(()) }
}

/// Only where all processes can be listed, and none of the cluster's was: the file also guards against the children.
fn remove_pid_file(site: &Site) -> Result<(), Error> {
    if !processes::all_can_be_listed() {
        return Ok(());
    }
    let path = PidFile::path(&site.home.data());
    match fs::remove_file(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove the stale", &path)(e)),
        _ => Ok(()),
    }
}
