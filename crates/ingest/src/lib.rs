//! Ingest: from a request to a committed row, or to a reason why not.
//!
//! accept → authenticate → decode → validate → normalise → commit, a file per stage. Each stage has its own type, so that
//! what is checked cannot be mistaken for what is not: bytes → [`decode::Batch`] → [`protocol::event::Event`] (or another signal) →
//! [`storage::raw::Row`] → acknowledged. Acknowledged means committed, or, while the database is away and there is a [`spool`],
//! fsynced into that.

mod accept;
mod authenticate;
mod beacon;
mod body;
mod books;
mod clerk;
mod commit;
mod decode;
pub mod decoders;
mod decompress;
mod drain;
mod enrich;
mod excerpt;
mod heartbeat;
mod import;
mod item;
mod keep;
mod limit;
mod normalise;
mod prepare;
mod raw_request;
mod refused;
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
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use accept::router;
pub use enrich::{CountryFile, Places, route};
use heartbeat::Heartbeat;
pub use replay::replay;

use limit::Limits;

/// Keys that the database is asked for at the same time: a flood of invented ones must not take every connection.
const LOOKUPS_MAX: usize = 2;
/// Imports that are stored at the same time.
const IMPORTS_MAX: usize = 2;

/// What ingest may use.
#[derive(Clone, Debug)]
pub struct Config {
    /// Bytes of requests that are being worked on; beyond it requests are refused with 503. A request takes about twice
    /// its plain size, and one project at most four fifths.
    pub bytes_in_flight_max: usize,
    /// Flushes that are being committed at the same time.
    pub committers: usize,
    /// Where the country of a request may be read.
    pub places: Places,
}

impl Default for Config {
    fn default() -> Self {
        Self { bytes_in_flight_max: 96 * 1024 * 1024, committers: 4, places: Places::default() }
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
    /// Turns to ask the database for a key that is not remembered, and to store history: neither takes the committers'
    /// connections.
    lookups: Arc<Semaphore>,
    imports: Arc<Semaphore>,
    limits: Arc<Limits>,
    enricher: Arc<enrich::Enricher>,
    /// For the bodies of requests whose key is not known yet.
    beacons: commit::Budget,
    queue: commit::Queue,
    spool: Option<Spool>,
    clerk: clerk::Clerk,
    /// The drain ends with the last clone.
    _alive: Arc<watch::Sender<()>>,
}

impl Ingest {
    /// Starts the committers, and the drain of the spool when there is one. They end when the last clone of the answer is gone
    /// and the queue is empty; what is in the spool stays there.
    pub fn start(db: Db, clock: Clock, random: Random, config: Config, spool: Option<Spool>) -> (Self, Committers) {
        let (queue, mut tasks) = commit::start(db.clone(), clock.clone(), random, &config);
        let enricher = enrich::Enricher::start(config.places);
        let alive = watch::Sender::new(());
        if let Some(spool) = &spool {
            tasks.push(tokio::spawn(drain::run(spool.clone(), queue.flusher().clone(), Arc::clone(&enricher), alive.subscribe())));
        }
        let (clerk, clearing) = clerk::start(db.clone(), clock.clone(), random);
        let id = uuid_v7(clock.now(), random());
        let heartbeat = Heartbeat::start(db.clone(), clock.clone(), id, queue.watcher(spool.as_ref()));
        let ingest = Self {
            db,
            clock,
            random,
            keys: Arc::default(),
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
            imports: Arc::new(Semaphore::new(IMPORTS_MAX)),
            limits: Arc::default(),
            enricher,
            beacons: commit::Budget::new(beacon::BYTES_IN_FLIGHT_MAX),
            queue,
            spool,
            clerk,
            _alive: Arc::new(alive),
        };
        (ingest, Committers { tasks, clearing, heartbeat })
    }

    /// What waits in the spool at this moment; `None` when this process has none.
    pub fn spool(&self) -> Option<spool::State> {
        self.spool.as_ref().map(Spool::state)
    }
}

/// The running committers, for a clean stop.
#[derive(Debug)]
pub struct Committers {
    tasks: Vec<JoinHandle<()>>,
    /// Of the clerk's desk.
    clearing: JoinHandle<()>,
    heartbeat: Heartbeat,
}

impl Committers {
    /// Waits until everything that was accepted is committed, spooled or refused, and what was refused is booked.
    pub async fn finished(self) {
        for task in self.tasks {
            // A committer that panicked has dropped its requests, which were answered 503.
            let _ = task.await;
        }
        let _ = self.clearing.await;
        self.heartbeat.end().await;
    }
}
