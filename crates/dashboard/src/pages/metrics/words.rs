//! Words of the Metrics page: bucket titles and measures.

use chrono::Datelike as _;
use dashboard_islands::clock;
use protocol::audience::{AudienceBucket, Measure};
use protocol::event::PAGE_VIEW;
use protocol::range::Step;

/// What a chart of this measure is called.
pub(super) fn title(measure: Measure, step: Step) -> String {
    let per = match step {
        Step::Minute1 => "minute",
        Step::Minutes5 => "5 minutes",
        Step::Minutes15 => "15 minutes",
        Step::Hour1 => "hour",
        Step::Hours6 => "6 hours",
        Step::Day1 => "day",
        Step::Week1 => "week",
        Step::Month1 => "month",
    };
    format!("{} per {per}", measure.label())
}

/// `Thu 14 May`, or `Thu 14 May 14:00` for less than a day.
pub(super) fn bucket(bucket: &AudienceBucket, step: Step) -> String {
    let at = clock::wall(bucket.start, bucket.utc_offset_seconds);
    if step == Step::Day1 { clock::weekday(at) } else { format!("{} {}", clock::weekday(at), clock::minute(at)) }
}

/// `8 May – 14 May`, or `13 May 15:00 – 14 May 14:03`: what a legend says; with the year where it is not this one.
pub(super) fn span(buckets: &[AudienceBucket], step: Step, this_year: i32) -> String {
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return String::new() };
    let (first, last) = (clock::wall(first.start, first.utc_offset_seconds), clock::wall(last.start, last.utc_offset_seconds));
    let year = if last.year() == this_year { String::new() } else { format!(" {}", last.year()) };
    if step == Step::Day1 {
        return format!("{} – {}{year}", clock::day(first), clock::day(last));
    }
    format!("{} {} – {} {}{year}", clock::day(first), clock::minute(first), clock::day(last), clock::minute(last))
}

/// Names of ours read as people say them.
pub(super) fn event_name(name: &str) -> String {
    if name == PAGE_VIEW { "Page view".to_owned() } else { name.to_owned() }
}
