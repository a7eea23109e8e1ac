//! A running postmaster, started by us or adopted, and how it is asked, stopped and buried.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::processes;
use crate::session::{Failure, Session};
use crate::settings::CLUSTER_NAME;
use crate::site::Site;
use crate::socket_dir;

/// A fast shutdown writes a checkpoint; at our sizes a second or two, on a slow disk more.
const FAST_STOP_LIMIT: Duration = Duration::from_secs(30);
/// An immediate one writes nothing; Postgres itself kills what has not gone after five seconds.
const IMMEDIATE_STOP_LIMIT: Duration = Duration::from_secs(10);
const KILL_LIMIT: Duration = Duration::from_secs(5);
/// For pg_ctl, which only sends a signal.
const SIGNAL_LIMIT: Duration = Duration::from_secs(20);
/// For one answer of a healthy server.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database that always exists.
pub(crate) const MAINTENANCE: &str = "postgres";

#[derive(Debug)]
pub(crate) struct Postmaster {
    pub(crate) pid: u32,
    pub(crate) socket_dir: PathBuf,
    /// Our own child has to be waited for; an adopted one is init's.
    pub(crate) child: Option<Child>,
}

/// What a cluster says when it is asked who it is.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It works, and this is what it says of itself.
    Ready(About),
    /// It is there, but starting, recovering or shutting down.
    NotYet,
    /// No answer, or one that we cannot use.
    None(Failure),
}

/// A running cluster in its own words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) data: PathBuf,
    pub(crate) version: String,
    pub(crate) durable: bool,
    pub(crate) ours: bool,
}

impl Postmaster {
    pub(crate) fn session(&self, database: &str, patience: Duration) -> Result<Session, Failure> {
        Session::open(&socket_dir::socket(&self.socket_dir), database, patience)
    }

    /// Asks the cluster who it is.
    pub(crate) fn ask(&self) -> Answer {
        match self.ask_about() {
            Ok(about) => Answer::Ready(about),
            // cannot_connect_now
            Err(Failure::Refused { code, .. }) if code == "57P03" => Answer::NotYet,
            Err(failure) => Answer::None(failure),
        }
    }

    fn ask_about(&self) -> Result<About, Failure> {
        let mut session = self.session(MAINTENANCE, PATIENCE)?;
        let rows = session.query(
            "select current_setting('data_directory'), current_setting('server_version'), \
             current_setting('fsync'), current_setting('cluster_name')",
        )?;
        match rows.into_iter().next().as_deref() {
            Some([Some(data), Some(version), Some(fsync), Some(name)]) => {
                Ok(About { data: data.into(), version: version.clone(), durable: fsync == "on", ours: name == CLUSTER_NAME })
            }
            _ => Err(Failure::Unexpected("a row without its four settings")),
        }
    }

    /// Whether the process has ended (and, when it is our child, is buried).
    pub(crate) fn is_gone(&mut self, site: &Site) -> Result<bool, Error> {
        match &mut self.child {
            Some(child) => Ok(child.try_wait().map_err(Error::io("wait for", &site.binaries.program("postgres")))?.is_some()),
            None => Ok(!processes::of_cluster(site)?.contains(&self.pid)),
        }
    }

    /// The same for somebody who asks every second: without listing processes while one with its number is there.
    pub(crate) fn is_gone_at_a_glance(&mut self, site: &Site) -> Result<bool, Error> {
        let number_is_taken = self.child.is_none() && Path::new("/proc").join(self.pid.to_string()).exists();
        if number_is_taken { Ok(false) } else { self.is_gone(site) }
    }

    /// Stops the cluster and waits for its end: an orderly shutdown, then an immediate one, then kill. None of them loses what was
    /// committed; after the latter two, the next start recovers from the write-ahead log.
    pub(crate) fn stop(&mut self, site: &Site) -> Result<(), Error> {
        let steps = [("INT", FAST_STOP_LIMIT), ("QUIT", IMMEDIATE_STOP_LIMIT), ("KILL", KILL_LIMIT)];
        for (signal, limit) in steps {
            if self.is_gone(site)? {
                break;
            }
            if signal != "INT" {
                tracing::warn!(pid = self.pid, signal, "Postgres has not stopped in time; asking harder");
            }
            send(site, signal, self.pid);
            bounded::poll(limit, || self.is_gone(site).map(|gone| gone.then_some(())))?;
        }
        if !self.is_gone(site)? {
            return Err(site.did_not_stop(self.pid));
        }
        socket_dir::remove(&self.socket_dir);
        Ok(())
    }
}

/// Sends a signal through `pg_ctl`, since the standard library cannot. A failure shows in the wait that follows.
pub(crate) fn send(site: &Site, signal: &str, pid: u32) {
    let mut pg_ctl = site.command("pg_ctl");
    match bounded::output(pg_ctl.args(["kill", signal]).arg(pid.to_string()), SIGNAL_LIMIT) {
        Ok(output) if output.status.success() => {}
        Ok(output) => tracing::debug!(pid, signal, "pg_ctl: {}", bounded::complaint(&output)),
        Err(e) => tracing::warn!(pid, signal, error = %e, "could not run pg_ctl"),
    }
}
