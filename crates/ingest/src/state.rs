//! What an ingest process is doing at this moment, for those who watch it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use protocol::problem::ProblemCode;

use crate::spool::Spool;
use crate::{Ingest, spool};

/// The queue, the byte budget, what was refused, the outage and the spool. Cheap to ask for: nothing is read but counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Batches that wait for a committer.
    pub waiting_batches: u64,
    /// Their items.
    pub waiting_items: u64,
    /// How long the oldest of them has been waiting; zero when none waits.
    pub oldest_wait: Duration,
    /// How long it takes until all of them are committed, as fast as the last flushes were.
    pub drained_after: Duration,
    /// Bytes of the requests that are being worked on, as [`crate::Config::bytes_in_flight_max`] counts them.
    pub bytes_in_flight: u64,
    /// What that may be at most.
    pub bytes_in_flight_max: u64,
    /// Requests that were refused since the process began, by code; codes that did not occur are left out.
    pub refused: Vec<(ProblemCode, u64)>,
    /// Since when this process knows the database to be away; `None` when it is not, as far as is known.
    pub database_away_since: Option<DateTime<Utc>>,
    /// What waits in the spool; `None` when this process has none.
    pub spool: Option<spool::State>,
}

impl Ingest {
    /// What this process is doing at this moment.
    pub fn state(&self) -> State {
        let waiting = self.queue.waiting();
        let budget = self.queue.budget();
        State {
            waiting_batches: waiting.batches as u64,
            waiting_items: waiting.rows as u64,
            oldest_wait: waiting.oldest,
            drained_after: waiting.drained_after,
            bytes_in_flight: budget.bytes_held() as u64,
            bytes_in_flight_max: budget.bytes_max() as u64,
            refused: self.refusals.counts(),
            database_away_since: self.queue.flusher().outage.since(),
            spool: self.spool.as_ref().map(Spool::state),
        }
    }
}
