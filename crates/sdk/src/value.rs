//! Values as the caller hands them over: cheap to make, turned into JSON later.

use std::borrow::Cow;

use protocol::limits::STRING_BYTES_MAX;

use crate::repair;

/// Text that costs nothing when it is a literal.
pub type Text = Cow<'static, str>;

/// The value of a prop or a tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    UInt(u64),
    /// Any number; one that is not finite is sent as nothing.
    Float(f64),
    /// Text; beyond 8 KiB it is cut.
    Text(Text),
    /// A list or an object.
    Json(Box<serde_json::Value>),
}

impl Value {
    /// Roughly the bytes that it keeps in memory beside itself.
    #[inline]
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Json(value) => json_weight(value),
            _ => 0,
        }
    }

    /// As a prop.
    pub(crate) fn into_json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(yes) => yes.into(),
            Self::Int(number) => number.into(),
            Self::UInt(number) => number.into(),
            Self::Float(number) => number.into(),
            Self::Text(text) => text.into_owned().into(),
            Self::Json(value) => *value,
        }
    }

    /// As a tag: text, or nothing.
    pub(crate) fn into_tag(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bool(yes) => Some(yes.to_string()),
            Self::Int(number) => Some(number.to_string()),
            Self::UInt(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.into_owned()),
            Self::Json(value) => Some(value.to_string()),
        }
    }
}

/// Roughly the bytes that a JSON value keeps in memory.
pub(crate) fn json_weight(value: &serde_json::Value) -> usize {
    let own = size_of::<serde_json::Value>();
    own + match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(json_weight).sum(),
        serde_json::Value::Object(map) => object_weight(map),
        _ => 0,
    }
}

/// The same of an object.
pub(crate) fn object_weight(map: &serde_json::Map<String, serde_json::Value>) -> usize {
    map.iter().map(|(key, value)| key.len() + json_weight(value)).sum()
}

macro_rules! from_number {
    ($variant:ident as $wide:ty: $($narrow:ty),*) => {$(
        impl From<$narrow> for Value {
            #[inline]
            fn from(number: $narrow) -> Self {
                Self::$variant(number as $wide)
            }
        }
        impl From<$narrow> for Measure {
            #[inline]
            fn from(number: $narrow) -> Self {
                Self::Number(number as f64)
            }
        }
    )*};
}
from_number!(Int as i64: i8, i16, i32, i64, isize, u8, u16, u32);
from_number!(UInt as u64: u64, usize);
from_number!(Float as f64: f32, f64);

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}
impl From<&'static str> for Value {
    #[inline]
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(repair::head(text, STRING_BYTES_MAX)))
    }
}
impl From<String> for Value {
    #[inline]
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(repair::shortened(text, STRING_BYTES_MAX)))
    }
}
impl From<Text> for Value {
    fn from(text: Text) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        Self::Json(Box::new(value))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The value of a metric point: a number, or text for a set.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// Of a counter, gauge or distribution; also of a set.
    Number(f64),
    /// Of a set.
    Text(Text),
}

impl From<&'static str> for Measure {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}
impl From<String> for Measure {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_becomes_its_json_and_its_tag() {
        for (value, json, tag) in [
            (Value::from("A-1"), "\"A-1\"", Some("A-1")),
            (Value::from(2), "2", Some("2")),
            (Value::from(u64::MAX), "18446744073709551615", Some("18446744073709551615")),
            (Value::from(12.5), "12.5", Some("12.5")),
            (Value::from(f64::NAN), "null", Some("NaN")),
            (Value::from(true), "true", Some("true")),
            (Value::from(None::<bool>), "null", None),
            (Value::from(serde_json::json!([1])), "[1]", Some("[1]")),
        ] {
            assert_eq!(value.clone().into_json().to_string(), json);
            assert_eq!(value.into_tag().as_deref(), tag);
        }
    }

    #[test]
    fn long_text_is_cut_at_a_letter_and_its_memory_is_let_go() {
        let Value::Text(text) = Value::from("ä".repeat(1_000_000)) else {
            panic!("not text");
        };
        assert_eq!(text.len(), STRING_BYTES_MAX);
        assert!(text.chars().all(|letter| letter == 'ä'));
        assert!(matches!(text, Cow::Owned(owned) if owned.capacity() < 2 * STRING_BYTES_MAX));
    }
}
