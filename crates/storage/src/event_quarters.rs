//! Events of a quarter of an hour. Only the holder of the project's [`crate::work`] row writes here.
//!
//! Merging happens in `analysis`; a bitmap is opaque bytes here.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// What the rows of a quarter are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Not at all.
    All,
    /// By event name.
    Name,
    /// By route; events without a route are left out.
    Route,
}

impl Dimension {
    /// The number in the `dimension` column.
    pub const fn code(self) -> i16 {
        match self {
            Self::All => 0,
            Self::Name => 1,
            Self::Route => 2,
        }
    }
}

/// Under this number a UTC day's routes are listed: those that have rows of their own that day. The rows carry no counts.
const ADMITTED_ROUTES: i16 = 3;

/// Which events a reader wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BotRule {
    Humans,
    Bots,
    All,
}

impl BotRule {
    const fn is_bot(self) -> Option<bool> {
        match self {
            Self::Humans => Some(false),
            Self::Bots => Some(true),
            Self::All => None,
        }
    }
}

/// A stored row, one per environment and bot class.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarterRow {
    /// The quarter's start.
    pub bucket: DateTime<Utc>,
    /// The name or route; empty for [`Dimension::All`].
    pub value: String,
    /// Events.
    pub n: i64,
    /// Sum of their weights.
    pub weight: f64,
    /// Bitmap of actor numbers, see `analysis::quarter`.
    pub actors: Vec<u8>,
}

/// Whether an event of the project was ever counted.
///
/// # Errors
/// When the database refuses.
pub async fn any(db: &Db, project: ProjectId) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from event_quarter where project_id = $1) as "any!""#, project.0)
        .fetch_one(&db.pool)
        .await?)
}

/// The oldest quarter of a project.
///
/// # Errors
/// When the database refuses.
pub async fn oldest(db: &Db, project: ProjectId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select min(bucket) from event_quarter where project_id = $1", project.0).fetch_one(&db.pool).await?)
}

/// The newest quarter of a project.
///
/// # Errors
/// When the database refuses.
pub async fn newest(db: &Db, project: ProjectId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select max(bucket) from event_quarter where project_id = $1", project.0).fetch_one(&db.pool).await?)
}

/// The rows of a range, `until` exclusive, by bucket; as stored, so one bucket and value has several. There are as many
/// as the range holds: callers bound the range.
///
/// # Errors
/// When the database refuses.
pub async fn read(
    db: &Db,
    project: ProjectId,
    dimension: Dimension,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bots: BotRule,
) -> Result<Vec<QuarterRow>> {
    Ok(sqlx::query_as!(
        QuarterRow,
        "select bucket, value, n, weight, actors from event_quarter
         where project_id = $1 and bucket >= $2 and bucket < $3 and dimension = $4 and ($5::bool is null or is_bot = $5)
         order by bucket",
        project.0,
        from,
        until,
        dimension.code(),
        bots.is_bot()
    )
    .fetch_all(&db.pool)
    .await?)
}

/// As [`read`], for one name or route.
///
/// # Errors
/// When the database refuses.
pub async fn read_value(
    db: &Db,
    project: ProjectId,
    dimension: Dimension,
    value: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bots: BotRule,
) -> Result<Vec<QuarterRow>> {
    Ok(sqlx::query_as!(
        QuarterRow,
        "select bucket, value, n, weight, actors from event_quarter
         where project_id = $1 and bucket >= $2 and bucket < $3 and dimension = $4 and value = $5 and ($6::bool is null or is_bot = $6)
         order by bucket",
        project.0,
        from,
        until,
        dimension.code(),
        value,
        bots.is_bot()
    )
    .fetch_all(&db.pool)
    .await?)
}

/// A row as the worker reads and writes it: the key and what is counted under it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0022_event_quarter.sql")]
pub struct Quarter {
    pub bucket: DateTime<Utc>,
    pub dimension: i16,
    pub value: String,
    pub environment: String,
    pub is_bot: bool,
    pub n: i64,
    pub weight: f64,
    pub actors: Vec<u8>,
}

/// Those of these keys that have a row; the counts of `keys` are not looked at.
///
/// # Errors
/// When the database refuses.
pub async fn stored(tx: &mut Transaction, project: ProjectId, keys: &[Quarter]) -> Result<Vec<Quarter>> {
    let keys = Columns::of(keys);
    Ok(sqlx::query_file_as!(
        Quarter,
        "sql/event_quarters/stored.sql",
        project.0,
        &keys.buckets,
        &keys.dimensions,
        &keys.values,
        &keys.environments,
        &keys.are_bots
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Writes rows in place of what was there; no key may occur twice.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, rows: &[Quarter]) -> Result<()> {
    let keys = Columns::of(rows);
    let ns: Vec<i64> = rows.iter().map(|row| row.n).collect();
    let weights: Vec<f64> = rows.iter().map(|row| row.weight).collect();
    let actors: Vec<&[u8]> = rows.iter().map(|row| row.actors.as_slice()).collect();
    sqlx::query_file!(
        "sql/event_quarters/save.sql",
        project.0,
        &keys.buckets,
        &keys.dimensions,
        &keys.values,
        &keys.environments,
        &keys.are_bots,
        &ns,
        &weights,
        actors.as_slice() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The rows of a range, `until` exclusive, of every dimension.
///
/// # Errors
/// When the database refuses.
pub async fn whole(tx: &mut Transaction, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Quarter>> {
    Ok(sqlx::query_as!(
        Quarter,
        "select bucket, dimension, value, environment, is_bot, n, weight, actors from event_quarter
         where project_id = $1 and bucket >= $2 and bucket < $3 and dimension <> $4 order by bucket, dimension, value, environment, is_bot",
        project.0,
        from,
        until,
        ADMITTED_ROUTES
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Removes the rows of these keys.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, keys: &[Quarter]) -> Result<()> {
    let keys = Columns::of(keys);
    sqlx::query_file!(
        "sql/event_quarters/remove.sql",
        project.0,
        &keys.buckets,
        &keys.dimensions,
        &keys.values,
        &keys.environments,
        &keys.are_bots
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The routes that have rows of their own on the UTC day that begins at `day`.
///
/// # Errors
/// When the database refuses.
pub async fn admitted_routes(tx: &mut Transaction, project: ProjectId, day: DateTime<Utc>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select value from event_quarter where project_id = $1 and bucket = $2 and dimension = $3",
        project.0,
        day,
        ADMITTED_ROUTES
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Gives further routes rows of their own on that day.
///
/// # Errors
/// When the database refuses, also when one of them is admitted already.
pub async fn admit_routes(tx: &mut Transaction, project: ProjectId, day: DateTime<Utc>, routes: &[String]) -> Result<()> {
    sqlx::query!(
        r"insert into event_quarter (project_id, bucket, dimension, value, environment, is_bot, n, weight, actors)
          select $1, $2, $3, r.route, '', false, 0, 0, '\x'::bytea from unnest($4::text[]) as r (route)",
        project.0,
        day,
        ADMITTED_ROUTES,
        routes
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The keys as unnest takes them.
struct Columns {
    buckets: Vec<DateTime<Utc>>,
    dimensions: Vec<i16>,
    values: Vec<String>,
    environments: Vec<String>,
    are_bots: Vec<bool>,
}

impl Columns {
    fn of(rows: &[Quarter]) -> Self {
        Self {
            buckets: rows.iter().map(|row| row.bucket).collect(),
            dimensions: rows.iter().map(|row| row.dimension).collect(),
            values: rows.iter().map(|row| row.value.clone()).collect(),
            environments: rows.iter().map(|row| row.environment.clone()).collect(),
            are_bots: rows.iter().map(|row| row.is_bot).collect(),
        }
    }
}
