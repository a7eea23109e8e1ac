//! What a feed row says about an event's props.

use protocol::live::LIVE_PAYLOAD_CHARS;
use serde_json::Value;

const PROPS_SHOWN: usize = 3;
const CHARS_MAX: usize = 120;

/// The first scalar props as `key value`, joined by ` · `, cut at 120 characters.
pub(super) fn detail(props: &Value) -> String {
    let props = props.as_object().into_iter().flatten();
    let shown: Vec<String> = props.filter_map(|(key, value)| Some(format!("{key} {}", scalar(value)?))).take(PROPS_SHOWN).collect();
    let text = shown.join(" · ");
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The props as JSON on several lines, cut off where it gets long; empty without any.
pub(super) fn payload(props: &Value) -> String {
    if props.as_object().is_none_or(serde_json::Map::is_empty) {
        return String::new();
    }
    let text = serde_json::to_string_pretty(props).unwrap_or_default();
    match text.char_indices().nth(LIVE_PAYLOAD_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_three_scalars_are_read_out() {
        assert_eq!(detail(&json!({"a": "x", "b": [1], "c": null, "d": 2, "e": true, "f": 9})), "a x · d 2 · e true");
        assert_eq!(detail(&json!({})), "");
        assert_eq!(detail(&json!({"a": "ü".repeat(500)})).chars().count(), 121);
    }
}
