//! Flushes that are committed and not yet counted. Ingest adds a row in the flush's transaction, the worker deletes it in
//! the one that counts it.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::OutcomeCount;
use uuid::Uuid;

use crate::usage::KeyUsage;
use crate::{Db, Result, Transaction, dead_letters};

/// Tries before a flush becomes a dead letter: what failed five times fails for a reason of its own.
pub const ATTEMPTS_MAX: i16 = 5;

/// A project's part of a flush that is about to be committed.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0009_pending.sql")]
pub struct NewPending {
    pub flush_id: Uuid,
    pub received_from: DateTime<Utc>,
    /// Inclusive, as `received_from` is.
    pub received_until: DateTime<Utc>,
    pub committed_at: DateTime<Utc>,
    pub events: i32,
    pub points: i32,
    pub spans: i32,
    pub errors: i32,
    /// Of every signal.
    pub items: i32,
    pub imported: bool,
    pub outcomes: Vec<OutcomeCount>,
    pub usage: Vec<KeyUsage>,
}

/// A project's part of a flush that waits to be counted.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0009_pending.sql")]
pub struct Pending {
    pub flush_id: Uuid,
    pub received_from: DateTime<Utc>,
    pub received_until: DateTime<Utc>,
    pub committed_at: DateTime<Utc>,
    pub events: i32,
    pub points: i32,
    pub spans: i32,
    pub errors: i32,
    /// Of every signal; 0 in a note of an older version.
    pub items: i32,
    pub imported: bool,
    /// As stored; the worker reads it when it counts, so that one bad row is one bad flush.
    pub outcomes: serde_json::Value,
    /// As stored, too.
    pub usage: serde_json::Value,
}

/// What a worker claims at once.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ClaimSize {
    pub flushes_max: i64,
    /// Events, points, spans and error reports. The oldest flush is claimed whatever its size.
    pub items_max: i64,
}

/// Announces a project's part of a flush to the worker, once per project and flush.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Transaction, project: ProjectId, row: &NewPending) -> Result<()> {
    let outcomes = serde_json::to_value(&row.outcomes).unwrap_or_default();
    let usage = serde_json::to_value(&row.usage).unwrap_or_default();
    sqlx::query!(
        "insert into pending (project_id, flush_id, received_from, received_until, committed_at, events, points, imported, outcomes, usage,
             items, spans, errors)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        project.0,
        row.flush_id,
        row.received_from,
        row.received_until,
        row.committed_at,
        row.events,
        row.points,
        row.imported,
        outcomes,
        usage,
        row.items,
        row.spans,
        row.errors
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The projects that have something to count, without any lock.
///
/// # Errors
/// When the database refuses.
pub async fn projects(db: &Db) -> Result<Vec<ProjectId>> {
    let ids = sqlx::query_scalar!("select distinct project_id from pending where attempts < $1 order by project_id", ATTEMPTS_MAX)
        .fetch_all(&db.pool)
        .await?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

/// Locks the oldest flushes of a project, at most so many. Those that failed too often are left out, and one that failed
/// `k` times until it is `10·k²` seconds old: a fault that passes within minutes poisons nothing.
///
/// # Errors
/// When the database refuses.
pub async fn claim(tx: &mut Transaction, project: ProjectId, size: ClaimSize, now: DateTime<Utc>) -> Result<Vec<Pending>> {
    let mut rows = sqlx::query_as!(
        Pending,
        "select flush_id, received_from, received_until, committed_at, events, points, spans, errors, items, imported, outcomes, usage
         from pending where project_id = $1 and attempts < $2
             and (attempts = 0 or committed_at <= $4::timestamptz - attempts * attempts * interval '10 seconds')
         order by committed_at, flush_id limit $3 for update skip locked",
        project.0,
        ATTEMPTS_MAX,
        size.flushes_max,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut items = 0;
    let within = rows
        .iter()
        .take_while(|row| {
            items += i64::from(row.events) + i64::from(row.points) + i64::from(row.spans) + i64::from(row.errors);
            items <= size.items_max
        })
        .count();
    rows.truncate(within.max(1));
    Ok(rows)
}

/// Locks one flush; `None` when it is counted already, is held by another worker or failed too often.
///
/// # Errors
/// When the database refuses.
pub async fn claim_one(tx: &mut Transaction, project: ProjectId, flush_id: Uuid) -> Result<Option<Pending>> {
    Ok(sqlx::query_as!(
        Pending,
        "select flush_id, received_from, received_until, committed_at, events, points, spans, errors, items, imported, outcomes, usage
         from pending where project_id = $1 and flush_id = $2 and attempts < $3 for update skip locked",
        project.0,
        flush_id,
        ATTEMPTS_MAX
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Takes counted flushes away.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, flush_ids: &[Uuid]) -> Result<u64> {
    let done =
        sqlx::query!("delete from pending where project_id = $1 and flush_id = any($2)", project.0, flush_ids).execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// Records that counting a flush failed, and returns how often that has happened; `None` when it is no longer pending. With
/// its last try it becomes a dead letter.
///
/// # Errors
/// When the database refuses.
pub async fn record_failure(db: &Db, project: ProjectId, flush_id: Uuid, reason: &str, now: DateTime<Utc>) -> Result<Option<i16>> {
    // Postgres holds no NUL, and the reason may quote what was sent.
    let reason: String = reason.chars().filter(|c| *c != '\0').take(dead_letters::ERROR_CHARS_MAX).collect();
    let mut tx = db.begin().await?;
    let attempts = sqlx::query_scalar!(
        "update pending set attempts = attempts + 1, last_error = $3, first_failed_at = coalesce(first_failed_at, $4)
         where project_id = $1 and flush_id = $2 returning attempts",
        project.0,
        flush_id,
        reason,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    if attempts.is_some_and(|attempts| attempts >= ATTEMPTS_MAX) {
        dead_letters::bury_flush(&mut tx, project, flush_id, now).await?;
    }
    tx.commit().await?;
    Ok(attempts)
}

/// When the oldest flush that is still to be counted was committed, over all projects: the worker's own figure.
///
/// # Errors
/// When the database refuses.
pub async fn oldest_of_all(db: &Db) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select min(committed_at) from pending").fetch_one(&db.pool).await?)
}

/// What waits to be counted in one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Flushes that are still to be counted.
    pub flushes: i64,
    /// Their items.
    pub items: i64,
    /// When the oldest of them was committed.
    pub oldest: Option<DateTime<Utc>>,
    /// Of them, flushes that failed before.
    pub failing: i64,
}

/// The state of one project's queue, imports included.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(db: &Db, project: ProjectId) -> Result<Waiting> {
    Ok(sqlx::query_file_as!(Waiting, "sql/pending/waiting.sql", project.0).fetch_one(&db.pool).await?)
}

/// How far a flush is that waits to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0009_pending.sql")]
pub struct Attempts {
    pub committed_at: DateTime<Utc>,
    pub attempts: i16,
    pub last_error: Option<String>,
}

/// A flush that waits to be counted; `None` when it is counted, or never was one.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, flush_id: Uuid) -> Result<Option<Attempts>> {
    Ok(sqlx::query_as!(
        Attempts,
        "select committed_at, attempts, last_error from pending where project_id = $1 and flush_id = $2",
        project.0,
        flush_id
    )
    .fetch_optional(&db.pool)
    .await?)
}
