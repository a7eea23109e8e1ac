//! The end of the ledger's window: ids of batches and items that no sender repeats any more.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::limits::LEDGER_DAYS;
use storage::partitions::{self, Table};
use storage::{Db, batches, projects, seen_ids};

/// Forgets what lies before the window. Dated ids go with their day's partition, the others are swept by the time of
/// their receipt.
pub(crate) async fn expire_ledger(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let mut dropped = 0;
    for table in [Table::Batch, Table::SeenId] {
        dropped += partitions::drop_before(db, table, partitions::first_day(table, now)).await?;
    }
    let before = now - TimeDelta::days(LEDGER_DAYS);
    let mut swept = 0;
    for project in projects::all(db).await? {
        swept += batches::sweep_undated(db, project.id, before).await?;
        swept += seen_ids::sweep_undated(db, project.id, before).await?;
    }
    if dropped > 0 || swept > 0 {
        tracing::info!(dropped, swept, "forgot ids beyond the ledger's window");
    }
    Ok(())
}
