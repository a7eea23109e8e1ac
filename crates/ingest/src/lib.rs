//! Ingest: from a request to a committed row, or to a reason why not.
//!
//! accept → authenticate → decode → validate → normalise → commit, a file per stage. Each stage has its own type, so that
//! what is checked cannot be mistaken for what is not: bytes → [`decode::Batch`] → [`protocol::event::Event`] (or another signal) →
//! [`storage::raw::Row`] → acknowledged. Acknowledged means committed.

mod accept;
mod authenticate;
mod books;
mod commit;
mod decode;
pub mod decoders;
mod decompress;
mod import;
mod item;
mod normalise;
mod prepare;
mod rejection;
mod repair;
pub mod spool;
mod text;
mod validate;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::time::Clock;
use storage::Db;
use storage::key_cache::KeyCache;
use uuid::Uuid;

pub use accept::router;

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
}

impl Ingest {
    /// Starts the committers. They end when the last clone of the answer is gone and the queue is empty.
    pub fn start(db: Db, clock: Clock, random: Random, config: Config) -> (Self, Committers) {
        let (queue, tasks) = commit::start(db.clone(), clock.clone(), random, config);
        (Self { db, clock, random, keys: Arc::default(), queue }, Committers(tasks))
    }
}

/// The running committers, for a clean stop.
#[derive(Debug)]
pub struct Committers(Vec<tokio::task::JoinHandle<()>>);

impl Committers {
    /// Waits until everything that was accepted is committed or refused.
    pub async fn finished(self) {
        for task in self.0 {
            // A committer that panicked has dropped its requests, which were answered 503.
            let _ = task.await;
        }
    }
}
