//! Raw log records. Written by ingest alone, in its flush's transaction; searched by whoever looks for what happened.

mod found;
mod over_time;

use chrono::{DateTime, Utc};
use protocol::level::Level;
use protocol::trace::{SpanId, TraceId};

use crate::Rows;
use crate::place::Place;

pub use found::{LogPlace, Placed, Walk, any, arrived, one, walk};
pub use over_time::{LevelCell, over_time};

/// A log record that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0029_log.sql")]
pub struct NewLog {
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub level: Level,
    pub body: String,
    /// JSON text of an object.
    pub attributes: String,
    pub service: Option<String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub weight: f64,
    pub flags: i32,
}

pub(crate) const COPY: &str = "copy log (project_id, received_at, flush_id, n, batch_id, ts, client_ts, level, body, attributes, service, \
     trace_id, span_id, user_id, session_id, release, environment, weight, flags) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, log: &NewLog) {
    place
        .begin(rows, 19)
        .timestamptz(log.ts)
        .optional(log.client_ts, Rows::timestamptz)
        .int2(log.level.code())
        .text(&log.body)
        .jsonb(&log.attributes)
        .optional(log.service.as_deref(), Rows::text)
        .optional(log.trace_id, |rows, id| rows.bytes(&id.0))
        .optional(log.span_id, |rows, id| rows.bytes(&id.0))
        .optional(log.user_id.as_deref(), Rows::text)
        .optional(log.session_id.as_deref(), Rows::text)
        .optional(log.release.as_deref(), Rows::text)
        .text(&log.environment)
        .float8(log.weight)
        .int4(log.flags);
}
