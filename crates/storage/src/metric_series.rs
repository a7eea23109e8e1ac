//! Metric series, interned to small numbers: one metric name, kind, unit, environment and tag set each. Only the holder of
//! the project's [`crate::work`] row writes here.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::limits::METRIC_SERIES_MAX;
use protocol::metric::MetricKind;
use sha2::{Digest as _, Sha256};
use sqlx::types::Json;

use crate::{Db, Error, Result, Transaction};

/// The tag of the series that takes what is beyond a metric's limit, with the value `true`.
pub const OTHER: &str = "__other__";

/// Series in one catalogue, the most recently seen ones. A project may have any number of metric names, and a page that
/// lists them is read by people; this is five names at their limit, or thousands of ordinary ones.
const CATALOGUE_MAX: i64 = 5 * METRIC_SERIES_MAX as i64;
/// Series of one metric. Of a name, the worker gives at most `METRIC_SERIES_MAX` a place, keeps as many that had one, and
/// makes as many `__other__` at worst.
const METRIC_MAX: i64 = 3 * METRIC_SERIES_MAX as i64 + 10;

/// What identifies a series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "see migrations/0019_metric_series.sql")]
pub struct SeriesKey {
    pub name: String,
    pub kind: MetricKind,
    pub unit: String,
    pub environment: String,
    pub tags: BTreeMap<String, String>,
}

impl SeriesKey {
    /// SHA-256 of environment and tags in order, its first 16 bytes. Each text is preceded by its length, so that no two
    /// sets of texts read the same.
    pub(crate) fn tags_hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        let texts = std::iter::once(&self.environment).chain(self.tags.iter().flat_map(|(key, value)| [key, value]));
        for text in texts {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize()[..16].to_vec()
    }
}

/// A stored series.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0019_metric_series.sql")]
pub struct SeriesRow {
    pub series_id: i32,
    pub name: String,
    pub kind: MetricKind,
    pub unit: String,
    pub environment: String,
    pub tags: BTreeMap<String, String>,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub revision: i64,
}

/// The project's series by name, kind and unit; when there are more than 50,000, the most recently seen ones.
///
/// # Errors
/// When the database refuses, or a stored kind is unknown.
pub async fn catalogue(db: &Db, project: ProjectId) -> Result<Vec<SeriesRow>> {
    let rows = sqlx::query_as!(
        StoredSeries,
        r#"select series_id, name, kind, unit, environment, tags as "tags: _", first_seen, last_seen, revision from metric_series
           where project_id = $1 order by last_seen desc limit $2"#,
        project.0,
        CATALOGUE_MAX
    )
    .fetch_all(&db.pool)
    .await?;
    let mut series = rows.into_iter().map(StoredSeries::read).collect::<Result<Vec<_>>>()?;
    series.sort_by(|a, b| (&a.name, a.kind, &a.unit, a.series_id).cmp(&(&b.name, b.kind, &b.unit, b.series_id)));
    Ok(series)
}

/// The series of one metric, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_metric(db: &Db, project: ProjectId, name: &str, kind: MetricKind, unit: &str) -> Result<Vec<SeriesRow>> {
    let rows = sqlx::query_as!(
        StoredSeries,
        r#"select series_id, name, kind, unit, environment, tags as "tags: _", first_seen, last_seen, revision from metric_series
           where project_id = $1 and name = $2 and kind = $3 and unit = $4 order by series_id limit $5"#,
        project.0,
        name,
        kind.code(),
        unit,
        METRIC_MAX
    )
    .fetch_all(&db.pool)
    .await?;
    rows.into_iter().map(StoredSeries::read).collect()
}

/// The kinds of the series from `first` to `last`, both among them.
///
/// # Errors
/// When the database refuses, or a stored kind is unknown.
pub async fn kinds(tx: &mut Transaction, project: ProjectId, (first, last): (i32, i32)) -> Result<HashMap<i32, MetricKind>> {
    let rows = sqlx::query!(
        "select series_id, kind from metric_series where project_id = $1 and series_id between $2 and $3",
        project.0,
        first,
        last
    );
    rows.fetch_all(&mut **tx).await?.into_iter().map(|row| Ok((row.series_id, kind(row.kind)?))).collect()
}

/// A series that has its number, as the worker needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0019_metric_series.sql")]
pub struct Known {
    /// Its place in the keys that were asked for.
    pub place: usize,
    pub series_id: i32,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub folded: bool,
}

/// Those of these series that have a number.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Transaction, project: ProjectId, keys: &[SeriesKey]) -> Result<Vec<Known>> {
    let (names, kinds, units, hashes) = columns(keys);
    let rows = sqlx::query_file!("sql/metric_series/known.sql", project.0, &names, &kinds, &units, &hashes).fetch_all(&mut **tx).await?;
    Ok(rows
        .into_iter()
        .map(|row| Known {
            place: row.place as usize - 1,
            series_id: row.series_id,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
            folded: row.folded,
        })
        .collect())
}

/// How many series of one metric and environment are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0019_metric_series.sql")]
pub struct Tally {
    pub name: String,
    pub kind: MetricKind,
    pub unit: String,
    pub environment: String,
    /// Those that have a place.
    pub placed: i64,
    /// Those named `__other__`.
    pub others: i64,
}

/// What is stored of these metric names.
///
/// # Errors
/// When the database refuses, or a stored kind is unknown.
pub async fn tally(tx: &mut Transaction, project: ProjectId, names: &[String]) -> Result<Vec<Tally>> {
    let rows = sqlx::query!(
        r#"select name, kind, unit, environment,
               count(*) filter (where not folded and not tags ? $3) as "placed!", count(*) filter (where tags ? $3) as "others!"
           from metric_series where project_id = $1 and name = any($2) group by name, kind, unit, environment"#,
        project.0,
        names,
        OTHER
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = |name, code, unit, environment, (placed, others)| Ok(Tally { name, kind: kind(code)?, unit, environment, placed, others });
    rows.into_iter().map(|row| read(row.name, row.kind, row.unit, row.environment, (row.placed, row.others))).collect()
}

/// Series of a name that have a place, the lightest first, with their points since then.
///
/// # Errors
/// When the database refuses.
pub async fn lightest(db: &Db, project: ProjectId, name: &str, since: DateTime<Utc>, limit: i64) -> Result<Vec<(i32, u64)>> {
    let rows = sqlx::query_file!("sql/metric_series/lightest.sql", project.0, name, since, OTHER, limit).fetch_all(&db.pool).await?;
    Ok(rows.into_iter().map(|row| (row.series_id, row.points.unsigned_abs())).collect())
}

/// How many series of a name had a place and have none.
///
/// # Errors
/// When the database refuses.
pub async fn count_folded(db: &Db, project: ProjectId, name: &str) -> Result<u64> {
    let folded = sqlx::query_scalar!(
        r#"select count(*) as "folded!" from metric_series where project_id = $1 and name = $2 and folded"#,
        project.0,
        name
    );
    Ok(folded.fetch_one(&db.pool).await?.unsigned_abs())
}

/// Takes the places of series, or gives them places.
///
/// # Errors
/// When the database refuses.
pub async fn exchange(tx: &mut Transaction, project: ProjectId, series: &[i32], folded: bool, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update metric_series set folded = $3, exchanged_at = $4 where project_id = $1 and series_id = any($2)",
        project.0,
        series,
        folded,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A series that gets its number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0019_metric_series.sql")]
pub struct NewSeries {
    pub series_id: i32,
    pub key: SeriesKey,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// Stores new series.
///
/// # Errors
/// When the database refuses, also when one is there already.
pub async fn insert(tx: &mut Transaction, project: ProjectId, series: &[NewSeries]) -> Result<()> {
    let keys: Vec<SeriesKey> = series.iter().map(|series| series.key.clone()).collect();
    let (names, kinds, units, hashes) = columns(&keys);
    let ids: Vec<i32> = series.iter().map(|series| series.series_id).collect();
    let environments: Vec<String> = keys.iter().map(|key| key.environment.clone()).collect();
    let tags: Vec<serde_json::Value> = keys.iter().map(|key| serde_json::to_value(&key.tags).unwrap_or_default()).collect();
    let first_seen: Vec<DateTime<Utc>> = series.iter().map(|series| series.first_seen).collect();
    let last_seen: Vec<DateTime<Utc>> = series.iter().map(|series| series.last_seen).collect();
    sqlx::query_file!(
        "sql/metric_series/insert.sql",
        project.0,
        &ids,
        &names,
        &kinds,
        &units,
        &environments,
        &tags,
        &hashes,
        &first_seen,
        &last_seen
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records when series were first and last seen.
///
/// # Errors
/// When the database refuses.
pub async fn touch(tx: &mut Transaction, project: ProjectId, seen: &[Known]) -> Result<()> {
    let ids: Vec<i32> = seen.iter().map(|series| series.series_id).collect();
    let first_seen: Vec<DateTime<Utc>> = seen.iter().map(|series| series.first_seen).collect();
    let last_seen: Vec<DateTime<Utc>> = seen.iter().map(|series| series.last_seen).collect();
    sqlx::query!(
        "update metric_series s set first_seen = k.first_seen, last_seen = k.last_seen
         from unnest($2::int4[], $3::timestamptz[], $4::timestamptz[]) as k (series_id, first_seen, last_seen)
         where s.project_id = $1 and s.series_id = k.series_id",
        project.0,
        &ids,
        &first_seen,
        &last_seen
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that cells of hours that are over were changed: see `revision` in migrations/0121_metric_series_revision.sql.
///
/// # Errors
/// When the database refuses.
pub async fn revise(tx: &mut Transaction, project: ProjectId, series: &[i32]) -> Result<()> {
    sqlx::query!("update metric_series set revision = revision + 1 where project_id = $1 and series_id = any($2)", project.0, series)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A row before its kind is read.
struct StoredSeries {
    series_id: i32,
    name: String,
    kind: i16,
    unit: String,
    environment: String,
    tags: Json<BTreeMap<String, String>>,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    revision: i64,
}

impl StoredSeries {
    fn read(self) -> Result<SeriesRow> {
        Ok(SeriesRow {
            series_id: self.series_id,
            name: self.name,
            kind: kind(self.kind)?,
            unit: self.unit,
            environment: self.environment,
            tags: self.tags.0,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            revision: self.revision,
        })
    }
}

pub(crate) fn kind(code: i16) -> Result<MetricKind> {
    MetricKind::from_code(code).ok_or_else(|| Error::Failed(sqlx::Error::Decode(format!("unknown kind of metric: {code}").into())))
}

/// The keys as unnest takes them: names, kinds, units and hashes.
pub(crate) fn columns(keys: &[SeriesKey]) -> (Vec<String>, Vec<i16>, Vec<String>, Vec<Vec<u8>>) {
    (
        keys.iter().map(|key| key.name.clone()).collect(),
        keys.iter().map(|key| key.kind.code()).collect(),
        keys.iter().map(|key| key.unit.clone()).collect(),
        keys.iter().map(SeriesKey::tags_hash).collect(),
    )
}

/// The time of a project's oldest point.
///
/// # Errors
/// When the database refuses.
pub async fn first_seen(db: &Db, project: ProjectId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select min(first_seen) from metric_series where project_id = $1", project.0).fetch_one(&db.pool).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_run_together_are_still_different_series() {
        let key = |environment: &str, tags: &[(&str, &str)]| SeriesKey {
            name: "m".to_owned(),
            kind: MetricKind::Counter,
            unit: String::new(),
            environment: environment.to_owned(),
            tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        };
        let keys = [
            key("prod", &[]),
            key("pro", &[("d", "")]),
            key("", &[("prod", "")]),
            key("", &[("pro", "d")]),
            key("", &[("p", "r"), ("o", "d")]),
        ];
        let hashes: std::collections::BTreeSet<_> = keys.iter().map(SeriesKey::tags_hash).collect();
        assert_eq!(hashes.len(), keys.len());
    }
}
