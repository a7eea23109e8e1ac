//! Ids of stored events and error reports, for the projects that ask that none is stored twice ([`crate::projects`]).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::{Db, Result, Transaction};

/// Remembers these ids, as [`crate::batches::ledger_id`] spells them, and returns those that were not there before. An id
/// that another transaction is entering at this moment is waited for.
///
/// # Errors
/// [`crate::Error::Busy`] when that wait exceeds the transaction's lock timeout.
pub async fn enter(tx: &mut Transaction, project: ProjectId, received_at: DateTime<Utc>, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    // In order, so that two flushes never wait for each other in a ring.
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let fresh = sqlx::query_scalar!(
        "insert into seen_id (project_id, id, received_at) select $1, id, $2 from unnest($3::uuid[]) as sent (id)
         on conflict (project_id, id) do nothing returning id",
        project.0,
        received_at,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(fresh.into_iter().collect())
}

/// Forgets one project's undated ids that were received before `before`. Dated ones go with their day's partition.
///
/// # Errors
/// When the database refuses.
pub async fn sweep_undated(db: &Db, project: ProjectId, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "delete from seen_id where project_id = $1 and id >= 'ff000000-0000-0000-0000-000000000000' and received_at < $2",
        project.0,
        before
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected())
}
