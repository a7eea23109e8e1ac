//! Actors, interned to dense numbers. Only the holder of the project's [`crate::work`] row writes here.

use chrono::{DateTime, Utc};
use protocol::id::{ActorKind, ProjectId};

use crate::{Db, Result, Transaction};

/// An actor as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0011_actor.sql")]
pub struct Actor {
    pub kind: i16,
    pub id: String,
    /// A u32; dense within the project.
    pub number: i64,
    pub first_seen: DateTime<Utc>,
}

/// An actor that has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0011_actor.sql")]
pub struct Known {
    /// Its place in the ids that were asked for.
    pub place: usize,
    pub number: i64,
    pub first_seen: DateTime<Utc>,
}

/// Those of these actors that have a number; `kinds` and `ids` are parallel.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Transaction, project: ProjectId, kinds: &[i16], ids: &[String]) -> Result<Vec<Known>> {
    let rows = sqlx::query!(
        r#"select k.place as "place!", a.number, a.first_seen from unnest($2::int2[], $3::text[]) with ordinality as k (kind, id, place)
           join actor a on a.project_id = $1 and a.kind = k.kind and a.id = k.id"#,
        project.0,
        kinds,
        ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Known { place: row.place as usize - 1, number: row.number, first_seen: row.first_seen }).collect())
}

/// Stores actors: new ones, and known ones that were seen earlier than recorded.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, actors: &[Actor]) -> Result<()> {
    let kinds: Vec<i16> = actors.iter().map(|actor| actor.kind).collect();
    let ids: Vec<String> = actors.iter().map(|actor| actor.id.clone()).collect();
    let numbers: Vec<i64> = actors.iter().map(|actor| actor.number).collect();
    let first_seen: Vec<DateTime<Utc>> = actors.iter().map(|actor| actor.first_seen).collect();
    sqlx::query!(
        "insert into actor (project_id, kind, id, number, first_seen)
         select $1, a.kind, a.id, a.number, a.first_seen
         from unnest($2::int2[], $3::text[], $4::int8[], $5::timestamptz[]) as a (kind, id, number, first_seen)
         on conflict (project_id, kind, id) do update set first_seen = excluded.first_seen",
        project.0,
        &kinds,
        &ids,
        &numbers,
        &first_seen
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0011_actor.sql")]
pub struct Named {
    pub number: i64,
    pub kind: i16,
    pub id: String,
    pub first_seen: DateTime<Utc>,
}

/// The actors with these numbers, by number; numbers that nobody has are left out.
///
/// # Errors
/// When the database refuses.
pub async fn named(db: &Db, project: ProjectId, numbers: &[i64]) -> Result<Vec<Named>> {
    Ok(sqlx::query_as!(
        Named,
        "select number, kind, id, first_seen from actor where project_id = $1 and number = any($2) order by number",
        project.0,
        numbers
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The number of an actor; `None` when it was never seen.
///
/// # Errors
/// When the database refuses.
pub async fn number(db: &Db, project: ProjectId, kind: ActorKind, id: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!("select number from actor where project_id = $1 and kind = $2 and id = $3", project.0, kind.code(), id)
        .fetch_optional(&db.pool)
        .await?)
}

/// What is stored of an actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Raw events, up to a limit.
    pub events: i64,
    /// The time of the last one.
    pub last_event: Option<DateTime<Utc>>,
}

/// The raw events of each of these actors, in their order, each counted up to `events_max`. `kinds` and `ids` are parallel.
///
/// # Errors
/// When the database refuses.
pub async fn activity(db: &Db, project: ProjectId, kinds: &[i16], ids: &[String], events_max: i64) -> Result<Vec<Activity>> {
    let rows = sqlx::query_file!("sql/actors/activity.sql", project.0, kinds, ids, events_max).fetch_all(&db.pool).await?;
    let mut activity = vec![Activity::default(); ids.len()];
    for row in rows {
        activity[row.place as usize - 1] = Activity { events: row.events, last_event: row.last_event };
    }
    Ok(activity)
}

/// The numbers of those of these ids that have one.
///
/// # Errors
/// When the database refuses.
pub async fn numbers(db: &Db, project: ProjectId, kind: ActorKind, ids: &[String]) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!("select number from actor where project_id = $1 and kind = $2 and id = any($3)", project.0, kind.code(), ids)
        .fetch_all(&db.pool)
        .await?)
}

/// The numbers of actors whose id contains a text, whatever its case; at most `limit` of them.
///
/// # Errors
/// When the database refuses.
pub async fn containing(db: &Db, project: ProjectId, text: &str, limit: i64) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!(
        "select number from actor where project_id = $1 and strpos(lower(id), lower($2)) > 0 limit $3",
        project.0,
        text,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The actors of a kind, at most so many: number and id.
///
/// # Errors
/// When the database refuses.
pub async fn of_kind(db: &Db, project: ProjectId, kind: ActorKind, limit: i64) -> Result<Vec<(i64, String)>> {
    let rows = sqlx::query!("select number, id from actor where project_id = $1 and kind = $2 limit $3", project.0, kind.code(), limit)
        .fetch_all(&db.pool)
        .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.id)).collect())
}
