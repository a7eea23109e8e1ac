//! The one place where the client reads the system's clock.

use std::time::UNIX_EPOCH;

use chrono::{DateTime, Utc};

/// Microseconds since 1970; 0 for a clock that stands before it.
#[inline]
#[allow(clippy::disallowed_methods, reason = "a client runs inside other programs and stamps what it captures itself")]
pub(crate) fn now_micros() -> i64 {
    std::time::SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

/// The same, as a point in time.
pub(crate) fn now() -> DateTime<Utc> {
    at_micros(now_micros())
}

/// The point in time of a reading.
pub(crate) fn at_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
