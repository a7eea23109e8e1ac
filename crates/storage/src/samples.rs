//! Stored metric points, and how many there are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::explorer::{MetricKey, MetricSender, Sample, SampleOrder, SampleSpan};
use protocol::id::ProjectId;
use protocol::issue::IssueId;
use protocol::level::Level;
use protocol::metric::MetricKind;
use protocol::span::SpanStatus;
use protocol::timeline::{TimelineBody, TimelineItem};
use protocol::trace::{SpanId, TraceId};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Db, Result, received};

/// A metric of some name, and when it was last seen.
#[derive(Clone, Debug)]
pub struct NamedMetric {
    /// Which.
    pub metric: MetricKey,
    /// Its newest point.
    pub last_seen: DateTime<Utc>,
}

/// The metrics of one name, the last seen one first: one name may come with several kinds or units.
pub async fn metrics_named(db: &Db, project: ProjectId, name: &str) -> Result<Vec<NamedMetric>> {
    let rows = sqlx::query!(
        r#"select kind, unit, max(last_seen) as "last_seen!" from metric_series
           where project_id = $1 and name = $2 group by kind, unit order by max(last_seen) desc, kind, unit"#,
        project.0,
        name
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let kind = MetricKind::from_code(row.kind)?;
            Some(NamedMetric { metric: MetricKey { name: name.to_owned(), kind, unit: row.unit }, last_seen: row.last_seen })
        })
        .collect())
}

/// Which stored points.
#[derive(Clone, Copy, Debug)]
pub struct Of<'o> {
    /// Of which metric.
    pub metric: &'o MetricKey,
    /// From when, by their own time.
    pub from: DateTime<Utc>,
    /// Until when, exclusive.
    pub until: DateTime<Utc>,
    /// Only those with one of these sets of attributes; all where `None`.
    pub tags: Option<&'o [Value]>,
}

impl Of<'_> {
    /// What `tags` holds for points of an environment with some tags.
    pub fn tagged(environment: &str, tags: &BTreeMap<String, String>) -> Value {
        serde_json::json!([environment, tags])
    }
}

/// Some stored points of a metric, in the order of the order. Those near a percentile are near `target`, which is its value.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, of: Of<'_>, order: SampleOrder, target: f64, limit: i64) -> Result<Vec<Sample>> {
    let Of { metric, from, until, tags } = of;
    let (received_from, received_until) = received::range(from, until);
    macro_rules! samples {
        ($file:literal $(, $more:expr)*) => {
            sqlx::query_file_as!(
                Stored,
                $file,
                project.0,
                &metric.name,
                metric.kind.code(),
                &metric.unit,
                from,
                until,
                received_from,
                received_until,
                limit,
                tags as _
                $(, $more)*
            )
            .fetch_all(&db.pool)
            .await?
        };
    }
    let rows = match order {
        SampleOrder::Latest => samples!("sql/samples/latest.sql"),
        SampleOrder::Oldest => samples!("sql/samples/oldest.sql"),
        SampleOrder::Largest => samples!("sql/samples/largest.sql"),
        SampleOrder::Smallest => samples!("sql/samples/smallest.sql"),
        SampleOrder::P50 | SampleOrder::P95 => samples!("sql/samples/nearest.sql", target),
    };
    Ok(rows.into_iter().map(Stored::read).collect())
}

/// One point and its metric; `None` for an id that names none.
///
/// # Errors
/// When the database refuses.
pub async fn one(db: &Db, project: ProjectId, id: &str) -> Result<Option<(MetricKey, Sample)>> {
    let Some((received_at, flush_id, n)) = read_id(id) else { return Ok(None) };
    let row = sqlx::query_file!("sql/samples/one.sql", project.0, received_at, flush_id, n).fetch_optional(&db.pool).await?;
    Ok(row.and_then(|row| {
        let metric = MetricKey { name: row.name, kind: MetricKind::from_code(row.kind)?, unit: row.unit };
        let stored = Stored {
            received_at: row.received_at,
            flush_id: row.flush_id,
            n: row.n,
            ts: row.ts,
            value: row.value,
            set_hash: row.set_hash,
            tags: row.tags,
            environment: row.environment,
            release: row.release,
            user_id: row.user_id,
            session_id: row.session_id,
            trace_id: row.trace_id,
            span_id: row.span_id,
        };
        Some((metric, stored.read()))
    }))
}

/// How often a value of an attribute occurs in a part of the time and around it; without key and value all points.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see sql/samples/why.sql")]
pub struct Occurring {
    pub key: Option<String>,
    pub value: Option<String>,
    pub inside: i64,
    pub outside: i64,
}

/// What points inside have, and how many of those outside have it too. Inside are points of `inside` of at least `least`.
///
/// # Errors
/// When the database refuses.
pub async fn occurring(
    db: &Db,
    project: ProjectId,
    of: Of<'_>,
    inside: (DateTime<Utc>, DateTime<Utc>),
    least: Option<f64>,
) -> Result<Vec<Occurring>> {
    let Of { metric, from, until, tags } = of;
    let (received_from, received_until) = received::range(from, until);
    Ok(sqlx::query_file_as!(
        Occurring,
        "sql/samples/why.sql",
        project.0,
        &metric.name,
        metric.kind.code(),
        &metric.unit,
        from,
        until,
        received_from,
        received_until,
        inside.0,
        inside.1,
        least,
        tags as _
    )
    .fetch_all(&db.pool)
    .await?)
}

/// Who sent a metric in a range, `until` exclusive, whoever sent most first; at most 20.
///
/// # Errors
/// When the database refuses.
pub async fn senders(
    db: &Db,
    project: ProjectId,
    metric: &MetricKey,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<MetricSender>> {
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!(
        "sql/samples/senders.sql",
        project.0,
        &metric.name,
        metric.kind.code(),
        &metric.unit,
        from,
        until,
        received_from,
        received_until
    )
    .fetch_all(&db.pool)
    .await?;
    let sender =
        |points: i64, release, environment, last_seen| MetricSender { release, environment, points: points.unsigned_abs(), last_seen };
    Ok(rows.into_iter().map(|row| sender(row.points, row.release, row.environment, row.last_seen)).collect())
}

/// The release that sent most series of a metric in a range, `until` exclusive, as far as its latest points tell.
///
/// # Errors
/// When the database refuses.
pub async fn widest_sender(
    db: &Db,
    project: ProjectId,
    metric: &MetricKey,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<String>> {
    let (received_from, received_until) = received::range(from, until);
    let release = sqlx::query_file_scalar!(
        "sql/samples/widest_sender.sql",
        project.0,
        &metric.name,
        metric.kind.code(),
        &metric.unit,
        from,
        until,
        received_from,
        received_until
    );
    Ok(release.fetch_optional(&db.pool).await?)
}

/// The first spans of a trace, which began about `at`.
///
/// # Errors
/// When the database refuses.
pub async fn spans_of_trace(db: &Db, project: ProjectId, trace: TraceId, at: DateTime<Utc>, limit: i64) -> Result<Vec<SampleSpan>> {
    let (received_from, received_until) = received::range(at, at);
    let rows =
        sqlx::query_file!("sql/samples/spans_of_trace.sql", project.0, Uuid::from_bytes(trace.0), received_from, received_until, limit)
            .fetch_all(&db.pool)
            .await?;
    let spans = rows.into_iter().filter_map(|row| {
        Some(SampleSpan {
            span_id: SpanId(row.span_id.to_be_bytes()),
            parent_span_id: row.parent_span_id.map(|id| SpanId(id.to_be_bytes())),
            ts: row.ts,
            duration_ms: row.duration_ms,
            name: row.name,
            service: row.service,
            status: SpanStatus::from_code(row.status)?,
        })
    });
    Ok(spans.collect())
}

/// The first errors of a trace, which began about `at`.
///
/// # Errors
/// When the database refuses.
pub async fn errors_of_trace(db: &Db, project: ProjectId, trace: TraceId, at: DateTime<Utc>, limit: i64) -> Result<Vec<TimelineItem>> {
    let (received_from, received_until) = received::range(at, at);
    let rows =
        sqlx::query_file!("sql/samples/errors_of_trace.sql", project.0, Uuid::from_bytes(trace.0), received_from, received_until, limit)
            .fetch_all(&db.pool)
            .await?;
    let errors = rows.into_iter().filter_map(|row| {
        let body = TimelineBody::Error {
            error_type: row.error_type,
            message: row.message,
            level: Level::from_code(row.level)?,
            handled: row.handled,
            route: row.route,
            service: row.service,
            issue: row.issue_id.map(IssueId),
        };
        let (trace_id, session_id, release) = (row.trace_id.map(|id| TraceId(id.into_bytes())), row.session_id, row.release);
        Some(TimelineItem { ts: row.ts, trace_id, session_id, release, body, moment: Vec::new() })
    });
    Ok(errors.collect())
}

/// The trace that a user, or a session without a user, had nearest to a moment, at most `within` from it.
///
/// # Errors
/// When the database refuses.
pub async fn nearest_trace(
    db: &Db,
    project: ProjectId,
    sender: &str,
    at: DateTime<Utc>,
    within: chrono::TimeDelta,
) -> Result<Option<TraceId>> {
    let (from, until) = (at - within, at + within);
    let (received_from, received_until) = received::range(from, until);
    let found =
        sqlx::query_file_scalar!("sql/samples/nearest_trace.sql", project.0, sender, from, until, received_from, received_until, at)
            .fetch_optional(&db.pool)
            .await?;
    Ok(found.map(|id| TraceId(id.into_bytes())))
}

/// A row as it is stored.
struct Stored {
    received_at: DateTime<Utc>,
    flush_id: Uuid,
    n: i32,
    ts: DateTime<Utc>,
    value: f64,
    set_hash: Option<i64>,
    tags: Json<BTreeMap<String, String>>,
    environment: String,
    release: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    trace_id: Option<Uuid>,
    span_id: Option<i64>,
}

impl Stored {
    fn read(self) -> Sample {
        Sample {
            id: format!("{:x}-{}-{:x}", self.received_at.timestamp_micros(), self.flush_id.simple(), self.n),
            ts: self.ts,
            value: if self.set_hash.is_some() { 1.0 } else { self.value },
            member: self.set_hash.map(|hash| format!("{:016x}", hash.cast_unsigned())),
            tags: self.tags.0,
            trace_id: self.trace_id.map(|id| TraceId(id.into_bytes())),
            span_id: self.span_id.map(|id| SpanId(id.to_be_bytes())),
            user_id: self.user_id,
            session_id: self.session_id,
            release: self.release,
            environment: self.environment,
        }
    }
}

/// The primary key that a sample's id names.
fn read_id(id: &str) -> Option<(DateTime<Utc>, Uuid, i32)> {
    let mut pieces = id.splitn(3, '-');
    let (received, flush, n) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let received_at = DateTime::from_timestamp_micros(i64::from_str_radix(received, 16).ok()?)?;
    Some((received_at, flush.parse().ok()?, i32::from_str_radix(n, 16).ok()?))
}
