//! Spans.

use protocol::limits::SPAN_DAYS_MAX;
use protocol::span::Span;
use protocol::verdict::ItemCode;
use serde_json::value::RawValue;

use super::bounds::{self, Bounds};
use super::{Refusal, Valid};
use crate::item;

/// A span within every limit.
pub(crate) fn span(raw: &RawValue) -> Result<Valid<Span>, Refusal> {
    let valid: Valid<Span> = item::read(raw)?;
    let span = &valid.item;
    bounds::name(&span.name)?;
    bounds::attributes([
        ("op", &span.op),
        ("service", &span.service),
        ("user_id", &span.user_id),
        ("session_id", &span.session_id),
        ("release", &span.release),
        ("environment", &span.environment),
    ])?;
    Bounds::default().object(&span.attributes, 2)?;
    bounds::sample_rate(span.sample_rate)?;
    match span.duration_ms {
        None if span.end.is_none() => Err(Refusal::new(ItemCode::DurationInvalid, "the span has neither `duration_ms` nor `end`")),
        Some(ms) => duration(ms).map(|_| valid),
        None => Ok(valid),
    }
}

/// A duration in milliseconds that a span may have.
pub(crate) fn duration(ms: f64) -> Result<f64, Refusal> {
    const MS_MAX: f64 = SPAN_DAYS_MAX as f64 * 86_400_000.0;
    if (0.0..=MS_MAX).contains(&ms) { Ok(ms) } else { Err(Refusal::new(ItemCode::DurationInvalid, format!("the span took {ms} ms"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(fields: &str) -> Option<ItemCode> {
        let json = format!("{{\"name\":\"GET /\",{fields}}}");
        span(&RawValue::from_string(json).expect("json")).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_span_needs_its_ids_and_a_duration() {
        const IDS: &str = r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7""#;
        assert_eq!(code(&format!(r#"{IDS},"duration_ms":850.2"#)), None);
        assert_eq!(code(&format!(r#"{IDS},"start":1,"end":2"#)), None);
        assert_eq!(code(r#""trace_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736","spanId":"00F067AA0BA902B7","duration_ms":0"#), None);
        assert_eq!(code(IDS), Some(ItemCode::DurationInvalid));
        assert_eq!(code(&format!(r#"{IDS},"duration_ms":-1"#)), Some(ItemCode::DurationInvalid));
        assert_eq!(code(&format!(r#"{IDS},"duration_ms":1e12"#)), Some(ItemCode::DurationInvalid));
        assert_eq!(code(r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","duration_ms":1"#), Some(ItemCode::TraceIdInvalid));
        assert_eq!(code(r#""trace_id":"0","span_id":"00f067aa0ba902b7","duration_ms":1"#), Some(ItemCode::TraceIdInvalid));
        assert_eq!(code(&format!(r#"{IDS},"duration_ms":1,"status":"odd""#)), Some(ItemCode::Malformed));
    }
}
