//! Spans as rows.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::span::Span;
use protocol::time::Timestamp;
use storage::spans::NewSpan;

use super::time::Reading;
use super::{environment, json, repaired_flag, weight};
use crate::validate::{self, Refusal, Valid};

/// The row of a span. Its time is its start; the end says only how long it took.
pub(crate) fn span(valid: Valid<Span>, reading: &Reading) -> Result<NewSpan, Refusal> {
    let Valid { item: span, repaired } = valid;
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

fn milliseconds(duration: TimeDelta) -> f64 {
    duration.num_microseconds().map_or(f64::INFINITY, |micros| micros as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use protocol::verdict::ItemCode;

    use super::*;

    fn row(times: &str) -> Result<(String, f64), ItemCode> {
        let json = format!(r#"{{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","name":"n",{times}}}"#);
        let item = serde_json::from_str(&json).expect("a span");
        let reading = Reading::live("2026-05-14T12:00:00Z".parse().expect("a time"), None);
        span(Valid { item, repaired: false }, &reading)
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
