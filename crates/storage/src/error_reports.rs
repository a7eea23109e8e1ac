//! Raw error reports. Written by ingest alone, in its flush's transaction; counted for whoever asks who had any.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::issue::IssueId;
use protocol::level::Level;
use protocol::trace::{SpanId, TraceId};
use uuid::Uuid;

use crate::place::Place;
use crate::{Db, Result, Rows, received};

/// An error report that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0026_error_report.sql, 0130, 0131")]
pub struct NewErrorReport {
    pub event_id: Uuid,
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub level: Level,
    pub kind: Option<String>,
    pub message: String,
    pub handled: bool,
    /// JSON text of a list, as are the next three.
    pub stacktrace: String,
    pub cause: String,
    pub breadcrumbs: String,
    pub fingerprint: String,
    /// JSON text of an object, as is the next one.
    pub tags: String,
    pub context: String,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub actor_kind: i16,
    pub actor: String,
    pub session_id: Option<String>,
    pub route: Option<String>,
    pub service: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub weight: f64,
    pub flags: i32,
    pub issue: IssueId,
    pub culprit: Option<String>,
}

pub(crate) const COPY: &str = "copy error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, client_ts, level, type, \
     message, handled, stacktrace, cause, breadcrumbs, fingerprint, tags, context, trace_id, span_id, actor_kind, actor, session_id, \
     route, service, release, environment, weight, flags, issue_id, culprit) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, report: &NewErrorReport) {
    place
        .begin(rows, 31)
        .uuid(report.event_id)
        .timestamptz(report.ts)
        .optional(report.client_ts, Rows::timestamptz)
        .int2(report.level.code())
        .optional(report.kind.as_deref(), Rows::text)
        .text(&report.message)
        .bool(report.handled)
        .jsonb(&report.stacktrace)
        .jsonb(&report.cause)
        .jsonb(&report.breadcrumbs)
        .jsonb(&report.fingerprint)
        .jsonb(&report.tags)
        .jsonb(&report.context)
        .optional(report.trace_id, |rows, id| rows.bytes(&id.0))
        .optional(report.span_id, |rows, id| rows.bytes(&id.0))
        .int2(report.actor_kind)
        .text(&report.actor)
        .optional(report.session_id.as_deref(), Rows::text)
        .optional(report.route.as_deref(), Rows::text)
        .optional(report.service.as_deref(), Rows::text)
        .optional(report.release.as_deref(), Rows::text)
        .text(&report.environment)
        .float8(report.weight)
        .int4(report.flags)
        .int8(report.issue.0)
        .optional(report.culprit.as_deref(), Rows::text);
}

/// An actor's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// What the count is asked for.
    pub place: i64,
    /// [`protocol::id::ActorKind::code`].
    pub kind: i16,
    /// The actor's id.
    pub id: String,
    /// From, inclusive.
    pub from: DateTime<Utc>,
    /// To, inclusive.
    pub until: DateTime<Utc>,
}

/// How many error reports of these actors lie in their times, by place; each actor's are counted up to a limit, and places
/// without any are left out.
///
/// # Errors
/// When the database refuses.
pub async fn counts(db: &Db, project: ProjectId, stays: &[Stay], limit: i64) -> Result<Vec<(i64, u64)>> {
    let (Some(from), Some(until)) = (stays.iter().map(|stay| stay.from).min(), stays.iter().map(|stay| stay.until).max()) else {
        return Ok(Vec::new());
    };
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!(
        "sql/error_reports/counts.sql",
        project.0,
        &stays.iter().map(|stay| stay.place).collect::<Vec<_>>(),
        &stays.iter().map(|stay| stay.kind).collect::<Vec<_>>(),
        &stays.iter().map(|stay| stay.id.clone()).collect::<Vec<_>>(),
        &stays.iter().map(|stay| stay.from).collect::<Vec<_>>(),
        &stays.iter().map(|stay| stay.until).collect::<Vec<_>>(),
        received_from,
        received_until,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, row.errors.unsigned_abs())).collect())
}

/// How many errors, weighted by sample rate, each of the buckets between rising bounds has, by their own time. Reports below
/// [`Level::Error`] are none.
///
/// # Errors
/// When the database refuses.
pub async fn over_time(db: &Db, project: ProjectId, bounds: &[DateTime<Utc>]) -> Result<Vec<f64>> {
    let (Some(until), buckets) = (bounds.last(), bounds.len().saturating_sub(1)) else { return Ok(Vec::new()) };
    let rows =
        sqlx::query_file!("sql/error_reports/over_time.sql", project.0, Level::Error.code(), bounds, until).fetch_all(&db.pool).await?;
    let mut counts = vec![0.0; buckets];
    for row in rows {
        // Buckets are numbered from 1.
        if let Some(count) = usize::try_from(row.bucket - 1).ok().and_then(|bucket| counts.get_mut(bucket)) {
            *count = row.errors;
        }
    }
    Ok(counts)
}
