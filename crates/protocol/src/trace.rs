//! W3C trace context ids: what joins a metric point or an event to its trace.
//!
//! Source: <https://www.w3.org/TR/trace-context/#traceparent-header-field-values>.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 16 bytes, written as 32 lower-case hex digits; a UUID's dashes are accepted and dropped. Never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "4bf92f3577b34da6a3ce929d0e0e4736"))]
pub struct TraceId(pub [u8; 16]);

/// 8 bytes, written as 16 lower-case hex digits. Never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "00f067aa0ba902b7"))]
pub struct SpanId(pub [u8; 8]);

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let mut digits = text.bytes().filter(|b| *b != b'-').map(|b| (b as char).to_digit(16));
    for byte in &mut bytes {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = (high * 16 + low) as u8;
    }
    (digits.next().is_none() && bytes.iter().any(|b| *b != 0)).then_some(bytes)
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

macro_rules! hex_id {
    ($name:ident, $bytes:literal) => {
        impl $name {
            /// Reads hex digits, dashes ignored; `None` when there are too few or too many, or all are zero.
            pub fn parse(text: &str) -> Option<Self> {
                from_hex::<$bytes>(text).map(Self)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("expected ", $bytes, " bytes as hex digits")))
            }
        }
    };
}
hex_id!(TraceId, 16);
hex_id!(SpanId, 8);

/// Reads an optional id and drops one that is not valid: a broken link must not cost the signal that carries it.
///
/// # Errors
/// Never for an id; only when the JSON itself is broken.
pub fn lenient<'de, D: Deserializer<'de>, T: ParseId>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(match Option::<serde_json::Value>::deserialize(deserializer)? {
        Some(serde_json::Value::String(text)) => T::parse_id(&text),
        _ => None,
    })
}

/// Ids that [`lenient`] reads.
pub trait ParseId: Sized {
    /// The id, or `None` when the text is none.
    fn parse_id(text: &str) -> Option<Self>;
}
impl ParseId for TraceId {
    fn parse_id(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
impl ParseId for SpanId {
    fn parse_id(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_uuid_forms_are_one_id() {
        let plain = TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736").expect("hex");
        assert_eq!(TraceId::parse("4BF92F35-77b3-4da6-a3ce-929d0e0e4736"), Some(plain));
        assert_eq!(plain.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn wrong_lengths_zeros_and_other_letters_are_no_id() {
        for text in
            ["", "00", "00000000000000000000000000000000", "zz92f3577b34da6a3ce929d0e0e473600", "4bf92f3577b34da6a3ce929d0e0e473600"]
        {
            assert_eq!(TraceId::parse(text), None, "{text}");
        }
    }
}
