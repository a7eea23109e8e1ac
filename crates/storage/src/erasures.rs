//! People who are to be forgotten, and how far that is.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::erasure::{Erasure, TOMBSTONE_DAYS};
use protocol::id::{ActorKind, ProjectId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::personal_rows::Whose;
use crate::{Db, Result, Transaction, tombstones, work};

/// Who is to be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// Ids of signed-in users.
    pub users: Vec<String>,
    /// Anonymous ids.
    pub anonymous: Vec<String>,
    /// Their numbers, as far as they have any.
    pub numbers: Vec<u32>,
    /// Sessions that were found so far.
    pub sessions: Vec<String>,
}

impl Targets {
    /// Whose raw rows these are.
    pub fn whose(&self) -> Whose<'_> {
        Whose { users: &self.users, anonymous: &self.anonymous, sessions: &self.sessions }
    }

    fn hashes(&self, project: ProjectId) -> Vec<tombstones::ActorHash> {
        let of = |kind: ActorKind, ids: &[String]| ids.iter().map(|id| tombstones::hash(project, kind.code(), id)).collect::<Vec<_>>();
        [of(ActorKind::User, &self.users), of(ActorKind::Anonymous, &self.anonymous)].concat()
    }

    fn ids(&self) -> Vec<String> {
        [self.users.as_slice(), &self.anonymous].concat()
    }
}

/// An erasure that is not finished.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0072_erasure.sql")]
pub struct Unfinished {
    pub erasure_id: Uuid,
    pub asked_at: DateTime<Utc>,
    pub targets: Targets,
    pub waits_for: Option<String>,
}

/// Begins one. From now on, nothing that is counted is the person's.
///
/// # Errors
/// When the database refuses, also when a worker holds the project for too long.
pub async fn begin(db: &Db, project: ProjectId, id: Uuid, targets: &Targets, by: &str, now: DateTime<Utc>) -> Result<()> {
    work::ensure(db, project).await?;
    let mut tx = db.begin().await?;
    sqlx::query!("set local lock_timeout = '5s'").execute(&mut *tx).await?;
    // Whoever counts at this moment does not know of it yet.
    work::lock_in_turn(&mut tx, project).await?;
    tombstones::raise(&mut tx, project, &targets.hashes(project), now + TimeDelta::days(TOMBSTONE_DAYS)).await?;
    sqlx::query!(
        "insert into erasure (project_id, erasure_id, asked_at, asked_by, targets, actors) values ($1, $2, $3, $4, $5, $6)",
        project.0,
        id,
        now,
        by,
        Json(targets) as _,
        targets.ids().len() as i32
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Those of a project that are not finished, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn unfinished(db: &Db, project: ProjectId) -> Result<Vec<Unfinished>> {
    Ok(sqlx::query!(
        r#"select erasure_id, asked_at, waits_for, targets as "targets!: Json<Targets>" from erasure
           where project_id = $1 and targets is not null order by asked_at, erasure_id"#,
        project.0
    )
    .fetch_all(&db.pool)
    .await?
    .into_iter()
    .map(|row| Unfinished { erasure_id: row.erasure_id, asked_at: row.asked_at, targets: row.targets.0, waits_for: row.waits_for })
    .collect())
}

/// Adds what was removed in this transaction, and the sessions that it was of.
///
/// # Errors
/// When the database refuses.
pub async fn found(tx: &mut Transaction, project: ProjectId, id: Uuid, rows: &BTreeMap<&str, i64>, sessions: &[String]) -> Result<()> {
    let row = sqlx::query!(
        r#"select found as "found: Json<BTreeMap<String, i64>>", targets as "targets: Json<Targets>" from erasure
           where project_id = $1 and erasure_id = $2 for update"#,
        project.0,
        id
    )
    .fetch_one(&mut **tx)
    .await?;
    let (mut found, mut targets) = (row.found, row.targets);
    for (place, rows) in rows {
        *found.entry((*place).to_owned()).or_default() += rows;
    }
    if let Some(targets) = &mut targets {
        targets.sessions.extend_from_slice(sessions);
        targets.sessions.sort_unstable();
        targets.sessions.dedup();
    }
    sqlx::query!(
        "update erasure set found = $3, targets = $4 where project_id = $1 and erasure_id = $2",
        project.0,
        id,
        found as _,
        targets as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes the person's names: links, numbers, and samples of refusals that show an id. Returns how many, by place.
///
/// # Errors
/// When the database refuses.
pub async fn forget_names(tx: &mut Transaction, project: ProjectId, targets: &Targets) -> Result<BTreeMap<&'static str, i64>> {
    let numbers: Vec<i64> = targets.numbers.iter().map(|number| i64::from(*number)).collect();
    let links = sqlx::query!(
        "delete from identity_link where project_id = $1 and (from_actor = any($2) or to_actor = any($2))",
        project.0,
        &numbers
    )
    .execute(&mut **tx)
    .await?;
    let actors = sqlx::query!(
        "delete from actor where project_id = $1 and (kind = 1 and id = any($2) or kind = 2 and id = any($3))",
        project.0,
        &targets.users,
        &targets.anonymous
    )
    .execute(&mut **tx)
    .await?;
    let rejections = sqlx::query_file!("sql/erasures/forget_names.sql", project.0, &targets.ids()).execute(&mut **tx).await?;
    let rows = |done: sqlx::postgres::PgQueryResult| done.rows_affected() as i64;
    Ok([("identity_links", rows(links)), ("actors", rows(actors)), ("rejections", rows(rejections))].into())
}

/// What an erasure has to wait for; `None` when it can finish.
///
/// # Errors
/// When the database refuses.
pub async fn waits_for(tx: &mut Transaction, project: ProjectId, asked_at: DateTime<Utc>) -> Result<Option<String>> {
    let waiting = sqlx::query_file!("sql/erasures/waits_for.sql", project.0, asked_at).fetch_one(&mut **tx).await?;
    Ok(match (waiting.flushes, waiting.letters) {
        (0, 0) => None,
        (0, letters) => Some(format!("{letters} dead letters, to be replayed or discarded")),
        (flushes, _) => Some(format!("{flushes} flushes, to be counted")),
    })
}

/// Notes what it waits for, and keeps the tombstones standing; or, without that, that it is finished, and forgets the ids.
/// `false` when another process has finished it meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn settle(
    tx: &mut Transaction,
    project: ProjectId,
    unfinished: &Unfinished,
    waits_for: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let hashes = unfinished.targets.hashes(project);
    tombstones::raise(tx, project, &hashes, now + TimeDelta::days(TOMBSTONE_DAYS)).await?;
    let done = sqlx::query!(
        "update erasure set waits_for = $3, finished_at = case when $3::text is null then $4::timestamptz end,
             targets = case when $3::text is null then null else targets end
         where project_id = $1 and erasure_id = $2 and targets is not null",
        project.0,
        unfinished.erasure_id,
        waits_for,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The latest erasures of a project, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn latest(db: &Db, project: ProjectId, limit: i64) -> Result<Vec<Erasure>> {
    Ok(sqlx::query!(
        r#"select erasure_id, asked_at, asked_by, actors, found as "found: Json<BTreeMap<String, i64>>", waits_for, finished_at from erasure
           where project_id = $1 order by asked_at desc, erasure_id limit $2"#,
        project.0,
        limit
    )
    .fetch_all(&db.pool)
    .await?
    .into_iter()
    .map(|row| Erasure {
        id: row.erasure_id,
        asked_at: row.asked_at,
        asked_by: row.asked_by,
        actors: row.actors,
        found: row.found.0,
        waits_for: row.waits_for,
        finished_at: row.finished_at,
    })
    .collect())
}
