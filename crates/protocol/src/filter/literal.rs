//! The values that are written in a filter, prepared for comparing.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value to be equal to. It is a text, and also the number or bool that it spells: `10` equals the number 10 and the text "10".
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal {
    text: String,
    number: Option<Number>,
    bool: Option<bool>,
}

impl Literal {
    /// The value that this text spells.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let bool = match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        Self { number: Number::spelled(&text), bool, text }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number that it spells.
    pub const fn number(&self) -> Option<Number> {
        self.number
    }

    /// The bool that it spells.
    pub const fn bool(&self) -> Option<bool> {
        self.bool
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A text; a number or a bool is read as the text that spells it.
impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self::new(text)),
            value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => Ok(Self::new(value.to_string())),
            _ => Err(serde::de::Error::custom("a value is a text, a number or a bool")),
        }
    }
}

/// A number to compare with: finite, and 0 has no sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(f64);

impl Number {
    /// `None` for NaN and infinities.
    pub fn new(value: f64) -> Option<Self> {
        // Adding 0 makes 0 of -0.
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The finite number that `text` spells in digits; `inf`, `nan` and the like spell none.
    pub fn spelled(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
        text.parse().ok().filter(|_| digits).and_then(Self::new)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("a comparison needs a finite number"))
    }
}

/// A piece of text to be found, whatever its capitals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Piece {
    text: String,
    folded: String,
}

impl Piece {
    /// The piece `text`.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { folded: fold(&text), text }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `text` contains it.
    pub fn is_in(&self, text: &str) -> bool {
        fold(text).contains(&self.folded)
    }

    /// Whether `text` starts with it.
    pub fn starts(&self, text: &str) -> bool {
        fold(text).starts_with(&self.folded)
    }
}

/// Character by character, so that what contains a piece as it was written always contains its folded form too.
fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().flat_map(char::to_lowercase).collect() }
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(String::deserialize(deserializer)?))
    }
}
