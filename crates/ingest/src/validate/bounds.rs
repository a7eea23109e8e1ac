//! The limits that every signal shares: lengths of text, number of keys, depth.

use protocol::limits::{
    ATTRIBUTE_BYTES_MAX, ITEM_DEPTH_MAX, ITEM_KEYS_MAX, KEY_BYTES_MAX, NAME_BYTES_MAX, SAMPLE_RATE_MIN, STRING_BYTES_MAX,
};
use protocol::verdict::ItemCode;
use serde_json::{Map, Value};

use super::Refusal;

/// A name that says something and is not too long.
pub(super) fn name(name: &str) -> Result<(), Refusal> {
    match name.len() {
        _ if name.trim().is_empty() => Err(Refusal::new(ItemCode::NameMissing, "the name is empty")),
        len if len > NAME_BYTES_MAX => Err(Refusal::new(ItemCode::NameTooLong, format!("the name has {len} bytes"))),
        _ => Ok(()),
    }
}

/// Ids and other short attributes.
pub(super) fn attributes<const N: usize>(attributes: [(&str, &Option<String>); N]) -> Result<(), Refusal> {
    attributes.into_iter().try_for_each(|(name, value)| value.as_deref().map_or(Ok(()), |value| attribute(name, value)))
}

/// One short attribute.
pub(super) fn attribute(name: &str, value: &str) -> Result<(), Refusal> {
    at_most(ATTRIBUTE_BYTES_MAX, name, value)
}

/// One text that may be longer.
pub(super) fn text(name: &str, value: &str) -> Result<(), Refusal> {
    at_most(STRING_BYTES_MAX, name, value)
}

fn at_most(limit: usize, name: &str, value: &str) -> Result<(), Refusal> {
    if value.len() > limit {
        Err(Refusal::new(ItemCode::TextTooLong, format!("`{}` has {} bytes", shortened(name), value.len())))
    } else {
        Ok(())
    }
}

/// One key of an object.
pub(super) fn key(key: &str) -> Result<(), Refusal> {
    if key.len() > KEY_BYTES_MAX {
        Err(Refusal::new(ItemCode::KeyTooLong, format!("the key {:?}… has {} bytes", shortened(key), key.len())))
    } else {
        Ok(())
    }
}

/// A share of items that is sent.
pub(super) fn sample_rate(rate: Option<f64>) -> Result<(), Refusal> {
    match rate {
        Some(rate) if !(SAMPLE_RATE_MIN..=1.0).contains(&rate) => {
            Err(Refusal::new(ItemCode::SampleRateInvalid, format!("sample_rate is {rate}")))
        }
        _ => Ok(()),
    }
}

/// What a message shows of a text.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Counts what an item holds while it is walked.
#[derive(Default)]
pub(super) struct Bounds {
    keys: usize,
}

impl Bounds {
    /// An object at this depth of the item; the item itself is at depth 1.
    pub(super) fn object(&mut self, object: &Map<String, Value>, depth: usize) -> Result<(), Refusal> {
        self.keys += object.len();
        if self.keys > ITEM_KEYS_MAX {
            return Err(Refusal::new(ItemCode::TooManyKeys, format!("the item has more than {ITEM_KEYS_MAX} keys")));
        }
        for (name, value) in object {
            key(name)?;
            self.value(name, value, depth)?;
        }
        Ok(())
    }

    fn value(&mut self, key: &str, value: &Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::String(value) => text(key, value),
            Value::Object(_) | Value::Array(_) if depth >= ITEM_DEPTH_MAX => {
                Err(Refusal::new(ItemCode::TooDeep, format!("`{}` nests deeper than {ITEM_DEPTH_MAX} levels", shortened(key))))
            }
            Value::Object(object) => self.object(object, depth + 1),
            Value::Array(values) => values.iter().try_for_each(|value| self.value(key, value, depth + 1)),
            _ => Ok(()),
        }
    }
}
