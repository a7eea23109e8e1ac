//! Raw metric points. Written by ingest alone, in its flush's transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::metric::MetricKind;
use protocol::trace::{SpanId, TraceId};

use crate::Rows;
use crate::place::Place;

/// A metric point that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct NewPoint {
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub name: String,
    pub kind: MetricKind,
    pub unit: String,
    pub value: f64,
    pub set_hash: Option<i64>,
    pub tags: BTreeMap<String, String>,
    pub environment: String,
    pub release: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub flags: i32,
}

pub(crate) const COPY: &str = "copy metric_point (project_id, received_at, flush_id, n, batch_id, ts, client_ts, name, kind, unit, value, set_hash, tags, \
     environment, release, user_id, session_id, trace_id, span_id, flags) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, point: &NewPoint) {
    let tags = serde_json::to_string(&point.tags).unwrap_or_else(|_| "{}".to_owned());
    place
        .begin(rows, 20)
        .timestamptz(point.ts)
        .optional(point.client_ts, Rows::timestamptz)
        .text(&point.name)
        .int2(point.kind.code())
        .text(&point.unit)
        .float8(point.value)
        .optional(point.set_hash, Rows::int8)
        .jsonb(&tags)
        .text(&point.environment)
        .optional(point.release.as_deref(), Rows::text)
        .optional(point.user_id.as_deref(), Rows::text)
        .optional(point.session_id.as_deref(), Rows::text)
        .optional(point.trace_id, |rows, id| rows.bytes(&id.0))
        .optional(point.span_id, |rows, id| rows.bytes(&id.0))
        .int4(point.flags);
}
