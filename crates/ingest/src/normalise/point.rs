//! Metric points as rows.

use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::trace::{SpanId, TraceId};
use sha2::{Digest as _, Sha256};
use storage::metric_points::NewPoint;

use super::time::Reading;
use super::{environment, repaired_flag};
use crate::validate::{Refusal, Valid};

/// The row of a metric point.
pub(crate) fn point(valid: Valid<MetricPoint>, reading: &Reading) -> Result<NewPoint, Refusal> {
    let Valid { item: mut point, repaired } = valid;
    let placed = reading.place(point.ts.as_ref())?;
    // Links, not labels: as tags they would make a series of every point.
    let tag_trace = point.tags.remove("trace_id").and_then(|text| TraceId::parse(&text));
    let tag_span = point.tags.remove("span_id").and_then(|text| SpanId::parse(&text));
    let (value, set_hash) = value(point.kind, &point.value);
    Ok(NewPoint {
        ts: placed.ts,
        client_ts: placed.client_ts,
        name: point.name,
        kind: point.kind,
        unit: point.unit.unwrap_or_default(),
        value,
        set_hash,
        tags: point.tags,
        environment: environment(point.environment),
        release: point.release,
        user_id: point.user_id,
        session_id: point.session_id,
        trace_id: point.trace_id.or(tag_trace),
        span_id: point.span_id.or(tag_span),
        flags: placed.flags | repaired_flag(repaired),
    })
}

/// A set keeps the first 64 bits of the SHA-256 of its value's text, so that `7` and `"7"` are one value.
fn value(kind: MetricKind, value: &MetricValue) -> (f64, Option<i64>) {
    match (kind, value) {
        (MetricKind::Set, value) => {
            let text = match value {
                MetricValue::Number(number) => number.to_string(),
                MetricValue::Text(text) => text.clone(),
            };
            let mut bits = [0; 8];
            bits.copy_from_slice(&Sha256::digest(text.as_bytes())[..8]);
            (0.0, Some(i64::from_be_bytes(bits)))
        }
        (_, MetricValue::Number(number)) => (*number, None),
        // Validation turned every other text into a number or refused it.
        (_, MetricValue::Text(_)) => (0.0, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> NewPoint {
        let now = "2026-05-14T12:00:00Z".parse().expect("a time");
        point(Valid { item: serde_json::from_str(json).expect("a point"), repaired: false }, &Reading::live(now, None)).expect("a row")
    }

    #[test]
    fn trace_and_span_are_lifted_out_of_the_tags() {
        let row = row(
            r#"{"name":"m","value":42,"tags":{"table":"users","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}}"#,
        );
        assert_eq!(row.trace_id.map(|id| id.to_string()).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(row.span_id.map(|id| id.to_string()).as_deref(), Some("00f067aa0ba902b7"));
        assert_eq!(row.tags.into_iter().collect::<Vec<_>>(), [("table".to_owned(), "users".to_owned())]);
    }

    #[test]
    fn a_sets_value_is_one_whether_sent_as_number_or_text() {
        let hash = |value: &str| row(&format!(r#"{{"name":"m","kind":"set","value":{value}}}"#)).set_hash;
        assert_eq!(hash("7"), hash("\"7\""));
        assert_ne!(hash("7"), hash("8"));
    }
}
