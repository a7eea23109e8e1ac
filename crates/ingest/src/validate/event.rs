//! Events.

use protocol::event::Event;
use serde_json::value::RawValue;

use super::bounds::{self, Bounds};
use super::{Refusal, Valid};
use crate::item;

/// An event within every limit.
pub(crate) fn event(raw: &RawValue) -> Result<Valid<Event>, Refusal> {
    let valid: Valid<Event> = item::read(raw)?;
    let event = &valid.item;
    bounds::name(&event.name)?;
    let context = event.context.as_ref();
    bounds::attributes([
        ("user_id", &event.user_id),
        ("anonymous_id", &event.anonymous_id),
        ("session_id", &event.session_id),
        ("route", &event.route),
        ("release", &event.release),
        ("environment", &event.environment),
    ])?;
    if let Some(context) = context {
        bounds::attributes([
            ("context.os", &context.os),
            ("context.browser", &context.browser),
            ("context.device", &context.device),
            ("context.country", &context.country),
            ("context.locale", &context.locale),
            ("context.screen", &context.screen),
            ("context.user_id", &context.user_id),
            ("context.session_id", &context.session_id),
            ("context.route", &context.route),
            ("context.release", &context.release),
        ])?;
    }
    let mut bounds = Bounds::default();
    bounds.object(&event.props, 2)?;
    if let Some(context) = context {
        bounds.object(&context.rest, 2)?;
        bounds.object(&context.utm, 3)?;
    }
    bounds::sample_rate(event.sample_rate)?;
    Ok(valid)
}

#[cfg(test)]
mod tests {
    use protocol::verdict::ItemCode;

    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("json")
    }

    fn code(json: &str) -> Option<ItemCode> {
        event(&raw(json)).err().map(|refusal| refusal.code)
    }

    #[test]
    fn every_limit_of_an_event_has_its_code() {
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        let keys = |n: usize| format!("{{{}}}", (0..n).map(|i| format!("\"k{i}\":{i}")).collect::<Vec<_>>().join(","));
        for (json, want) in [
            ("7".to_owned(), Some(ItemCode::Malformed)),
            ("{}".to_owned(), Some(ItemCode::NameMissing)),
            ("{\"name\":\" \"}".to_owned(), Some(ItemCode::NameMissing)),
            (format!("{{\"name\":\"{}\"}}", "n".repeat(201)), Some(ItemCode::NameTooLong)),
            ("{\"name\":\"a\",\"props\":{\"x\":1e400}}".to_owned(), Some(ItemCode::NumberOutOfRange)),
            (format!("{{\"name\":\"a\",\"props\":{{\"x\":\"{}\"}}}}", "x".repeat(70_000)), Some(ItemCode::ItemTooLarge)),
            (format!("{{\"name\":\"a\",\"props\":{{\"x\":\"{}\"}}}}", "x".repeat(8_193)), Some(ItemCode::TextTooLong)),
            (format!("{{\"name\":\"a\",\"user_id\":\"{}\"}}", "x".repeat(501)), Some(ItemCode::TextTooLong)),
            (format!("{{\"name\":\"a\",\"props\":{{\"{}\":1}}}}", "k".repeat(201)), Some(ItemCode::KeyTooLong)),
            (format!("{{\"name\":\"a\",\"props\":{}}}", nested(15)), None),
            (format!("{{\"name\":\"a\",\"props\":{}}}", nested(16)), Some(ItemCode::TooDeep)),
            (format!("{{\"name\":\"a\",\"props\":{}}}", nested(500)), Some(ItemCode::TooDeep)),
            (format!("{{\"name\":\"a\",\"props\":{}}}", keys(256)), None),
            (format!("{{\"name\":\"a\",\"props\":{}}}", keys(257)), Some(ItemCode::TooManyKeys)),
            ("{\"name\":\"a\",\"sample_rate\":0}".to_owned(), Some(ItemCode::SampleRateInvalid)),
            ("{\"name\":\"a\",\"sample_rate\":0.1}".to_owned(), None),
        ] {
            assert_eq!(code(&json), want, "{}", &json[..json.len().min(80)]);
        }
    }

    #[test]
    fn nul_surrogates_and_repeated_keys_are_repaired_not_refused() {
        let valid = event(&raw(r#"{"name":"a","user_id":"1","user_id":"2","props":{"x":"p\u0000q","y":"\ud800"}}"#)).expect("valid");
        assert!(valid.repaired);
        assert_eq!(valid.item.user_id.as_deref(), Some("2"));
        assert_eq!(valid.item.props["x"], "p\u{fffd}q");
        assert_eq!(valid.item.props["y"], "\u{fffd}");
    }
}
