//! What is done every hour: day partitions made ahead, and the ledger's window kept.

use chrono::{DateTime, TimeDelta, Utc};
use storage::Db;

use crate::expire_ledger::expire_ledger;

/// Far more often than needed, so that a new day never depends on one run.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// When the hour's work was last done.
#[derive(Debug, Default)]
pub(crate) struct Housekeeping {
    done_at: Option<DateTime<Utc>>,
}

impl Housekeeping {
    /// Does it, when an hour has passed or the clock went back.
    pub(crate) async fn do_when_due(&mut self, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
        if self.done_at.is_some_and(|at| now >= at && now < at + EVERY) {
            return Ok(());
        }
        let made = storage::partitions::ensure(db, now).await?;
        if made > 0 {
            tracing::info!(made, "made day partitions");
        }
        expire_ledger(db, now).await?;
        self.done_at = Some(now);
        Ok(())
    }
}
