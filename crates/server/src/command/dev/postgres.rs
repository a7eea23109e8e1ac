//! The private Postgres of `dev`: started first, kept running, stopped last.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use local_postgres::{Cluster, Error, Options};

use crate::config::DevOptions;

/// How long an ended Postgres may go unnoticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const DATABASE: &str = "throughline";

/// A running Postgres. Dropping it stops it.
pub(super) struct PrivatePostgres {
    pub(super) url: String,
    /// `None` once it has ended.
    keeper: Option<Keeper>,
}

struct Keeper {
    /// Dropped to end it.
    end: Sender<()>,
    thread: JoinHandle<Result<(), Error>>,
}

impl PrivatePostgres {
    pub(super) async fn start(options: &DevOptions, folder: &Path) -> anyhow::Result<Self> {
        let postgres = Options {
            data_dir: folder.join("postgres"),
            postgres_bin: options.postgres_bin.clone(),
            npm_dir: options.npm.clone(),
            durable: true,
        };
        let cluster =
            tokio::task::spawn_blocking(move || Cluster::start(postgres)).await?.context("the private Postgres could not start")?;
        let url = cluster.url(DATABASE);
        let (end, ended) = mpsc::channel();
        let thread = thread::Builder::new().name("postgres keeper".to_owned()).spawn(move || keep(cluster, &ended))?;
        Ok(Self { url, keeper: Some(Keeper { end, thread }) })
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let stopped = tokio::task::spawn_blocking(move || self.end()).await?;
        stopped.context("Postgres did not stop cleanly; the next start repairs that")
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let Some(keeper) = self.keeper.take() else { return Ok(()) };
        drop(keeper.end);
        keeper.thread.join().map_err(|_| anyhow::anyhow!("the keeper of Postgres panicked"))??;
        Ok(())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!("{error:#}");
        }
    }
}

/// Nobody else would bring it back: in `dev`, this process is the operator.
fn keep(mut cluster: Cluster, ended: &Receiver<()>) -> Result<(), Error> {
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK_EVERY) {
        match cluster.revive() {
            Ok(true) => tracing::warn!(pid = cluster.pid(), "the private Postgres had ended; it runs again"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the private Postgres has ended and does not start; trying again"),
        }
    }
    cluster.stop()
}
