//! Whether the database is known to be away: then requests are spooled or refused at once instead of waiting for it.

use std::sync::Arc;
use std::time::Duration;

use storage::Db;
use tokio::sync::watch;

/// A statement that takes longer than this is a reason to ask whether the database lives at all.
const SUSPICIOUS_AFTER: Duration = Duration::from_millis(500);
/// A database that does not answer within this is away, whether it refuses, hangs or gives no connection. With
/// [`SUSPICIOUS_AFTER`], an outage is known within a second.
const SIGN_OF_LIFE_WITHIN: Duration = Duration::from_millis(400);
/// How often an absent database is asked for a sign of life.
const PROBE_EVERY: Duration = Duration::from_millis(200);
/// Answers in a row before it is trusted again: a server that starts up may answer once and go away again.
const PROBES_GOOD: u32 = 3;

/// What is known about the database; clones share it.
#[derive(Clone)]
pub(crate) struct Outage {
    db: Db,
    is_away: Arc<watch::Sender<bool>>,
}

impl Outage {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, is_away: Arc::default() }
    }

    pub(crate) fn is_known(&self) -> bool {
        *self.is_away.borrow()
    }

    /// Returns once the database is known to be away.
    pub(crate) async fn known(&self) {
        // The sender is our own, so it is there.
        let _ = self.is_away.subscribe().wait_for(|is_away| *is_away).await;
    }

    /// The database was found away. It is taken to be so until it has answered a few times in a row.
    pub(crate) fn begin(&self) {
        if !self.is_away.send_if_modified(|is_away| !std::mem::replace(is_away, true)) {
            return;
        }
        tracing::warn!("the database is away");
        metrics::gauge!("throughline_ingest_database_away").set(1.0);
        let outage = self.clone();
        tokio::spawn(async move {
            outage.until_well().await;
            outage.is_away.send_replace(false);
            metrics::gauge!("throughline_ingest_database_away").set(0.0);
            tracing::info!("the database is back");
        });
    }

    /// Waits for a statement, and finds out meanwhile whether the database hangs. The statement is not given up.
    pub(crate) async fn watched<T>(&self, statement: impl Future<Output = T>) -> T {
        let mut statement = std::pin::pin!(statement);
        tokio::select! {
            done = &mut statement => return done,
            () = tokio::time::sleep(SUSPICIOUS_AFTER) => {}
        }
        tokio::select! {
            done = &mut statement => return done,
            lives = self.lives() => if !lives { self.begin() },
        }
        statement.await
    }

    async fn until_well(&self) {
        let mut good = 0;
        while good < PROBES_GOOD {
            tokio::time::sleep(PROBE_EVERY).await;
            good = if self.lives().await { good + 1 } else { 0 };
        }
    }

    async fn lives(&self) -> bool {
        matches!(tokio::time::timeout(SIGN_OF_LIFE_WITHIN, self.db.ping()).await, Ok(Ok(())))
    }
}
