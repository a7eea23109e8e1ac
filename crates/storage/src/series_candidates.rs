//! Series without a place among those of their name, and how many points they had lately. Only the holder of the project's
//! [`crate::work`] row writes here.

use std::collections::BTreeMap;

use protocol::id::ProjectId;
use sqlx::types::Json;

use crate::metric_series::{SeriesKey, columns, kind};
use crate::{Db, Result, Transaction};

/// What tells a candidate from others, without the length of its tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CandidateId {
    /// The name of its metric.
    pub name: String,
    kind: i16,
    unit: String,
    tags_hash: Vec<u8>,
}

impl From<&SeriesKey> for CandidateId {
    fn from(key: &SeriesKey) -> Self {
        Self { name: key.name.clone(), kind: key.kind.code(), unit: key.unit.clone(), tags_hash: key.tags_hash() }
    }
}

/// The counters of these names.
///
/// # Errors
/// When the database refuses.
pub async fn counters(tx: &mut Transaction, project: ProjectId, names: &[String]) -> Result<Vec<(CandidateId, u64)>> {
    let rows = sqlx::query!(
        "select name, kind, unit, tags_hash, points from series_candidate where project_id = $1 and name = any($2)",
        project.0,
        names
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = |name, kind, unit, tags_hash, points: i64| (CandidateId { name, kind, unit, tags_hash }, points.unsigned_abs());
    Ok(rows.into_iter().map(|row| read(row.name, row.kind, row.unit, row.tags_hash, row.points)).collect())
}

/// Lowers all counters of a name, and removes those that reach zero.
///
/// # Errors
/// When the database refuses.
pub async fn lower(tx: &mut Transaction, project: ProjectId, name: &str, by: u64) -> Result<()> {
    let by = by.cast_signed();
    sqlx::query!("delete from series_candidate where project_id = $1 and name = $2 and points <= $3", project.0, name, by)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("update series_candidate set points = points - $3 where project_id = $1 and name = $2", project.0, name, by)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes counters, of candidates that are there or are new.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, candidates: &[(&SeriesKey, u64)]) -> Result<()> {
    let keys: Vec<SeriesKey> = candidates.iter().map(|(key, _)| (*key).clone()).collect();
    let points: Vec<i64> = candidates.iter().map(|(_, points)| points.cast_signed()).collect();
    let (names, kinds, units, hashes) = columns(&keys);
    let environments: Vec<String> = keys.iter().map(|key| key.environment.clone()).collect();
    let tags: Vec<serde_json::Value> = keys.iter().map(|key| serde_json::to_value(&key.tags).unwrap_or_default()).collect();
    sqlx::query_file!("sql/series_candidates/save.sql", project.0, &names, &kinds, &units, &hashes, &environments, &tags, &points)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Projects that have candidates.
///
/// # Errors
/// When the database refuses.
pub async fn projects(db: &Db) -> Result<Vec<ProjectId>> {
    let ids = sqlx::query_scalar!("select distinct project_id from series_candidate order by project_id").fetch_all(&db.pool).await?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

/// Names with candidates of at least so many points.
///
/// # Errors
/// When the database refuses.
pub async fn names(db: &Db, project: ProjectId, least: u64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select distinct name from series_candidate where project_id = $1 and points >= $2 order by name",
        project.0,
        least.cast_signed()
    )
    .fetch_all(&db.pool)
    .await?)
}

/// A series that may get a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub key: SeriesKey,
    /// Its points lately, or fewer.
    pub points: u64,
    /// It never had a place, so it has no number yet.
    pub is_new: bool,
}

/// The candidates of a name with at least so many points, heaviest first.
///
/// # Errors
/// When the database refuses, or a stored kind is unknown.
pub async fn heaviest(db: &Db, project: ProjectId, name: &str, least: u64) -> Result<Vec<Candidate>> {
    struct Stored {
        kind: i16,
        unit: String,
        environment: String,
        tags: Json<BTreeMap<String, String>>,
        points: i64,
        is_new: bool,
    }
    let rows = sqlx::query_file_as!(Stored, "sql/series_candidates/heaviest.sql", project.0, name, least.cast_signed())
        .fetch_all(&db.pool)
        .await?;
    let read = |row: Stored| {
        let Stored { unit, environment, tags, points, is_new, .. } = row;
        let key = SeriesKey { name: name.to_owned(), kind: kind(row.kind)?, unit, environment, tags: tags.0 };
        Ok(Candidate { key, points: points.unsigned_abs(), is_new })
    };
    rows.into_iter().map(read).collect()
}

/// Removes candidates.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, keys: &[SeriesKey]) -> Result<()> {
    let (names, kinds, units, hashes) = columns(keys);
    sqlx::query_file!("sql/series_candidates/remove.sql", project.0, &names, &kinds, &units, &hashes).execute(&mut **tx).await?;
    Ok(())
}

/// Lets every counter of the project fade by a share `1 / of`, and removes those that reach zero.
///
/// # Errors
/// When the database refuses.
pub async fn fade(tx: &mut Transaction, project: ProjectId, of: i64) -> Result<()> {
    // Rounded down, one point fades to none.
    sqlx::query!("delete from series_candidate where project_id = $1 and points <= 1", project.0).execute(&mut **tx).await?;
    sqlx::query!("update series_candidate set points = points * ($2::int8 - 1) / $2::int8 where project_id = $1", project.0, of)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
