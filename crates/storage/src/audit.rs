//! What the counting is checked against: rollup, segments and raw rows, all as of one moment.
//!
//! Within one [`Snapshot`] they must agree to the event, however much is being counted meanwhile: the worker writes them in
//! one transaction.

use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;

use crate::event_quarters::{self, Quarter};
use crate::segments::StoredPart;
use crate::{Db, Result, Transaction};

/// Statements of a check may take so long: they read whole days.
const STATEMENT_TIMEOUT: &str = "set local statement_timeout = '10min'";

/// The database as it was when this was opened. It holds back vacuum, so keep it for seconds.
#[derive(Debug)]
pub struct Snapshot(pub(crate) Transaction);

impl Snapshot {
    /// Opens one.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn open(db: &Db) -> Result<Self> {
        let mut tx = db.pool.begin_with("begin isolation level repeatable read read only").await?;
        sqlx::query(STATEMENT_TIMEOUT).execute(&mut *tx).await?;
        Ok(Self(tx))
    }

    /// Lets go of it.
    ///
    /// # Errors
    /// When the database went away meanwhile.
    pub async fn close(self) -> Result<()> {
        Ok(self.0.rollback().await?)
    }
}

/// A UTC day's events, as counted and as in segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Sums {
    pub counted: i64,
    pub in_segments: i64,
}

/// The sums of a day.
///
/// # Errors
/// When the database refuses.
pub async fn day(snapshot: &mut Snapshot, project: ProjectId, day: NaiveDate) -> Result<Sums> {
    Ok(sqlx::query_file_as!(Sums, "sql/audit/day.sql", project.0, day).fetch_one(&mut *snapshot.0).await?)
}

/// The first day that is in the rollup and whose segments retention has left; `None` when nothing was ever counted.
///
/// # Errors
/// When the database refuses.
pub async fn first_day(snapshot: &mut Snapshot, project: ProjectId) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar!(
        "select greatest(
             (select (min(bucket) at time zone 'UTC')::date from event_quarter where project_id = $1),
             (select segments_from from work where project_id = $1)
         )",
        project.0
    )
    .fetch_one(&mut *snapshot.0)
    .await?)
}

/// The last day that has anything.
///
/// # Errors
/// When the database refuses.
pub async fn last_day(snapshot: &mut Snapshot, project: ProjectId) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar!(
        "select greatest(
             (select (max(bucket) at time zone 'UTC')::date from event_quarter where project_id = $1),
             (select max(day) from segment where project_id = $1)
         )",
        project.0
    )
    .fetch_one(&mut *snapshot.0)
    .await?)
}

/// Raw events that are counted, by the UTC day that they happened on. Reads every raw event since.
///
/// # Errors
/// When the database refuses.
pub async fn raw_days(snapshot: &mut Snapshot, project: ProjectId, from: NaiveDate) -> Result<Vec<(NaiveDate, i64)>> {
    let rows = sqlx::query_file!("sql/audit/raw_days.sql", project.0, from).fetch_all(&mut *snapshot.0).await?;
    Ok(rows.into_iter().map(|row| (row.day, row.events)).collect())
}

/// Flushes whose events are counted and not yet in segments.
///
/// # Errors
/// When the database refuses.
pub async fn debts(snapshot: &mut Snapshot, project: ProjectId) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from segment_debt where project_id = $1"#, project.0)
        .fetch_one(&mut *snapshot.0)
        .await?)
}

/// The quarters of a day that have events.
///
/// # Errors
/// When the database refuses.
pub async fn buckets(snapshot: &mut Snapshot, project: ProjectId, day: NaiveDate) -> Result<Vec<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(
        "select distinct bucket from event_quarter
         where project_id = $1 and dimension = 0 and bucket >= $2::date::timestamp at time zone 'UTC'
             and bucket < ($2::date + 1)::timestamp at time zone 'UTC' order by bucket",
        project.0,
        day
    )
    .fetch_all(&mut *snapshot.0)
    .await?)
}

/// The rows of a range, `until` exclusive, as [`event_quarters::whole`] reads them.
///
/// # Errors
/// When the database refuses.
pub async fn quarters(snapshot: &mut Snapshot, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Quarter>> {
    event_quarters::whole(&mut snapshot.0, project, from, until).await
}

/// A segment with its description.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0060_segment.sql")]
pub struct Described {
    pub segment_id: i64,
    pub events: i64,
    pub meta: serde_json::Value,
}

/// The segments of a day.
///
/// # Errors
/// When the database refuses.
pub async fn segments(snapshot: &mut Snapshot, project: ProjectId, day: NaiveDate) -> Result<Vec<Described>> {
    Ok(sqlx::query_as!(
        Described,
        "select segment_id, events, meta from segment where project_id = $1 and day = $2 order by segment_id",
        project.0,
        day
    )
    .fetch_all(&mut *snapshot.0)
    .await?)
}

/// These parts of a segment.
///
/// # Errors
/// When the database refuses.
pub async fn parts(snapshot: &mut Snapshot, project: ProjectId, segment: i64, parts: &[i16]) -> Result<Vec<StoredPart>> {
    Ok(sqlx::query_as!(
        StoredPart,
        "select segment_id, part, bytes from segment_part where project_id = $1 and segment_id = $2 and part = any($3) order by part",
        project.0,
        segment,
        parts
    )
    .fetch_all(&mut *snapshot.0)
    .await?)
}
