//! The id of a raw row that people and programs pass on: its primary key within a project, as a text.

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) fn write(received_at: DateTime<Utc>, flush_id: Uuid, n: i32) -> String {
    format!("{:x}-{}-{n:x}", received_at.timestamp_micros(), flush_id.simple())
}

/// The key that an id names; `None` for a text that [`write`] did not make.
pub(crate) fn read(id: &str) -> Option<(DateTime<Utc>, Uuid, i32)> {
    let mut pieces = id.splitn(3, '-');
    let (received, flush, n) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let received_at = DateTime::from_timestamp_micros(i64::from_str_radix(received, 16).ok()?)?;
    Some((received_at, flush.parse().ok()?, i32::from_str_radix(n, 16).ok()?))
}
