//! Ids that were erased lately, as hashes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use sha2::{Digest as _, Sha256};

use crate::flushes::FlushRange;
use crate::{Db, Result, Transaction};

/// What stands for an actor.
pub type ActorHash = [u8; 32];

/// The hash of an actor, which is another one in every project.
pub fn hash(project: ProjectId, kind: i16, id: &str) -> ActorHash {
    Sha256::digest(format!("{project}:{kind}:{id}")).into()
}

/// Adds these, or keeps those that are there for longer.
///
/// # Errors
/// When the database refuses.
pub async fn raise(tx: &mut Transaction, project: ProjectId, hashes: &[ActorHash], until: DateTime<Utc>) -> Result<()> {
    let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    sqlx::query!(
        "insert into tombstone (project_id, actor_sha256, until) select $1, h.hash, $3 from unnest($2::bytea[]) as h (hash)
         on conflict (project_id, actor_sha256) do update set until = greatest(tombstone.until, excluded.until)",
        project.0,
        hashes.as_slice() as _,
        until
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Those of a project that still stand.
///
/// # Errors
/// When the database refuses.
pub async fn standing(tx: &mut Transaction, project: ProjectId, now: DateTime<Utc>) -> Result<HashSet<ActorHash>> {
    let hashes = sqlx::query_scalar!("select actor_sha256 from tombstone where project_id = $1 and until > $2", project.0, now)
        .fetch_all(&mut **tx)
        .await?;
    Ok(hashes.into_iter().filter_map(|hash| hash.try_into().ok()).collect())
}

/// Everybody whom rows of a flush name, of any signal.
///
/// # Errors
/// When the database refuses.
pub async fn named_in(tx: &mut Transaction, project: ProjectId, flush: FlushRange) -> Result<Vec<(i16, String)>> {
    let rows = sqlx::query_file!("sql/tombstones/named_in.sql", project.0, flush.received_from, flush.received_until, flush.flush_id)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.id)).collect())
}

/// Removes those that are over.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, project: ProjectId, now: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!("delete from tombstone where project_id = $1 and until <= $2", project.0, now).execute(&db.pool).await?;
    Ok(done.rows_affected())
}
