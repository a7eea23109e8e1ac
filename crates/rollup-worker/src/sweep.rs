//! Removes what is kept for a while only and lies in no day partition: recorded refusals, notes of what was counted when,
//! and ingest processes that are gone.

use chrono::{DateTime, TimeDelta, Utc};
use storage::{Db, counted, ingest_processes, projects, rejections};

/// Often, so that a flood of refusals never grows a table by more than a minute's worth.
const EVERY: TimeDelta = TimeDelta::minutes(1);
/// A process that was not seen for so long is forgotten.
const PROCESS_KEPT: TimeDelta = TimeDelta::hours(1);

/// When it was last swept.
#[derive(Debug, Default)]
pub(crate) struct Sweeps {
    swept_at: Option<DateTime<Utc>>,
}

impl Sweeps {
    /// Sweeps when a minute has passed or the clock went back.
    pub(crate) async fn sweep_when_due(&mut self, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
        if self.swept_at.is_some_and(|at| now >= at && now < at + EVERY) {
            return Ok(());
        }
        let swept = sweep(db, now).await?;
        self.swept_at = Some(now);
        if swept > 0 {
            tracing::debug!(swept, "swept what is over");
        }
        Ok(())
    }
}

/// Sweeps every project once, and returns how many rows went. Idempotent; several processes may call it at once.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut swept = ingest_processes::sweep(db, now - PROCESS_KEPT).await?;
    for project in projects::all(db).await? {
        swept += rejections::sweep(db, project.id, rejections::KEPT_MAX, now - TimeDelta::days(rejections::DAYS_KEPT)).await?;
        swept += counted::sweep(db, project.id, now - TimeDelta::days(counted::DAYS_KEPT)).await?;
    }
    Ok(swept)
}
