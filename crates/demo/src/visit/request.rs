//! One request through the shop's servers: what it costs, and the spans that say so.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::span::{Span, SpanStatus};
use protocol::trace::SpanId;
use serde_json::{Value, json};

use super::scene::{ENVIRONMENT, Scene};
use crate::signal::Signal;

/// A piece of work: what it is, when it begins after the request, and how long it takes, in milliseconds.
pub(super) struct Work<'a> {
    pub(super) name: String,
    pub(super) op: &'a str,
    pub(super) service: &'a str,
    pub(super) after: f64,
    pub(super) millis: f64,
    pub(super) status: SpanStatus,
    pub(super) attributes: Value,
}

/// How a piece of work ended.
pub(super) const fn ended(failed: bool) -> SpanStatus {
    if failed { SpanStatus::Error } else { SpanStatus::Ok }
}

impl Work<'_> {
    pub(super) fn new<'a>(name: impl Into<String>, op: &'a str, service: &'a str, (after, millis): (f64, f64)) -> Work<'a> {
        Work { name: name.into(), op, service, after, millis, status: SpanStatus::Ok, attributes: json!({}) }
    }
}

impl Scene<'_> {
    /// Sends the span of a piece of work that began with the request at `begun`, and returns its id.
    pub(super) fn work(&mut self, begun: DateTime<Utc>, parent: Option<SpanId>, work: Work<'_>) -> SpanId {
        let span_id = self.dice.span_id();
        let start = begun + micros(work.after);
        // Microseconds are as fine as a server's clock is worth.
        let duration_ms = (work.millis * 1_000.0).round() / 1_000.0;
        let span = Span {
            trace_id: self.trace,
            span_id,
            parent_span_id: parent,
            name: work.name,
            op: Some(work.op.to_owned()),
            service: Some(work.service.to_owned()),
            start: Some(start.into()),
            end: None,
            duration_ms: Some(duration_ms),
            status: work.status,
            attributes: super::scene::object(work.attributes),
            user_id: self.person.user_id.clone(),
            session_id: Some(self.session_id.clone()),
            release: Some(self.release.name.to_owned()),
            environment: Some(ENVIRONMENT.to_owned()),
            sample_rate: None,
        };
        self.signals.push(Signal::span(start + micros(duration_ms), span));
        span_id
    }
}

impl Scene<'_> {
    /// Says something as of so many milliseconds after a request began.
    pub(super) fn after<T>(&mut self, begun: DateTime<Utc>, millis: f64, say: impl FnOnce(&mut Self) -> T) -> T {
        let now = std::mem::replace(&mut self.at, begun + micros(millis));
        let said = say(self);
        self.at = now;
        said
    }
}

/// Clients send microseconds.
fn micros(millis: f64) -> TimeDelta {
    TimeDelta::microseconds((millis * 1_000.0) as i64)
}
