//! Raw events. Written by ingest alone, in its flush's transaction.

use chrono::{DateTime, Utc};
use protocol::trace::{SpanId, TraceId};
use uuid::Uuid;

use crate::Rows;
use crate::place::Place;

/// An event that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct NewEvent {
    pub event_id: Uuid,
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub seq: Option<i64>,
    pub actor_kind: i16,
    pub actor: String,
    pub anonymous_id: Option<String>,
    pub session_id: Option<String>,
    pub name: String,
    pub route: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub country: Option<String>,
    pub os: Option<String>,
    pub browser: Option<String>,
    pub device: Option<String>,
    pub referrer: Option<String>,
    /// JSON text of an object.
    pub props: String,
    /// JSON text of an object.
    pub context: Option<String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub weight: f64,
    pub flags: i32,
    pub is_bot: bool,
    /// See migrations/0036_event_bot.sql.
    pub bot: Option<String>,
}

pub(crate) const COPY: &str = "copy event (project_id, received_at, flush_id, n, batch_id, event_id, ts, client_ts, seq, actor_kind, actor, \
     anonymous_id, session_id, install_id, name, route, release, environment, country, os, browser, device, referrer, props, \
     context, trace_id, span_id, weight, flags, is_bot, bot) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, event: &NewEvent) {
    place
        .begin(rows, 31)
        .uuid(event.event_id)
        .timestamptz(event.ts)
        .optional(event.client_ts, Rows::timestamptz)
        .optional(event.seq, Rows::int8)
        .int2(event.actor_kind)
        .text(&event.actor)
        .optional(event.anonymous_id.as_deref(), Rows::text)
        .optional(event.session_id.as_deref(), Rows::text)
        .optional(place.install_id, Rows::text)
        .text(&event.name)
        .optional(event.route.as_deref(), Rows::text)
        .optional(event.release.as_deref(), Rows::text)
        .text(&event.environment)
        .optional(event.country.as_deref(), Rows::text)
        .optional(event.os.as_deref(), Rows::text)
        .optional(event.browser.as_deref(), Rows::text)
        .optional(event.device.as_deref(), Rows::text)
        .optional(event.referrer.as_deref(), Rows::text)
        .jsonb(&event.props)
        .optional(event.context.as_deref(), Rows::jsonb)
        .optional(event.trace_id, |rows, id| rows.bytes(&id.0))
        .optional(event.span_id, |rows, id| rows.bytes(&id.0))
        .float8(event.weight)
        .int4(event.flags)
        .bool(event.is_bot)
        .optional(event.bot.as_deref(), Rows::text);
}
