//! The cluster: starting it reads as the specification, and dropping it stops it.

use std::path::PathBuf;
use std::time::Duration;

use crate::binaries::{self, Places};
use crate::error::Error;
use crate::home::Home;
use crate::identity::Identity;
use crate::initdb;
use crate::launch;
use crate::left_over;
use crate::owner::{self, Ownership};
use crate::postmaster::{MAINTENANCE, Postmaster};
use crate::private_copy;
use crate::session::Failure;
use crate::site::Site;
use crate::socket_dir;
use crate::url;

/// Copying the template takes well under a second; its checkpoint on a slow disk takes longer.
const CREATE_LIMIT: Duration = Duration::from_secs(60);
/// What Postgres keeps of a name.
const NAME_BYTES_MAX: usize = 63;

/// Where a cluster lives and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of this cluster alone; made when missing. Holds the data, the log, the owner's lock and, as root, perhaps a copy
    /// of the binaries.
    pub data_dir: PathBuf,
    /// The folder with `postgres`, `initdb` and `pg_ctl`; nothing else is tried when it is named.
    pub postgres_bin: Option<PathBuf>,
    /// The folder that holds `node_modules`, whose Postgres package is tried first.
    pub npm_dir: Option<PathBuf>,
    /// Whether what was committed survives a power cut. False only for tests: several times faster, and a crash of the machine may
    /// destroy the cluster.
    pub durable: bool,
}

/// A running cluster that this process owns. Dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    site: Site,
    /// `None` once stopped.
    postmaster: Option<Postmaster>,
    adopted: bool,
    // Dropped after the cluster has stopped: fields outlive `Drop::drop`.
    _ownership: Ownership,
}

impl Cluster {
    /// Starts the cluster in `options.data_dir`, or adopts the one that a killed process left running there. Blocks until it
    /// answers, at most about three minutes in the worst case; a second in the usual one, and two more for a new folder.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but those of databases; then nothing that was started here is left running.
    pub fn start(options: Options) -> Result<Self, Error> {
        let home = Home::open(&options.data_dir)?;
        let ownership = owner::take(&home)?;
        let identity = Identity::choose(&home)?;
        identity.must_enter(&home)?;
        let (named, npm_dir) = (options.postgres_bin.as_deref(), options.npm_dir.as_deref());
        let binaries = binaries::find(named, npm_dir, &Places::of_this_machine(), &home)?;
        let binaries = private_copy::runnable(binaries, &identity, &home)?;
        let site = Site { home, identity, binaries, durable: options.durable };
        let left_over = left_over::settle(&site)?;
        let adopted = left_over.is_some();
        let postmaster = match left_over {
            Some(postmaster) => postmaster,
            None => {
                initdb::ensure(&site)?;
                launch::launch(&site)?
            }
        };
        tracing::info!(
            pid = postmaster.pid,
            version = %site.binaries.version.text,
            home = %site.home.path().display(),
            user = %site.identity,
            adopted,
            "the private Postgres is ready"
        );
        Ok(Self { site, postmaster: Some(postmaster), adopted, _ownership: ownership })
    }

    /// Starts Postgres again when it has ended, under the same URL; says whether it did. Blocks as [`Cluster::start`] does.
    ///
    /// # Errors
    ///
    /// Any of a start's; then it may be tried again.
    pub fn revive(&mut self) -> Result<bool, Error> {
        let Some(postmaster) = self.postmaster.as_mut() else { return Ok(false) };
        if !postmaster.is_gone_at_a_glance(&self.site)? {
            return Ok(false);
        }
        let socket_dir = postmaster.socket_dir.clone();
        left_over::settle(&self.site)?;
        socket_dir::remove(&socket_dir);
        socket_dir::make_again(&self.site.identity, &socket_dir)?;
        self.postmaster = Some(launch::launch_in(&self.site, &socket_dir)?);
        Ok(true)
    }

    /// The URL of a database for its superuser, as sqlx and libpq read it. `postgres` always exists.
    pub fn url(&self, database: &str) -> String {
        url::of_socket(&self.postmaster().socket_dir, database)
    }

    /// Makes a database; false when it is there already.
    ///
    /// # Errors
    ///
    /// [`Error::DatabaseName`] and [`Error::Statement`].
    pub fn create_database_if_missing(&self, name: &str) -> Result<bool, Error> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('\0') {
            return Err(Error::DatabaseName { name: name.to_owned() });
        }
        let create = format!("create database \"{}\"", name.replace('"', "\"\""));
        let session = self.postmaster().session(MAINTENANCE, CREATE_LIMIT);
        match session.and_then(|mut session| session.query(&create)) {
            Ok(_) => Ok(true),
            // duplicate_database; unique_violation when two create it at once
            Err(Failure::Refused { code, .. }) if code == "42P04" || code == "23505" => Ok(false),
            Err(failure) => Err(Error::Statement { doing: format!("create the database `{name}`"), reason: failure.to_string() }),
        }
    }

    /// The version as the server reports it, such as `18.4`.
    pub fn version(&self) -> &str {
        &self.site.binaries.version.text
    }

    /// Whether the cluster was running already, left by a process that was killed.
    pub fn was_adopted(&self) -> bool {
        self.adopted
    }

    /// The postmaster's process id.
    pub fn pid(&self) -> u32 {
        self.postmaster().pid
    }

    /// Where Postgres logs.
    pub fn log(&self) -> PathBuf {
        self.site.home.log()
    }

    /// Stops the cluster and waits until it has ended: open connections are closed, what was committed is on disk.
    ///
    /// # Errors
    ///
    /// [`Error::DidNotStop`] after 45 seconds of asking ever harder.
    pub fn stop(mut self) -> Result<(), Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(mut postmaster) = self.postmaster.take() else { return Ok(()) };
        postmaster.stop(&self.site)?;
        tracing::info!(home = %self.site.home.path().display(), "the private Postgres has stopped");
        Ok(())
    }

    fn postmaster(&self) -> &Postmaster {
        self.postmaster.as_ref().expect("only `stop` and `drop` take it, and both end this value")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "the private Postgres did not stop");
        }
    }
}
