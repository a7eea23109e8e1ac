//! Stored metric points, one by one, and what went on beside them.

mod alike;
mod walk;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::explorer::{MetricKey, MetricSender, NearestBy, Sample, SampleSpan};
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

pub use alike::{ALIKE_MAX, Alike, SinglePoint, alike, values};
pub use walk::{SamplePlace, Walk, walk};

use crate::{Db, Result, received, row_id};

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
    /// What is asked of each point beside its attributes.
    pub singles: &'o Singles,
}

impl Of<'_> {
    /// What `tags` holds for points of an environment with some tags.
    pub fn tagged(environment: &str, tags: &BTreeMap<String, String>) -> Value {
        serde_json::json!([environment, tags])
    }
}

/// What only single points have, each as far as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct Singles {
    pub release: Single,
    pub user: Single,
    pub session: Single,
    /// Its values are 32 hex digits.
    pub trace: Single,
}

/// How far a column is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Single {
    /// Not at all: it need not be read.
    #[default]
    Unasked,
    /// It is read to decide.
    Any,
    /// Only points with one of these values are looked at.
    OneOf(Vec<String>),
}

impl Singles {
    /// Nothing is asked of single points.
    pub const NONE: Self = Self { release: Single::Unasked, user: Single::Unasked, session: Single::Unasked, trace: Single::Unasked };

    /// The traces that points must name. What is no trace is named by none.
    fn traces(&self) -> Option<Vec<Uuid>> {
        let traces = self.trace.values()?;
        Some(traces.iter().filter_map(|trace| TraceId::parse(trace)).map(|trace| Uuid::from_bytes(trace.0)).collect())
    }
}

impl Single {
    fn is_asked(&self) -> bool {
        *self != Self::Unasked
    }

    fn values(&self) -> Option<&[String]> {
        match self {
            Self::OneOf(values) => Some(values),
            Self::Unasked | Self::Any => None,
        }
    }
}

/// One point and its metric; `None` for an id that names none.
///
/// # Errors
/// When the database refuses.
pub async fn one(db: &Db, project: ProjectId, id: &str) -> Result<Option<(MetricKey, Sample)>> {
    let Some((received_at, flush_id, n)) = row_id::read(id) else { return Ok(None) };
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

/// The trace that a user or a session had nearest to a moment, at most `within` from it.
///
/// # Errors
/// When the database refuses.
pub async fn nearest_trace(
    db: &Db,
    project: ProjectId,
    (by, id): (NearestBy, &str),
    at: DateTime<Utc>,
    within: chrono::TimeDelta,
) -> Result<Option<TraceId>> {
    let (from, until) = (at - within, at + within);
    let (received_from, received_until) = received::range(from, until);
    macro_rules! found {
        ($file:literal) => {
            sqlx::query_file_scalar!($file, project.0, id, from, until, received_from, received_until, at).fetch_optional(&db.pool).await?
        };
    }
    let found = match by {
        NearestBy::User => found!("sql/samples/nearest_trace_of_user.sql"),
        NearestBy::Session => found!("sql/samples/nearest_trace_of_session.sql"),
    };
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
            id: row_id::write(self.received_at, self.flush_id, self.n),
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
