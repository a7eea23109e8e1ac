//! Readers for short text fields that clients write in more than one way.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

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
