//! What could not be counted or stored, kept until somebody replays or discards it.
//!
//! A flush comes here when the worker failed to count it [`ATTEMPTS_MAX`] times: its raw rows are stored, only its note is
//! moved. A batch comes here with its payload when it was acknowledged into the spool and the database refuses it.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::pending::ATTEMPTS_MAX;
use crate::{Db, Result, Transaction};

/// Characters of an error that are kept.
pub const ERROR_CHARS_MAX: usize = 1_000;

/// A batch that was acknowledged and cannot be stored.
#[derive(Clone, Copy, Debug)]
pub struct DeadBatch<'b> {
    /// Its id in the ledger.
    pub batch_id: Uuid,
    /// When it came.
    pub arrived_at: DateTime<Utc>,
    /// When storing it failed.
    pub failed_at: DateTime<Utc>,
    /// Why. What is longer than [`ERROR_CHARS_MAX`] is cut.
    pub error: &'b str,
    /// Its record, as it lay in the spool.
    pub payload: &'b [u8],
}

/// A dead letter without its payload.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0038_dead_letter.sql")]
pub struct DeadLetter {
    pub id: Uuid,
    pub first_failed_at: DateTime<Utc>,
    pub last_failed_at: DateTime<Utc>,
    pub attempts: i16,
    pub error: String,
    /// The flush's note; `None` for a batch.
    pub flush: Option<serde_json::Value>,
    /// Length of the batch's record; `None` for a flush.
    pub payload_bytes: Option<i32>,
}

/// How many dead letters there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Flushes that could not be counted and batches that could not be stored.
    pub letters: i64,
    /// When the first of them failed for the first time.
    pub oldest: Option<DateTime<Utc>>,
}

/// A project's dead letters, for its Delivery page.
///
/// # Errors
/// When the database refuses.
pub async fn tally(db: &Db, project: ProjectId) -> Result<Tally> {
    Ok(sqlx::query_as!(
        Tally,
        r#"select count(*) as "letters!", min(first_failed_at) as oldest from dead_letter where project_id = $1"#,
        project.0
    )
    .fetch_one(&db.pool)
    .await?)
}

/// Every project's dead letters, for the operator.
///
/// # Errors
/// When the database refuses.
pub async fn tally_of_all(db: &Db) -> Result<Tally> {
    Ok(sqlx::query_as!(Tally, r#"select count(*) as "letters!", min(first_failed_at) as oldest from dead_letter"#)
        .fetch_one(&db.pool)
        .await?)
}

/// The project's dead letters, oldest first, at most so many.
///
/// # Errors
/// When the database refuses.
pub async fn list(db: &Db, project: ProjectId, limit: i64) -> Result<Vec<DeadLetter>> {
    Ok(sqlx::query_as!(
        DeadLetter,
        "select id, first_failed_at, last_failed_at, attempts, error, flush, length(payload) as payload_bytes
         from dead_letter where project_id = $1 order by first_failed_at, id limit $2",
        project.0,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// One dead letter.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, id: Uuid) -> Result<Option<DeadLetter>> {
    Ok(sqlx::query_as!(
        DeadLetter,
        "select id, first_failed_at, last_failed_at, attempts, error, flush, length(payload) as payload_bytes
         from dead_letter where project_id = $1 and id = $2",
        project.0,
        id
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// The first dead letter of these ids: a batch has as many as [`crate::batches::ledger_ids`] says.
///
/// # Errors
/// When the database refuses.
pub async fn find_any(db: &Db, project: ProjectId, ids: &[Uuid]) -> Result<Option<DeadLetter>> {
    Ok(sqlx::query_as!(
        DeadLetter,
        "select id, first_failed_at, last_failed_at, attempts, error, flush, length(payload) as payload_bytes
         from dead_letter where project_id = $1 and id = any($2) order by first_failed_at, id limit 1",
        project.0,
        ids
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// The record of a batch; `None` when there is no such batch among the dead letters.
///
/// # Errors
/// When the database refuses.
pub async fn payload(db: &Db, project: ProjectId, id: Uuid) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("select payload from dead_letter where project_id = $1 and id = $2", project.0, id)
        .fetch_optional(&db.pool)
        .await?
        .flatten())
}

/// Keeps a batch that the database refuses. One that is there already gets the newer error.
///
/// # Errors
/// When the database refuses this as well.
pub async fn bury_batch(db: &Db, project: ProjectId, batch: DeadBatch<'_>) -> Result<()> {
    // Postgres holds no NUL, and the error may quote what was sent.
    let error: String = batch.error.chars().filter(|c| *c != '\0').take(ERROR_CHARS_MAX).collect();
    sqlx::query!(
        "insert into dead_letter (project_id, id, first_failed_at, last_failed_at, attempts, error, payload)
         values ($1, $2, $3, $4, 1, $5, $6)
         on conflict (project_id, id) do update set last_failed_at = excluded.last_failed_at, attempts = dead_letter.attempts + 1,
             error = excluded.error",
        project.0,
        batch.batch_id,
        batch.arrived_at,
        batch.failed_at,
        error,
        batch.payload
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Moves a flush here from `pending`, if it failed too often. `false` when it did not.
///
/// # Errors
/// When the database refuses.
pub async fn bury_flush(tx: &mut Transaction, project: ProjectId, flush_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query_file!("sql/dead_letters/bury_flush.sql", project.0, flush_id, ATTEMPTS_MAX, now).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a flush back to `pending`, where the worker finds it. `false` when there is no such flush here.
///
/// # Errors
/// When the database refuses.
pub async fn revive_flush(db: &Db, project: ProjectId, flush_id: Uuid) -> Result<bool> {
    let done = sqlx::query_file!("sql/dead_letters/revive_flush.sql", project.0, flush_id).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes away a dead letter that was replayed. `false` when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &Db, project: ProjectId, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("delete from dead_letter where project_id = $1 and id = $2", project.0, id).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a dead letter up for good; false when there is none. The raw rows of a flush stay as long as others do.
///
/// # Errors
/// When the database refuses.
pub async fn discard(db: &Db, project: ProjectId, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    Ok(sqlx::query_file_scalar!("sql/dead_letters/discard.sql", project.0, id, now).fetch_one(&db.pool).await? == 1)
}
