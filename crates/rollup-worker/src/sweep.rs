//! Removes what is kept for a while only and lies in no day partition: recorded refusals, notes of what was counted when,
//! ingest processes that are gone, and links that are over.

use chrono::{DateTime, TimeDelta, Utc};
use storage::{Db, counted, ingest_processes, projects, rejections, shared_links};

/// [`sweep`], as a chore.
pub(crate) async fn sweep_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let swept = sweep(db, now).await?;
    if swept > 0 {
        tracing::debug!(swept, "swept what is over");
    }
    Ok(())
}

/// Sweeps every project once, and returns how many rows went. Idempotent; several processes may call it at once.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut swept = ingest_processes::sweep(db, now - ingest_processes::KEPT).await?;
    swept += shared_links::sweep(db, now).await?;
    for project in projects::all(db).await? {
        swept += rejections::sweep(db, project.id, rejections::KEPT_MAX, now - TimeDelta::days(rejections::DAYS_KEPT)).await?;
        swept += counted::sweep(db, project.id, now - TimeDelta::days(counted::DAYS_KEPT)).await?;
    }
    Ok(swept)
}
