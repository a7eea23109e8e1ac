//! Readers for fields that clients write in more than one way.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// An optional id or attribute: text as it is, a number or bool as its text; empty text and null are nothing.
///
/// # Errors
/// An array or an object is no text.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok((!text.is_empty()).then_some(text)),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
        Some(_) => Err(serde::de::Error::custom("expected text")),
    }
}

/// An object; null is an empty one.
///
/// # Errors
/// Anything else is no object.
pub fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A list; null is an empty one.
///
/// # Errors
/// Anything else is no list, and a member may not be what the list holds.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Tags: values are text; numbers and bools become their text, null is left out.
///
/// # Errors
/// A nested value is no tag.
pub fn tags<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let sent: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    let mut tags = BTreeMap::new();
    for (key, value) in sent.unwrap_or_default() {
        match value {
            Value::Null => {}
            Value::String(text) => {
                tags.insert(key, text);
            }
            Value::Number(_) | Value::Bool(_) => {
                tags.insert(key, value.to_string());
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(serde::de::Error::custom(format!("tag `{key}` holds a nested value; a tag is text, a number or a bool")));
            }
        }
    }
    Ok(tags)
}
