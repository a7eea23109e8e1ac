//! Times of day and dates in a project's zone, by the offset that an answer brings along.
//!
//! The browser gets no time zone database: every answer says how far its zone is ahead of UTC.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The wall time of a zone that is `offset_seconds` ahead of UTC.
pub fn wall(at: DateTime<Utc>, offset_seconds: i32) -> NaiveDateTime {
    at.naive_utc() + TimeDelta::seconds(i64::from(offset_seconds))
}

/// `14:03`.
pub fn minute(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:03:18`.
pub fn second(at: NaiveDateTime) -> String {
    format!("{}:{:02}", minute(at), at.second())
}

/// `14:03:18.412`.
pub fn millisecond(at: NaiveDateTime) -> String {
    format!("{}.{:03}", second(at), at.nanosecond() / 1_000_000)
}

/// `14 May`.
pub fn day(at: NaiveDateTime) -> String {
    format!("{} {}", at.day(), MONTHS[at.month0() as usize])
}

/// `Thu`.
pub fn weekday_name(at: NaiveDateTime) -> &'static str {
    WEEKDAYS[at.weekday().num_days_from_monday() as usize]
}

/// `Thu 14 May`.
pub fn weekday(at: NaiveDateTime) -> String {
    format!("{} {}", weekday_name(at), day(at))
}

/// `Thu 14 May 2026`.
pub fn date(at: NaiveDateTime) -> String {
    format!("{} {}", weekday(at), at.year())
}

/// `Europe/Berlin (UTC+2)`.
pub fn zone(name: &str, offset_seconds: i32) -> String {
    if name == "UTC" {
        return name.to_owned();
    }
    let (sign, minutes) = (if offset_seconds < 0 { '−' } else { '+' }, offset_seconds.unsigned_abs() / 60);
    match minutes % 60 {
        0 => format!("{name} (UTC{sign}{})", minutes / 60),
        rest => format!("{name} (UTC{sign}{}:{rest:02})", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_time_is_shown_in_the_projects_zone() {
        let berlin = wall(at("2026-05-14T22:03:18.412Z"), 7_200);
        assert_eq!(millisecond(berlin), "00:03:18.412");
        assert_eq!(date(berlin), "Fri 15 May 2026");
        assert_eq!(minute(wall(at("2026-05-14T22:03:18Z"), -34_200)), "12:33");
    }

    #[test]
    fn a_zone_names_its_offset_and_half_hours_too() {
        assert_eq!(zone("Europe/Berlin", 7_200), "Europe/Berlin (UTC+2)");
        assert_eq!(zone("Asia/Kolkata", 19_800), "Asia/Kolkata (UTC+5:30)");
        assert_eq!(zone("America/St_Johns", -9_000), "America/St_Johns (UTC−2:30)");
        assert_eq!(zone("UTC", 0), "UTC");
    }
}
