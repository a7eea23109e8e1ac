//! How the queue does, for those who only look at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use protocol::delivery::{ProcessState, QueueState, SpoolState};

use super::outage::Outage;
use super::queue::Window;
use super::{Budget, Entered, Queue};
use crate::spool::{self, Spool};

/// Looks at the queue. Does not keep it open: committers end when the last entrance is gone.
pub(crate) struct Watcher {
    window: Window<Entered>,
    budget: Budget,
    outage: Outage,
    stored: Arc<AtomicU64>,
    spool: Option<spool::Watch>,
}

impl Watcher {
    pub(super) fn new(queue: &Queue, spool: Option<&Spool>) -> Self {
        Self {
            window: queue.entrance.window(),
            budget: queue.budget.clone(),
            outage: queue.flusher.outage.clone(),
            stored: Arc::clone(&queue.flusher.stored),
            spool: spool.map(Spool::watch),
        }
    }

    /// What this process says about itself; `None` once the queue is closed. The rate is left to whoever knows since when.
    pub(crate) fn state(&self) -> Option<ProcessState> {
        let waiting = self.window.waiting(Instant::now())?;
        let queue = QueueState {
            batches: waiting.batches as u64,
            bytes: self.budget.bytes_held() as u64,
            oldest_wait_ms: u64::try_from(waiting.oldest.as_millis()).unwrap_or(u64::MAX),
        };
        let spool = self.spool.as_ref().and_then(spool::Watch::state);
        let spool = spool.map(|spool| SpoolState { records: spool.records, bytes: spool.bytes, oldest: spool.oldest });
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Some(ProcessState { version, items_per_second: 0.0, queue, spool, database_away: self.outage.is_known() })
    }

    /// Items that this process stored since it started.
    pub(crate) fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }
}
