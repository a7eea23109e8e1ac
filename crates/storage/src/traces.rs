//! Spans as traces: looked for by their start, read by their trace.

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use protocol::id::ProjectId;
use protocol::span::{Span, SpanStatus};
use protocol::trace::{SpanId, TraceId};
use protocol::traces::TracesOf;
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Db, Result, received};

mod marks;
pub use marks::{Of, errors, events, logs, points, visitors};

/// What a column of each span must be; anything where `None`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Columns {
    pub name: Option<String>,
    pub op: Option<String>,
    pub service: Option<String>,
    pub status: Option<SpanStatus>,
    /// At least, and at most; milliseconds.
    pub duration_ms: (f64, f64),
    /// One of these.
    pub traces: Option<Vec<TraceId>>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { name: None, op: None, service: None, status: None, duration_ms: (0.0, f64::MAX), traces: None }
    }
}

/// Which spans are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Their start, inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// At most so many: the newest.
    pub limit: i64,
    /// Attributes are read too.
    pub attributes: bool,
}

/// Hands every span of a window to `take`, newest first, each with its start.
///
/// # Errors
/// When the database refuses.
pub async fn each(
    db: &Db,
    project: ProjectId,
    of: TracesOf,
    columns: &Columns,
    window: Window,
    mut take: impl FnMut(DateTime<Utc>, Span),
) -> Result<()> {
    let Window { from, until, limit, attributes } = window;
    let (received_from, received_until) = received::range(from, until);
    let traces: Option<Vec<Uuid>> = columns.traces.as_ref().map(|traces| traces.iter().map(|trace| Uuid::from_bytes(trace.0)).collect());
    macro_rules! found {
        ($file:literal) => {{
            let mut rows = sqlx::query_file!(
                $file,
                project.0,
                from,
                until,
                received_from,
                received_until,
                columns.name,
                columns.op,
                columns.service,
                columns.status.map(SpanStatus::code),
                columns.duration_ms.0,
                columns.duration_ms.1,
                traces.as_deref(),
                limit,
                attributes
            )
            .fetch(&db.pool);
            while let Some(row) = rows.try_next().await? {
                let span = Span {
                    trace_id: TraceId(row.trace_id.into_bytes()),
                    span_id: span_id(row.span_id),
                    parent_span_id: row.parent_span_id.map(span_id),
                    name: row.name,
                    op: row.op,
                    service: row.service,
                    start: None,
                    end: None,
                    duration_ms: Some(row.duration_ms),
                    status: SpanStatus::from_code(row.status).unwrap_or_default(),
                    attributes: match row.attributes {
                        Some(Value::Object(attributes)) => attributes,
                        _ => Map::new(),
                    },
                    user_id: row.user_id,
                    session_id: row.session_id,
                    release: row.release,
                    environment: Some(row.environment),
                    sample_rate: None,
                };
                take(row.ts, span);
            }
        }};
    }
    match of {
        TracesOf::Roots => found!("sql/traces/roots.sql"),
        TracesOf::Spans => found!("sql/traces/any_spans.sql"),
    }
    Ok(())
}

/// The failed spans of a trace.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Failures {
    pub trace: TraceId,
    pub failed: u64,
    /// When the first of them began.
    pub first: DateTime<Utc>,
}

/// The traces of the newest failed spans that began in a time, at most `limit` spans.
///
/// # Errors
/// When the database refuses.
pub async fn failures(db: &Db, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>, limit: i64) -> Result<Vec<Failures>> {
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!("sql/traces/failures.sql", project.0, from, until, received_from, received_until, limit)
        .fetch_all(&db.pool)
        .await?;
    let failures = rows.into_iter().map(|row| Failures {
        trace: TraceId(row.trace_id.into_bytes()),
        failed: row.failed.unsigned_abs(),
        first: row.first,
    });
    Ok(failures.collect())
}

/// How large a trace is.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Size {
    pub trace: TraceId,
    pub spans: u64,
    pub failed: u64,
    pub services: Vec<String>,
}

/// How large these traces are, each counted up to a limit.
///
/// # Errors
/// When the database refuses.
pub async fn sizes(db: &Db, project: ProjectId, traces: &[Uuid], limit: i64) -> Result<Vec<Size>> {
    let rows = sqlx::query_file!("sql/traces/sizes.sql", project.0, traces, limit, SpanStatus::Error.code()).fetch_all(&db.pool).await?;
    let size = rows.into_iter().map(|row| Size {
        trace: TraceId(row.trace_id.into_bytes()),
        spans: row.spans.unsigned_abs(),
        failed: row.failed.unsigned_abs(),
        services: row.services.unwrap_or_default(),
    });
    Ok(size.collect())
}

/// A span of a trace, without its attributes.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0024_span.sql")]
pub struct TraceRow {
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub ts: DateTime<Utc>,
    pub duration_ms: f64,
    pub name: String,
    pub op: Option<String>,
    pub service: Option<String>,
    pub status: SpanStatus,
    pub release: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
}

/// The spans of a trace that began first.
///
/// # Errors
/// When the database refuses.
pub async fn spans(db: &Db, project: ProjectId, trace: TraceId, limit: i64) -> Result<Vec<TraceRow>> {
    let rows = sqlx::query_file!("sql/traces/spans.sql", project.0, Uuid::from_bytes(trace.0), limit).fetch_all(&db.pool).await?;
    let spans = rows.into_iter().map(|row| TraceRow {
        span_id: span_id(row.span_id),
        parent_span_id: row.parent_span_id.map(span_id),
        ts: row.ts,
        duration_ms: row.duration_ms,
        name: row.name,
        op: row.op,
        service: row.service,
        status: SpanStatus::from_code(row.status).unwrap_or_default(),
        release: row.release,
        user_id: row.user_id,
        session_id: row.session_id,
    });
    Ok(spans.collect())
}

/// One span as it was sent, its start corrected, and when it was received.
///
/// # Errors
/// When the database refuses.
pub async fn span(db: &Db, project: ProjectId, trace: TraceId, span: SpanId) -> Result<Option<(DateTime<Utc>, Span)>> {
    let row = sqlx::query_file!("sql/traces/span.sql", project.0, Uuid::from_bytes(trace.0), i64::from_be_bytes(span.0))
        .fetch_optional(&db.pool)
        .await?;
    Ok(row.map(|row| {
        let Json(attributes) = row.attributes;
        let found = Span {
            trace_id: trace,
            span_id: span,
            parent_span_id: row.parent_span_id.map(span_id),
            name: row.name,
            op: row.op,
            service: row.service,
            start: Some(row.ts.into()),
            end: None,
            duration_ms: Some(row.duration_ms),
            status: SpanStatus::from_code(row.status).unwrap_or_default(),
            attributes,
            user_id: row.user_id,
            session_id: row.session_id,
            release: row.release,
            environment: Some(row.environment),
            sample_rate: None,
        };
        (row.received_at, found)
    }))
}

fn span_id(stored: i64) -> SpanId {
    SpanId(stored.to_be_bytes())
}
