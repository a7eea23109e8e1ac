//! Words of the Metrics page: bucket titles and measures.

use chrono::Datelike as _;
use dashboard_islands::clock;
use protocol::audience::{AudienceBucket, Measure};
use protocol::event::PAGE_VIEW;
use protocol::range::Step;

use crate::components::bucket;

/// What a chart of this measure is called.
pub(super) fn title(measure: Measure, step: Step) -> String {
    format!("{} per {}", measure.label(), bucket::per(step))
}

/// When a bucket is.
pub(super) fn bucket(bucket: &AudienceBucket, step: Step) -> String {
    bucket::title(bucket.start, bucket.utc_offset_seconds, step)
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
