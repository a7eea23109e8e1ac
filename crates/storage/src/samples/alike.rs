//! Stored points by what a filter can ask of them: of each such combination it is decided once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use protocol::explorer::MetricKey;
use protocol::filter::Field;
use protocol::id::ProjectId;
use protocol::trace::TraceId;
use sqlx::types::Json;

use super::Of;
use crate::{Db, Result, received};

/// What some points have in common. Of what only single points have, what is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct Alike {
    pub environment: String,
    pub tags: BTreeMap<String, String>,
    pub release: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub trace_id: Option<TraceId>,
}

/// Points that are alike, in no order.
#[derive(Clone, Debug, PartialEq)]
pub struct AlikePoints {
    /// What they have in common.
    pub alike: Alike,
    /// Their times.
    pub at: Vec<DateTime<Utc>>,
    /// Their values, in the order of the times.
    pub values: Vec<f64>,
    /// Of a set, what the values stand for.
    pub hashes: Option<Vec<i64>>,
}

macro_rules! alike {
    ($row:expr) => {
        Alike {
            environment: $row.environment,
            tags: $row.tags.0,
            release: $row.release,
            user_id: $row.user_id,
            session_id: $row.session_id,
            trace_id: $row.trace_id.map(|id| TraceId(id.into_bytes())),
        }
    };
}

/// At most `limit` points of a metric.
///
/// # Errors
/// When the database refuses.
pub async fn points(db: &Db, project: ProjectId, of: Of<'_>, limit: i64) -> Result<Vec<AlikePoints>> {
    let (received_from, received_until) = received::range(of.from, of.until);
    let (singles, traces) = (of.singles, of.singles.traces());
    let rows = sqlx::query_file!(
        "sql/samples/points.sql",
        project.0,
        &of.metric.name,
        of.metric.kind.code(),
        &of.metric.unit,
        of.from,
        of.until,
        received_from,
        received_until,
        of.tags as _,
        singles.release.values() as _,
        singles.user.values() as _,
        singles.session.values() as _,
        traces.as_deref() as _,
        singles.release.is_asked(),
        singles.user.is_asked(),
        singles.session.is_asked(),
        singles.trace.is_asked(),
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows.into_iter().map(|row| AlikePoints { alike: alike!(row), at: row.at, values: row.values, hashes: row.hashes }).collect())
}

/// How often points that are alike occur in a part of the time and around it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see sql/samples/occurring.sql")]
pub struct Occurring {
    pub alike: Alike,
    pub inside: i64,
    pub outside: i64,
}

/// Tells `take` of all points of a metric, at most `limit` combinations. Inside are points of `inside` of at least `least`.
///
/// # Errors
/// When the database refuses.
pub async fn occurring(
    db: &Db,
    project: ProjectId,
    of: Of<'_>,
    (inside, least): ((DateTime<Utc>, DateTime<Utc>), Option<f64>),
    limit: i64,
    mut take: impl FnMut(Occurring),
) -> Result<()> {
    let (received_from, received_until) = received::range(of.from, of.until);
    let (singles, traces) = (of.singles, of.singles.traces());
    let mut rows = sqlx::query_file!(
        "sql/samples/occurring.sql",
        project.0,
        &of.metric.name,
        of.metric.kind.code(),
        &of.metric.unit,
        of.from,
        of.until,
        received_from,
        received_until,
        of.tags as _,
        singles.release.values() as _,
        singles.user.values() as _,
        singles.session.values() as _,
        traces.as_deref() as _,
        singles.release.is_asked(),
        singles.user.is_asked(),
        singles.session.is_asked(),
        singles.trace.is_asked(),
        inside.0,
        inside.1,
        least,
        limit
    )
    .fetch(&db.pool);
    while let Some(row) = rows.try_next().await? {
        take(Occurring { alike: alike!(row), inside: row.inside, outside: row.outside });
    }
    Ok(())
}

/// Values of a field that only single points have which hold a text, whatever its capitals, with how many of the latest 10,000 points
/// of a time have each; most first. Another field has none.
///
/// # Errors
/// When the database refuses.
pub async fn values(
    db: &Db,
    project: ProjectId,
    (metric, field): (&MetricKey, &Field),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    text: &str,
    limit: i64,
) -> Result<Vec<(String, i64)>> {
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!(
        "sql/samples/values.sql",
        project.0,
        &metric.name,
        metric.kind.code(),
        &metric.unit,
        from,
        until,
        received_from,
        received_until,
        field.word(),
        text,
        limit
    );
    Ok(rows.fetch_all(&db.pool).await?.into_iter().map(|row| (row.value, row.points)).collect())
}
