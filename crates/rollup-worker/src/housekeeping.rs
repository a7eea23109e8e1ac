//! Day partitions made ahead, and the ledger's window kept.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::limits::LEDGER_DAYS;
use storage::partitions::{self, Table};
use storage::{Db, batches, projects, seen_ids};

/// Makes what is missing.
pub(crate) async fn make_partitions(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let made = partitions::ensure(db, now).await?;
    if made > 0 {
        tracing::info!(made, "made day partitions");
    }
    Ok(())
}

/// Forgets ids of batches and items that no sender repeats any more. Dated ids go with their day's partition, the others
/// are swept by the time of their receipt; these first, because a drop may have to wait.
pub(crate) async fn expire_ledger(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let before = now - TimeDelta::days(LEDGER_DAYS);
    let mut swept = 0;
    for project in projects::all(db).await? {
        swept += batches::sweep_undated(db, project.id, before).await?;
        swept += seen_ids::sweep_undated(db, project.id, before).await?;
    }
    let mut dropped = 0;
    for table in [Table::Batch, Table::SeenId] {
        dropped += partitions::drop_before(db, table, partitions::first_day(table, now)).await?;
    }
    if dropped > 0 || swept > 0 {
        tracing::info!(dropped, swept, "forgot ids beyond the ledger's window");
    }
    Ok(())
}
