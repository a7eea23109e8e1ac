//! Raw spans. Written by ingest alone, in its flush's transaction.

use chrono::{DateTime, Utc};
use protocol::span::SpanStatus;
use protocol::trace::{SpanId, TraceId};

use crate::Rows;
use crate::place::Place;

/// A span that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0024_span.sql")]
pub struct NewSpan {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub duration_ms: f64,
    pub name: String,
    pub op: Option<String>,
    pub service: Option<String>,
    pub status: SpanStatus,
    /// JSON text of an object.
    pub attributes: String,
    pub environment: String,
    pub release: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub weight: f64,
    pub flags: i32,
}

pub(crate) const COPY: &str = "copy span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, parent_span_id, ts, client_ts, \
     duration_ms, name, op, service, status, attributes, environment, release, user_id, session_id, weight, flags) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, span: &NewSpan) {
    place
        .begin(rows, 22)
        .bytes(&span.trace_id.0)
        .bytes(&span.span_id.0)
        .optional(span.parent_span_id, |rows, id| rows.bytes(&id.0))
        .timestamptz(span.ts)
        .optional(span.client_ts, Rows::timestamptz)
        .float8(span.duration_ms)
        .text(&span.name)
        .optional(span.op.as_deref(), Rows::text)
        .optional(span.service.as_deref(), Rows::text)
        .int2(span.status.code())
        .jsonb(&span.attributes)
        .text(&span.environment)
        .optional(span.release.as_deref(), Rows::text)
        .optional(span.user_id.as_deref(), Rows::text)
        .optional(span.session_id.as_deref(), Rows::text)
        .float8(span.weight)
        .int4(span.flags);
}
