//! Reads one item's JSON. What JSON allows and we cannot store is repaired on a second, slower reading.

mod last_wins;
mod repeats;

use protocol::limits::ITEM_BYTES_MAX;
use protocol::verdict::ItemCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::repair;
use crate::validate::{Refusal, Valid};

/// The item as its type says, before any other limit is checked.
pub(crate) fn read<T: DeserializeOwned>(raw: &RawValue) -> Result<Valid<T>, Refusal> {
    let raw = raw.get();
    if raw.len() > ITEM_BYTES_MAX {
        return Err(Refusal::new(ItemCode::ItemTooLarge, format!("the item has {} bytes", raw.len())));
    }
    // A derived reader would take a list as the fields in their order.
    if !raw.trim_start().starts_with('{') {
        return Err(Refusal::new(ItemCode::Malformed, "the item is not an object"));
    }
    let repaired = repair::escapes(raw);
    let text = repaired.as_deref().unwrap_or(raw);
    match serde_json::from_str(text) {
        Ok(item) => Ok(Valid { item, repaired: repaired.is_some() || repeats::there_are(text) }),
        Err(error) if last_wins::repeated_field(&error).is_some() => {
            let item = last_wins::read(text).map_err(|error| unreadable::<T>(text, &error))?;
            Ok(Valid { item, repaired: true })
        }
        Err(error) => Err(unreadable::<T>(text, &error)),
    }
}

/// How a reader's message begins, and the verdict that it means.
const VERDICTS: [(&str, ItemCode); 9] = [
    ("number out of range", ItemCode::NumberOutOfRange),
    ("recursion limit", ItemCode::TooDeep),
    ("missing field `name`", ItemCode::NameMissing),
    ("missing field `body`", ItemCode::MessageMissing),
    ("missing field `trace_id`", ItemCode::TraceIdInvalid),
    ("missing field `span_id`", ItemCode::TraceIdInvalid),
    ("expected 16 bytes as hex digits", ItemCode::TraceIdInvalid),
    ("expected 8 bytes as hex digits", ItemCode::TraceIdInvalid),
    ("data did not match any variant of untagged enum MetricValue", ItemCode::ValueNotANumber),
];

fn unreadable<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Refusal {
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or_default();
    let code = VERDICTS.into_iter().find(|(beginning, _)| message.starts_with(beginning)).map_or(ItemCode::Malformed, |(_, code)| code);
    let message = match code {
        ItemCode::ValueNotANumber => "value is neither a number nor text".to_owned(),
        _ => in_terms_of_json(message),
    };
    let place = matches!(code, ItemCode::Malformed | ItemCode::TraceIdInvalid).then(|| place::<T>(text)).flatten();
    Refusal::new(code, place.map_or(message.clone(), |place| format!("`{place}`: {message}")))
}

/// The field at which reading stopped, such as `context.os`.
fn place<T: DeserializeOwned>(text: &str) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(text)).err()?;
    let place = error.path().to_string();
    // A dot is the item itself, a question mark a place that the reader does not know.
    (place != "." && !place.contains('?')).then_some(place)
}

/// Senders know lists and objects, not what they become here.
fn in_terms_of_json(message: &str) -> String {
    let words = message.replace("sequence", "list").replace("a map", "an object").replace(": map", ": object");
    match words.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use protocol::event::Event;

    use super::*;

    fn message(json: &str) -> String {
        let raw = RawValue::from_string(json.to_owned()).expect("json");
        read::<Event>(&raw).expect_err("a refusal").message
    }

    #[test]
    fn a_malformed_item_is_told_its_field_and_what_is_expected_there() {
        assert_eq!(message(r#"{"name":"a","sample_rate":"x"}"#), "`sample_rate`: invalid type: string \"x\", expected f64");
        assert_eq!(message(r#"{"name":"a","props":[1]}"#), "`props`: invalid type: list, expected an object");
        assert_eq!(message(r#"{"name":"a","context":5}"#), "`context`: invalid type: integer `5`, expected an object");
        assert_eq!(message("[1]"), "the item is not an object");
    }
}
