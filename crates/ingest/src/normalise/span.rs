//! Spans as rows.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::span::{ROUTE, Span};
use protocol::time::Timestamp;
use serde_json::{Map, Value};
use storage::spans::NewSpan;

use super::time::Reading;
use super::{environment, json, repaired_flag, weight};
use crate::enrich::Surroundings;
use crate::validate::{self, Refusal, Valid};

/// The row of a span. Its time is its start; the end says only how long it took.
pub(crate) fn span(valid: Valid<Span>, reading: &Reading, surroundings: &Surroundings<'_>) -> Result<NewSpan, Refusal> {
    let Valid { item: mut span, repaired } = valid;
    templated(&mut span.attributes, surroundings);
    let end = span.end.as_ref().map(|end| reading.readable(end)).transpose()?;
    let start = span.start.as_ref().map(|start| reading.readable(start)).transpose()?;
    let duration_ms = match (span.duration_ms, start, end) {
        (Some(ms), ..) => ms,
        (None, Some(start), Some(end)) => milliseconds(end - start),
        (None, None, Some(_)) | (None, _, None) => 0.0,
    };
    let duration_ms = validate::duration(duration_ms)?;
    let before = |at: DateTime<Utc>| at - TimeDelta::microseconds((duration_ms * 1e3) as i64);
    let start = start.or(end.map(before)).unwrap_or_else(|| before(reading.device_now()));
    let placed = reading.place(Some(&Timestamp::At(start)))?;
    Ok(NewSpan {
        trace_id: span.trace_id,
        span_id: span.span_id,
        parent_span_id: span.parent_span_id,
        ts: placed.ts,
        client_ts: placed.client_ts,
        duration_ms,
        name: span.name,
        op: span.op,
        service: span.service,
        status: span.status,
        attributes: json(span.attributes),
        environment: environment(span.environment),
        release: span.release,
        user_id: span.user_id,
        session_id: span.session_id,
        weight: weight(span.sample_rate),
        flags: placed.flags | repaired_flag(repaired),
    })
}

/// The page or the endpoint of a span is told as the route of an event is, so that both meet. A server's own template may have
/// its names in braces.
fn templated(attributes: &mut Map<String, Value>, surroundings: &Surroundings<'_>) {
    let said = [ROUTE, "http.route"].into_iter().find_map(|key| attributes.get(key)?.as_str());
    if let Some(route) = said.map(|said| surroundings.route(&said.replace("{*", "*").replace('{', ":").replace('}', ""))) {
        attributes.insert(ROUTE.to_owned(), Value::String(route));
    }
}

fn milliseconds(duration: TimeDelta) -> f64 {
    duration.num_microseconds().map_or(f64::INFINITY, |micros| micros as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::verdict::ItemCode;

    use super::*;
    use crate::enrich::{Enricher, Shown};

    #[test]
    fn a_route_is_told_as_that_of_an_event() {
        let of = |attributes: &str| {
            let mut attributes = serde_json::from_str(attributes).expect("an object");
            templated(&mut attributes, &Enricher::default().surroundings(&Shown::default(), Arc::default()));
            attributes.get(ROUTE).and_then(Value::as_str).map(str::to_owned)
        };
        assert_eq!(of(r#"{"route":"/orders/4711?page=2","http.route":"/api/orders"}"#).as_deref(), Some("/orders/:id"));
        assert_eq!(of(r#"{"http.route":"/orders/{id}/{*rest}"}"#).as_deref(), Some("/orders/:id/*rest"));
        assert_eq!((of(r#"{"route":7}"#), of("{}")), (None, None));
    }

    fn row(times: &str) -> Result<(String, f64), ItemCode> {
        let json = format!(r#"{{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","name":"n",{times}}}"#);
        let item = serde_json::from_str(&json).expect("a span");
        let reading = Reading::live("2026-05-14T12:00:00Z".parse().expect("a time"), None);
        let enricher = Enricher::default();
        span(Valid { item, repaired: false }, &reading, &enricher.surroundings(&Shown::default(), Arc::default()))
            .map(|row| (row.ts.format("%T%.3f").to_string(), row.duration_ms))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn start_end_and_duration_complete_each_other() {
        let at = |time: &str, ms| Ok((time.to_owned(), ms));
        assert_eq!(row(r#""start":"2026-05-14T11:00:00Z","duration_ms":1500"#), at("11:00:00.000", 1500.0));
        assert_eq!(row(r#""start":"2026-05-14T11:00:00Z","end":"2026-05-14T11:00:00.250Z""#), at("11:00:00.000", 250.0));
        assert_eq!(row(r#""end":"2026-05-14T11:00:00Z","duration_ms":1500"#), at("10:59:58.500", 1500.0));
        assert_eq!(row(r#""duration_ms":1500"#), at("11:59:58.500", 1500.0));
        assert_eq!(row(r#""start":"2026-05-14T11:00:00Z","end":"2026-05-14T10:00:00Z""#), Err(ItemCode::DurationInvalid));
        assert_eq!(row(r#""start":"soon","duration_ms":1"#), Err(ItemCode::TimeUnreadable));
    }
}
