//! The row by which this process shows that it lives, and how it does.

use std::time::Duration;

use protocol::time::Clock;
use storage::{Db, ingest_processes};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use crate::commit::Watcher;

/// How often the row is renewed.
const EVERY: Duration = Duration::from_secs(3);

/// The running heartbeat.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    task: JoinHandle<()>,
    db: Db,
    id: Uuid,
}

impl Heartbeat {
    /// Begins to renew the row of the process `id`, as long as the watched queue takes batches.
    pub(crate) fn start(db: Db, clock: Clock, id: Uuid, watcher: Watcher) -> Self {
        let task = tokio::spawn(beat(db.clone(), clock, id, watcher));
        Self { task, db, id }
    }

    /// Ends in order: the row goes with its process.
    pub(crate) async fn end(self) {
        self.task.abort();
        // Waited for, so that no renewal comes after the removal.
        let _ = self.task.await;
        if let Err(error) = ingest_processes::remove(&self.db, self.id).await {
            tracing::debug!(%error, "the process's row stays, and is called gone after a while");
        }
    }
}

async fn beat(db: Db, clock: Clock, id: Uuid, watcher: Watcher) {
    let started = clock.now();
    let (mut stored, mut since) = (0, Instant::now());
    while let Some(mut state) = watcher.state() {
        let (so_far, now) = (watcher.stored(), Instant::now());
        let seconds = (now - since).as_secs_f64();
        state.items_per_second = if seconds > 0.0 { (so_far - stored) as f64 / seconds } else { 0.0 };
        match ingest_processes::renew(&db, id, started, clock.now(), &state).await {
            Ok(()) => (stored, since) = (so_far, now),
            // The next one tells the rate since the last that was written.
            Err(error) => tracing::debug!(%error, "the process's row could not be renewed"),
        }
        drop(state);
        tokio::time::sleep(EVERY).await;
    }
}
