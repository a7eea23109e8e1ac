//! One row per project, whose lock is the right to intern actors and series and to write the project's rollups.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// The next free numbers of a project, read under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Work {
    pub next_actor: i64,
    pub next_series: i32,
    pub next_segment: i64,
    pub next_link: i64,
    /// Raised by every change of the project's identity links.
    pub links_version: i64,
}

/// Makes sure that the project has its row.
///
/// # Errors
/// When the database refuses.
pub async fn ensure(db: &Db, project: ProjectId) -> Result<()> {
    sqlx::query!("insert into work (project_id) values ($1) on conflict (project_id) do nothing", project.0).execute(&db.pool).await?;
    Ok(())
}

/// Locks the project until the transaction ends; `None` when another worker holds it.
///
/// # Errors
/// When the database refuses.
pub async fn lock(tx: &mut Transaction, project: ProjectId) -> Result<Option<Work>> {
    Ok(sqlx::query_as!(
        Work,
        "select next_actor, next_series, next_segment, next_link, links_version from work where project_id = $1 for update skip locked",
        project.0
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// As [`lock`], but waits its turn: for what is rare, and must not be held off by counting.
///
/// # Errors
/// When the database refuses, or another worker holds the project for too long.
pub async fn lock_in_turn(tx: &mut Transaction, project: ProjectId) -> Result<Option<Work>> {
    Ok(sqlx::query_as!(
        Work,
        "select next_actor, next_series, next_segment, next_link, links_version from work where project_id = $1 for update",
        project.0
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Writes the numbers back, by the holder of the lock.
///
/// # Errors
/// When the database refuses.
pub async fn advance(tx: &mut Transaction, project: ProjectId, work: Work) -> Result<()> {
    sqlx::query!(
        "update work set next_actor = $2, next_series = $3, next_segment = $4, next_link = $5, links_version = $6 where project_id = $1",
        project.0,
        work.next_actor,
        work.next_series,
        work.next_segment,
        work.next_link,
        work.links_version
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// When the project's series were last weighed.
///
/// # Errors
/// When the database refuses.
pub async fn series_weighed_at(db: &Db, project: ProjectId) -> Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!("select series_weighed_at from work where project_id = $1", project.0);
    Ok(at.fetch_optional(&db.pool).await?.flatten())
}

/// Notes that the project's series were weighed, by the holder of the lock. False when somebody else has done so since `before`.
///
/// # Errors
/// When the database refuses.
pub async fn weigh_series(tx: &mut Transaction, project: ProjectId, before: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<bool> {
    let noted = sqlx::query!(
        "update work set series_weighed_at = $3 where project_id = $1 and series_weighed_at is not distinct from $2",
        project.0,
        before,
        now
    );
    Ok(noted.execute(&mut **tx).await?.rows_affected() > 0)
}

/// Limits what the worker's transaction may wait for. To be called first in it.
///
/// # Errors
/// When the database refuses.
pub async fn limit_waits(tx: &mut Transaction) -> Result<()> {
    // Nobody but a migration or another worker can be in the way, and both are worth a new try instead of a long wait.
    sqlx::query!("set local lock_timeout = '2s'").execute(&mut **tx).await?;
    sqlx::query!("set local statement_timeout = '30s'").execute(&mut **tx).await?;
    Ok(())
}
