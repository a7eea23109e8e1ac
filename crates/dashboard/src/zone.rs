//! How far a project's zone is ahead of UTC.

use chrono::{DateTime, Offset as _, TimeZone as _, Utc};

/// Seconds ahead of UTC at `at`; 0 for a zone that is not known.
pub(crate) fn offset_seconds(zone: &str, at: DateTime<Utc>) -> i32 {
    zone.parse::<chrono_tz::Tz>().map_or(0, |zone| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
}

#[cfg(test)]
mod tests {
    use super::offset_seconds;

    #[test]
    fn the_offset_follows_the_clock_change() {
        assert_eq!(offset_seconds("Europe/Berlin", "2026-03-29T00:59:59Z".parse().expect("a time")), 3_600);
        assert_eq!(offset_seconds("Europe/Berlin", "2026-03-29T01:00:00Z".parse().expect("a time")), 7_200);
        assert_eq!(offset_seconds("Nowhere", "2026-03-29T01:00:00Z".parse().expect("a time")), 0);
    }
}
