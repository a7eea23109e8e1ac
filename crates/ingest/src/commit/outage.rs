//! Whether the database is known to be away: then requests are refused at once instead of waiting for a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use storage::Db;

use crate::rejection::Rejection;

/// How often an absent database is asked for a sign of life.
const PROBE_EVERY: Duration = Duration::from_millis(300);

#[derive(Clone)]
pub(crate) struct Outage {
    db: Db,
    known: Arc<AtomicBool>,
}

impl Outage {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, known: Arc::default() }
    }

    pub(crate) fn refuse_if_known(&self) -> Result<(), Rejection> {
        if self.known.load(Ordering::Relaxed) { Err(Rejection::Unavailable("the database is away")) } else { Ok(()) }
    }

    /// A flush found the database away: refuse until it answers again.
    pub(crate) fn begin(&self) {
        if self.known.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!("the database is away; signals are refused until it is back");
        metrics::gauge!("throughline_ingest_database_away").set(1.0);
        let outage = self.clone();
        tokio::spawn(async move {
            while outage.db.ping().await.is_err() {
                tokio::time::sleep(PROBE_EVERY).await;
            }
            outage.known.store(false, Ordering::Relaxed);
            metrics::gauge!("throughline_ingest_database_away").set(0.0);
            tracing::info!("the database is back");
        });
    }
}
