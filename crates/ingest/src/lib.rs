//! Ingest: from a request to a committed row, or to a reason why not.
//!
//! accept → authenticate → decode → validate → normalise → commit, a file per stage. Each stage has its own type, so that
//! what is checked cannot be mistaken for what is not: bytes → [`decode::Batch`] → [`protocol::event::Event`] (or another signal) →
//! [`storage::raw::Row`] → acknowledged. Acknowledged means committed, or, while the database is away and there is a [`spool`],
//! fsynced into that.

mod accept;
mod authenticate;
mod books;
mod commit;
mod decode;
pub mod decoders;
mod decompress;
mod drain;
mod import;
mod item;
mod keep;
mod normalise;
mod prepare;
mod raw_request;
mod rejection;
mod repair;
mod replay;
pub mod spool;
mod text;
mod validate;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::time::Clock;
use spool::Spool;
use storage::Db;
use storage::key_cache::KeyCache;
use tokio::sync::watch;
use uuid::Uuid;

pub use accept::router;
pub use replay::replay;

/// What ingest may use.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes of requests that are being worked on; beyond it requests are refused with 503.
    pub bytes_in_flight_max: usize,
    /// Flushes that are being committed at the same time.
    pub committers: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { bytes_in_flight_max: 64 * 1024 * 1024, committers: 4 }
    }
}

/// Makes fresh random bits for ids.
pub type Random = fn() -> u128;

/// An id that sorts by time.
pub(crate) fn uuid_v7(now: DateTime<Utc>, random: u128) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    let mut bits = [0; 10];
    bits.copy_from_slice(&random.to_le_bytes()[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
}

/// One ingest process: the stages' shared state.
#[derive(Clone)]
pub struct Ingest {
    db: Db,
    clock: Clock,
    random: Random,
    keys: Arc<KeyCache>,
    queue: commit::Queue,
    spool: Option<Spool>,
    /// The drain ends with the last clone.
    _alive: Arc<watch::Sender<()>>,
}

/// How ingest does, for readiness and for pages about the server itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Since when this process knows the database to be away; `None` when it is not, as far as is known.
    pub database_away_since: Option<DateTime<Utc>>,
    /// What waits in the spool; `None` when this process has none.
    pub spool: Option<spool::State>,
}

impl Ingest {
    /// Starts the committers, and the drain of the spool when there is one. They end when the last clone of the answer is gone
    /// and the queue is empty; what is in the spool stays there.
    pub fn start(db: Db, clock: Clock, random: Random, config: Config, spool: Option<Spool>) -> (Self, Committers) {
        let (queue, mut tasks) = commit::start(db.clone(), clock.clone(), random, config);
        let alive = watch::Sender::new(());
        if let Some(spool) = &spool {
            tasks.push(tokio::spawn(drain::run(spool.clone(), queue.flusher().clone(), alive.subscribe())));
        }
        (Self { db, clock, random, keys: Arc::default(), queue, spool, _alive: Arc::new(alive) }, Committers(tasks))
    }

    /// How it does at this moment. Cheap.
    pub fn state(&self) -> State {
        State { database_away_since: self.queue.flusher().outage.since(), spool: self.spool.as_ref().map(Spool::state) }
    }
}

/// The running committers, for a clean stop.
#[derive(Debug)]
pub struct Committers(Vec<tokio::task::JoinHandle<()>>);

impl Committers {
    /// Waits until everything that was accepted is committed, spooled or refused.
    pub async fn finished(self) {
        for task in self.0 {
            // A committer that panicked has dropped its requests, which were answered 503.
            let _ = task.await;
        }
    }
}
