//! Buckets of a chart in words.

use chrono::{DateTime, Utc};
use dashboard_islands::clock;
use protocol::range::Step;

/// What a chart's figures are per: `day`, `15 minutes`.
pub(crate) const fn per(step: Step) -> &'static str {
    match step {
        Step::Minute1 => "minute",
        Step::Minutes5 => "5 minutes",
        Step::Minutes15 => "15 minutes",
        Step::Hour1 => "hour",
        Step::Hours6 => "6 hours",
        Step::Day1 => "day",
        Step::Week1 => "week",
        Step::Month1 => "month",
    }
}

/// `Thu 14 May`, or `Thu 14 May 14:00` for less than a day.
pub(crate) fn title(start: DateTime<Utc>, utc_offset_seconds: i32, step: Step) -> String {
    let at = clock::wall(start, utc_offset_seconds);
    match step {
        Step::Day1 | Step::Week1 | Step::Month1 => clock::weekday(at),
        _ => format!("{} {}", clock::weekday(at), clock::minute(at)),
    }
}

/// Where in a plot a time is, from 0 to 1: buckets are as wide as one another, whatever their hours.
pub(crate) fn place(buckets: impl ExactSizeIterator<Item = (DateTime<Utc>, DateTime<Utc>)>, at: DateTime<Utc>) -> Option<f64> {
    let count = buckets.len();
    let (index, (start, end)) = buckets.enumerate().find(|(_, (start, end))| (*start..*end).contains(&at))?;
    let within = (at - start).num_seconds() as f64 / (end - start).num_seconds().max(1) as f64;
    Some((index as f64 + within) / count as f64)
}
