//! Links between actors. Only the holder of the project's [`crate::work`] row adds any; people undo and restore them.
//!
//! Every change that may change who is one person raises the project's version, and every link knows the version of its last
//! change: a process that remembers persons asks for one number, and then for what is newer.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::{Db, Result, Transaction};

/// A link as it was said in one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0050_identity_link.sql")]
pub struct Said {
    pub link_id: i64,
    pub from_kind: i16,
    pub from_actor: i64,
    pub to_kind: i16,
    pub to_actor: i64,
    pub cause: i16,
    pub ts: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub last_ts: DateTime<Utc>,
    pub times: i64,
    pub refused: Option<i16>,
}

/// A link that has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0050_identity_link.sql")]
pub struct Known {
    /// Its place in the pairs that were asked for.
    pub place: usize,
    pub link_id: i64,
    pub ts: DateTime<Utc>,
}

/// Those of these pairs that are linked; `from` and `to` are parallel.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Transaction, project: ProjectId, from: &[i64], to: &[i64]) -> Result<Vec<Known>> {
    let rows = sqlx::query!(
        r#"select p.place as "place!", l.link_id, l.ts from unnest($2::int8[], $3::int8[]) with ordinality as p (from_actor, to_actor, place)
           join identity_link l on l.project_id = $1 and l.from_actor = p.from_actor and l.to_actor = p.to_actor"#,
        project.0,
        from,
        to
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Known { place: row.place as usize - 1, link_id: row.link_id, ts: row.ts }).collect())
}

/// Adds links, and adds to known ones that they were said again; no pair may occur twice. Those that are new or were said
/// earlier than known get `version`.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, version: i64, links: &[Said]) -> Result<()> {
    fn column<T>(links: &[Said], of: impl Fn(&Said) -> T) -> Vec<T> {
        links.iter().map(of).collect()
    }
    let refused = column(links, |link| link.refused);
    sqlx::query_file!(
        "sql/identity_links/save.sql",
        project.0,
        version,
        &column(links, |link| link.link_id),
        &column(links, |link| link.from_kind),
        &column(links, |link| link.from_actor),
        &column(links, |link| link.to_kind),
        &column(links, |link| link.to_actor),
        &column(links, |link| link.cause),
        &column(links, |link| link.ts),
        &column(links, |link| link.received_at),
        &column(links, |link| link.flush_id),
        &column(links, |link| link.last_ts),
        &column(links, |link| link.times),
        refused.as_slice() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The number that every change of the project's links raises; 0 before the first.
///
/// # Errors
/// When the database refuses.
pub async fn version(db: &Db, project: ProjectId) -> Result<i64> {
    let version = sqlx::query_scalar!("select links_version from work where project_id = $1", project.0).fetch_optional(&db.pool).await?;
    Ok(version.unwrap_or(0))
}

/// Where reading of changes has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The version of the last link that was read.
    pub version: i64,
    /// Its number.
    pub link_id: i64,
}

/// What persons are resolved from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0050_identity_link.sql")]
pub struct Changed {
    pub version: i64,
    pub link_id: i64,
    pub from_kind: i16,
    pub from_actor: i64,
    pub to_kind: i16,
    pub to_actor: i64,
    pub ts: DateTime<Utc>,
    pub undone: bool,
}

/// Links that changed after a mark, oldest change first, at most so many: undone ones as well, since they may have joined
/// somebody before, but none that is refused for its ids, since that never changes.
///
/// # Errors
/// When the database refuses.
pub async fn changed(db: &Db, project: ProjectId, after: Mark, limit: i64) -> Result<Vec<Changed>> {
    Ok(sqlx::query_as!(
        Changed,
        "select version, link_id, from_kind, from_actor, to_kind, to_actor, ts, undone from identity_link
         where project_id = $1 and refused is null and (version, link_id) > ($2, $3) order by version, link_id limit $4",
        project.0,
        after.version,
        after.link_id,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// A link with the ids of its actors; an id is empty when its actor was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0050_identity_link.sql")]
pub struct StoredLink {
    pub link_id: i64,
    pub from_kind: i16,
    pub from_actor: i64,
    pub from_id: String,
    pub to_kind: i16,
    pub to_actor: i64,
    pub to_id: String,
    pub cause: i16,
    pub ts: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub last_ts: DateTime<Utc>,
    pub times: i64,
    pub refused: Option<i16>,
    pub undone: bool,
    pub changed_at: Option<DateTime<Utc>>,
    pub changed_by: Option<String>,
}

/// Which links are wanted; each condition that is there must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// Those that are undone, or those that are not.
    pub undone: Option<bool>,
    /// Those with one of these actors at an end.
    pub actors: Option<&'w [i64]>,
    /// These, and all that were refused for their ids.
    pub refused: Option<&'w [i64]>,
}

/// Links with numbers below `before`, highest first, at most so many.
///
/// # Errors
/// When the database refuses.
pub async fn list(db: &Db, project: ProjectId, wanted: Wanted<'_>, before: i64, limit: i64) -> Result<Vec<StoredLink>> {
    Ok(sqlx::query_file_as!(
        StoredLink,
        "sql/identity_links/list.sql",
        project.0,
        before,
        wanted.undone,
        wanted.actors as _,
        wanted.refused as _,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// One link.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, link_id: i64) -> Result<Option<StoredLink>> {
    let Some(before) = link_id.checked_add(1) else { return Ok(None) };
    let first = list(db, project, Wanted::default(), before, 1).await?;
    Ok(first.into_iter().find(|link| link.link_id == link_id))
}

/// Undoes a link, or restores it, and raises the version. `false` when there is no such link, or it is so already: then who
/// changed it last stays.
///
/// # Errors
/// When the database refuses, also when a worker holds the project for longer than five seconds.
pub async fn change(db: &Db, project: ProjectId, link_id: i64, undone: bool, at: DateTime<Utc>, by: &str) -> Result<bool> {
    let mut tx = db.begin().await?;
    sqlx::query!("set local lock_timeout = '5s'").execute(&mut *tx).await?;
    // First the project's row, as the worker does it: versions are then committed in their order.
    let version =
        sqlx::query_scalar!("update work set links_version = links_version + 1 where project_id = $1 returning links_version", project.0)
            .fetch_optional(&mut *tx)
            .await?;
    let done = sqlx::query!(
        "update identity_link set undone = $3, changed_at = $4, changed_by = $5, version = $6
         where project_id = $1 and link_id = $2 and undone <> $3",
        project.0,
        link_id,
        undone,
        at,
        by,
        version.unwrap_or_default()
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}
