//! From raw items to typed ones: each item gets its own verdict.

use protocol::event::Event;
use protocol::limits::{
    ATTRIBUTE_BYTES_MAX, ITEM_DEPTH_MAX, ITEM_KEYS_MAX, KEY_BYTES_MAX, METRIC_TAGS_MAX, NAME_BYTES_MAX, STRING_BYTES_MAX,
};
use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::verdict::{ItemCode, ItemError};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::item;

/// Why an item was refused; its position is added by the stage that knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ItemCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: ItemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn at(self, index: u32) -> ItemError {
        ItemError { index, code: self.code, message: self.message, hint: self.code.hint().to_owned() }
    }
}

/// An item that passed every check, and whether its text had to be repaired for that.
#[derive(Debug, PartialEq)]
pub(crate) struct Valid<T> {
    pub(crate) item: T,
    pub(crate) repaired: bool,
}

/// An event within every limit.
pub(crate) fn event(raw: &RawValue) -> Result<Valid<Event>, Refusal> {
    let valid: Valid<Event> = item::read(raw)?;
    let event = &valid.item;
    name(&event.name)?;
    let context = event.context.as_ref();
    attributes([
        ("user_id", &event.user_id),
        ("anonymous_id", &event.anonymous_id),
        ("session_id", &event.session_id),
        ("route", &event.route),
        ("release", &event.release),
        ("environment", &event.environment),
    ])?;
    if let Some(context) = context {
        attributes([
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
    let mut bounds = Bounds { keys: 0 };
    bounds.object(&event.props, 2)?;
    if let Some(context) = context {
        bounds.object(&context.rest, 2)?;
        bounds.object(&context.utm, 3)?;
    }
    match event.sample_rate {
        Some(rate) if !(rate > 0.0 && rate <= 1.0) => Err(Refusal::new(ItemCode::SampleRateInvalid, format!("sample_rate is {rate}"))),
        _ => Ok(valid),
    }
}

/// A metric point within every limit.
pub(crate) fn point(raw: &RawValue) -> Result<Valid<MetricPoint>, Refusal> {
    let mut valid: Valid<MetricPoint> = item::read(raw)?;
    let point = &mut valid.item;
    name(&point.name)?;
    attributes([
        ("unit", &point.unit),
        ("user_id", &point.user_id),
        ("session_id", &point.session_id),
        ("release", &point.release),
        ("environment", &point.environment),
    ])?;
    if point.tags.len() > METRIC_TAGS_MAX {
        return Err(Refusal::new(ItemCode::TooManyTags, format!("the point has {} tags", point.tags.len())));
    }
    for (key, value) in &point.tags {
        check_key(key)?;
        if value.len() > ATTRIBUTE_BYTES_MAX {
            return Err(Refusal::new(ItemCode::TextTooLong, format!("tag `{key}` has {} bytes", value.len())));
        }
    }
    if let (MetricValue::Text(text), false) = (&point.value, point.kind == MetricKind::Set) {
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        point.value = number
            .map(MetricValue::Number)
            .ok_or_else(|| Refusal::new(ItemCode::ValueNotANumber, format!("value is {:?}", shortened(text))))?;
    }
    Ok(valid)
}

fn name(name: &str) -> Result<(), Refusal> {
    match name.len() {
        _ if name.trim().is_empty() => Err(Refusal::new(ItemCode::NameMissing, "the name is empty")),
        len if len > NAME_BYTES_MAX => Err(Refusal::new(ItemCode::NameTooLong, format!("the name has {len} bytes"))),
        _ => Ok(()),
    }
}

fn attributes<const N: usize>(attributes: [(&str, &Option<String>); N]) -> Result<(), Refusal> {
    for (name, value) in attributes {
        if let Some(value) = value
            && value.len() > ATTRIBUTE_BYTES_MAX
        {
            return Err(Refusal::new(ItemCode::TextTooLong, format!("`{name}` has {} bytes", value.len())));
        }
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Refusal> {
    if key.len() > KEY_BYTES_MAX {
        Err(Refusal::new(ItemCode::KeyTooLong, format!("the key {:?}… has {} bytes", shortened(key), key.len())))
    } else {
        Ok(())
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Counts what an item holds while it is walked.
struct Bounds {
    keys: usize,
}

impl Bounds {
    fn object(&mut self, object: &Map<String, Value>, depth: usize) -> Result<(), Refusal> {
        self.keys += object.len();
        if self.keys > ITEM_KEYS_MAX {
            return Err(Refusal::new(ItemCode::TooManyKeys, format!("the item has more than {ITEM_KEYS_MAX} keys")));
        }
        for (key, value) in object {
            check_key(key)?;
            self.value(key, value, depth)?;
        }
        Ok(())
    }

    fn value(&mut self, key: &str, value: &Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::String(text) if text.len() > STRING_BYTES_MAX => {
                Err(Refusal::new(ItemCode::TextTooLong, format!("the text at `{}` has {} bytes", shortened(key), text.len())))
            }
            Value::Object(_) | Value::Array(_) if depth >= ITEM_DEPTH_MAX => {
                Err(Refusal::new(ItemCode::TooDeep, format!("`{}` nests deeper than {ITEM_DEPTH_MAX} levels", shortened(key))))
            }
            Value::Object(object) => self.object(object, depth + 1),
            Value::Array(values) => values.iter().try_for_each(|value| self.value(key, value, depth + 1)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_metric_value_is_a_number_and_only_a_set_takes_text() {
        let value = |json: &str| point(&raw(json)).map(|valid| valid.item.value).map_err(|refusal| refusal.code);
        assert_eq!(value(r#"{"name":"m","value":"42"}"#), Ok(MetricValue::Number(42.0)));
        assert_eq!(value(r#"{"name":"m","value":"NaN"}"#), Err(ItemCode::ValueNotANumber));
        assert_eq!(value(r#"{"name":"m","value":true}"#), Err(ItemCode::ValueNotANumber));
        assert_eq!(value(r#"{"name":"m","kind":"set","value":"u1"}"#), Ok(MetricValue::Text("u1".to_owned())));
        assert_eq!(value(r#"{"name":"m"}"#), Err(ItemCode::Malformed));
    }
}
