//! Time: the clock that is passed in, and timestamps as clients write them.

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The source of the current time. Only a binary's `main.rs` makes one from the system; tests make their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock that asks `source` each time.
    pub fn new(source: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// A clock that stands still.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::new(move || at)
    }

    /// The current time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// A timestamp as sent: RFC 3339 text, or a number since the Unix epoch.
///
/// A number's unit is read from its size: below 10^11 seconds, below 10^14 milliseconds, below 10^17 microseconds,
/// else nanoseconds. (10^11 s is the year 5138; 10^11 ms is 1973.) An unreadable one is kept, so that it costs its own
/// item only.
#[derive(Clone, Debug, PartialEq)]
pub enum Timestamp {
    /// A point in time.
    At(DateTime<Utc>),
    /// What could not be read.
    Unreadable(String),
}

impl Timestamp {
    /// Reads RFC 3339 text, with `T` or a space between date and time.
    pub fn parse(text: &str) -> Self {
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) => Self::from_utc(at.with_timezone(&Utc)).unwrap_or_else(|| Self::unreadable(text)),
            Err(_) => match text.parse::<f64>() {
                Ok(number) => Self::from_number(number),
                Err(_) => Self::unreadable(text),
            },
        }
    }

    /// Years of four digits: others could not be written as RFC 3339.
    fn from_utc(at: DateTime<Utc>) -> Option<Self> {
        (0..=9_999).contains(&at.year()).then_some(Self::At(at))
    }

    fn unreadable(text: &str) -> Self {
        Self::Unreadable(text.chars().take(64).collect())
    }

    fn from_number(number: f64) -> Self {
        let magnitude = number.abs();
        let micros = if magnitude < 1e11 {
            number * 1e6
        } else if magnitude < 1e14 {
            number * 1e3
        } else if magnitude < 1e17 {
            number
        } else {
            number / 1e3
        };
        // `as` saturates; chrono refuses what no calendar holds.
        let at = DateTime::from_timestamp_micros(micros as i64).filter(|_| number.is_finite());
        at.and_then(Self::from_utc).unwrap_or_else(|| Self::Unreadable(number.to_string()))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self::At(at)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(at) => at.serialize(serializer),
            Self::Unreadable(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("RFC 3339 text or a number since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Ok(Timestamp::parse(text))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Timestamp, E> {
                Ok(Timestamp::from_number(number as f64))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Timestamp, E> {
                Ok(Timestamp::from_number(number as f64))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Timestamp, E> {
                Ok(Timestamp::from_number(number))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> String {
        match serde_json::from_str(json).expect("json") {
            Timestamp::At(at) => at.to_rfc3339(),
            Timestamp::Unreadable(text) => format!("unreadable: {text}"),
        }
    }

    #[test]
    fn a_number_is_seconds_milliseconds_microseconds_or_nanoseconds_by_its_size() {
        for json in ["1700000000", "1700000000000", "1700000000000000", "1700000000000000000", "\"2023-11-14T22:13:20Z\"", "\"1700000000\""]
        {
            assert_eq!(read(json), "2023-11-14T22:13:20+00:00", "{json}");
        }
        assert_eq!(read("1700000000.5"), "2023-11-14T22:13:20.500+00:00");
    }

    #[test]
    fn what_is_no_time_is_kept_as_unreadable() {
        assert_eq!(read("\"yesterday\""), "unreadable: yesterday");
        assert_eq!(read("\"9999-12-31T23:59:59-01:00\""), "unreadable: 9999-12-31T23:59:59-01:00");
        assert_eq!(read("1778759940000759940000"), "unreadable: 1778759940000760000000");
        assert_eq!(read("1e300"), "unreadable: 1e300".replace("1e300", &1e300_f64.to_string()));
    }
}
