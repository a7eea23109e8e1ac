//! Ingest processes, each with the row that it renews while it lives. A small table: it does not grow with traffic.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Process, ProcessState};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Db, Result};

/// A process that was not seen for longer is forgotten.
pub const KEPT: TimeDelta = TimeDelta::hours(1);
/// A process that has not renewed its row for so long is called gone.
const GONE_AFTER: TimeDelta = TimeDelta::seconds(30);

/// Renews a process's row.
///
/// # Errors
/// When the database refuses.
pub async fn renew(db: &Db, id: Uuid, started: DateTime<Utc>, now: DateTime<Utc>, state: &ProcessState) -> Result<()> {
    sqlx::query!(
        "insert into ingest_process (process_id, started_at, seen_at, state) values ($1, $2, $3, $4)
         on conflict (process_id) do update set seen_at = excluded.seen_at, state = excluded.state",
        id,
        started,
        now,
        Json(state) as _
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Takes the row of a process away that ends in order.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &Db, id: Uuid) -> Result<()> {
    sqlx::query!("delete from ingest_process where process_id = $1", id).execute(&db.pool).await?;
    Ok(())
}

/// Every process that was seen at or after `from`, the one seen last first.
///
/// # Errors
/// When the database refuses.
pub async fn seen_since(db: &Db, from: DateTime<Utc>, now: DateTime<Utc>, limit: i64) -> Result<Vec<Process>> {
    let rows = sqlx::query!(
        r#"select process_id, started_at, seen_at, state as "state: Json<ProcessState>" from ingest_process
           where seen_at >= $1 order by seen_at desc, process_id limit $2"#,
        from,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    let process = |id, started, seen: DateTime<Utc>, state| Process { id, started, seen, gone: now - seen > GONE_AFTER, state };
    Ok(rows.into_iter().map(|row| process(row.process_id, row.started_at, row.seen_at, row.state.0)).collect())
}

/// When an ingest process last said that it lives, by its own clock, which is the one that signals are received by; `None`
/// when none did lately.
///
/// # Errors
/// When the database refuses.
pub async fn last_seen(db: &Db) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select max(seen_at) from ingest_process").fetch_one(&db.pool).await?)
}

/// Removes processes that were last seen before `before`.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    Ok(sqlx::query!("delete from ingest_process where seen_at < $1", before).execute(&db.pool).await?.rows_affected())
}
