//! When flushes were counted: a row per claim, written by the worker in the claim's transaction.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::{Db, Result, Transaction};

/// Days that a row is kept: as long as a batch is recognised, and a day more.
pub const DAYS_KEPT: i64 = 8;
/// Rows that one sweep removes at most.
const SWEPT_MAX: i64 = 20_000;

/// Notes that these flushes with so many items are counted, in the transaction that counts them.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Transaction, project: ProjectId, at: DateTime<Utc>, flush_ids: &[Uuid], items: i64) -> Result<()> {
    let Some(first) = flush_ids.first() else { return Ok(()) };
    sqlx::query!(
        "insert into counted (project_id, counted_at, first_flush_id, flush_ids, items) values ($1, $2, $3, $4, $5)",
        project.0,
        at,
        first,
        flush_ids,
        items
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// When the flush was counted. Only claims from `from` up to `until` are looked through: the first one after a flush was
/// received is mostly the one, so the walk is short.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, flush_id: Uuid, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(
        "select counted_at from counted where project_id = $1 and counted_at >= $2 and counted_at < $3 and $4 = any(flush_ids)
         order by counted_at limit 1",
        project.0,
        from,
        until,
        flush_id
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// Items that were counted at or after `from`.
///
/// # Errors
/// When the database refuses.
pub async fn items_since(db: &Db, project: ProjectId, from: DateTime<Utc>) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(sum(items), 0)::int8 as "items!" from counted where project_id = $1 and counted_at >= $2"#,
        project.0,
        from
    )
    .fetch_one(&db.pool)
    .await?)
}

/// Removes rows from before `before`, oldest first, at most so many that nobody waits for it.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, project: ProjectId, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "delete from counted where project_id = $1 and counted_at <= (
             select max(counted_at) from (
                 select counted_at from counted where project_id = $1 and counted_at < $2 order by counted_at limit $3
             ) oldest
         )",
        project.0,
        before,
        SWEPT_MAX
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected())
}
