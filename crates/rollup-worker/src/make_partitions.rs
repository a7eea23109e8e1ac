//! Day partitions, made ahead every hour.

use chrono::{DateTime, TimeDelta, Utc};
use storage::Db;

/// Far more often than needed, so that a new day never depends on one run.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// When partitions were last made.
#[derive(Debug, Default)]
pub(crate) struct Partitions {
    made_at: Option<DateTime<Utc>>,
}

impl Partitions {
    /// Makes what is missing, when an hour has passed or the clock went back.
    pub(crate) async fn ensure_when_due(&mut self, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
        if self.made_at.is_some_and(|at| now >= at && now < at + EVERY) {
            return Ok(());
        }
        let made = storage::partitions::ensure(db, now).await?;
        self.made_at = Some(now);
        if made > 0 {
            tracing::info!(made, "made day partitions");
        }
        Ok(())
    }
}
