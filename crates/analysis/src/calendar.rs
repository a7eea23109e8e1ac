//! Where buckets begin and end: minutes and hours of 60, days of the project's zone.
//!
//! Rules, the same on every page:
//! * A range ends with the bucket that holds `now`; that bucket is open.
//! * `24h` is 24 hours, the last one open. Hours begin on the zone's full hour.
//! * `7d`, `30d`, `90d` of the audience are that many calendar days of the zone, today included. A day where clocks
//!   change has 23 or 25 hours, or another number: it runs from midnight to midnight on the wall. Where a zone skips
//!   midnight, the day begins with the first moment after the gap; where midnight comes twice, with the first.
//! * The explorer's buckets are those that its rollups can be added up to: minutes and hours of UTC, and for `30d`
//!   quarters of a local day (0, 6, 12, 18 h on the wall), moved back to a full hour of UTC where the zone is off by
//!   half an hour.

mod compare;
mod metrics;

use chrono::{DateTime, Datelike as _, Days, DurationRound as _, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use protocol::range::{Period, Range, Step};

pub use compare::{Comparison, Earlier, compared, earlier};
pub use metrics::{ZONE_RULES, metric_day, metrics, metrics_before};

/// One bucket of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive; the next bucket's start.
    pub end: DateTime<Utc>,
    /// Seconds that the zone is ahead of UTC at `start`.
    pub utc_offset_seconds: i32,
}

/// The buckets of an answer: at least one, oldest first, each beginning where the one before ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// How wide a bucket is.
    pub step: Step,
    /// The buckets.
    pub buckets: Vec<Bucket>,
}

impl Frame {
    /// The first bucket's start.
    pub fn start(&self) -> DateTime<Utc> {
        self.buckets.first().map_or(DateTime::UNIX_EPOCH, |bucket| bucket.start)
    }

    /// The last bucket's end.
    pub fn end(&self) -> DateTime<Utc> {
        self.buckets.last().map_or(DateTime::UNIX_EPOCH, |bucket| bucket.end)
    }

    /// The bucket that holds `at`.
    pub fn index_of(&self, at: DateTime<Utc>) -> Option<usize> {
        let index = self.buckets.partition_point(|bucket| bucket.end <= at);
        (self.buckets.get(index)?.start <= at).then_some(index)
    }

    /// Buckets between these bounds, which must rise. Equal neighbours (a day that a zone skipped) make no bucket.
    fn between(step: Step, bounds: &[DateTime<Utc>], zone: Tz) -> Self {
        let buckets = bounds
            .windows(2)
            .filter(|pair| pair[0] < pair[1])
            .map(|pair| Bucket { start: pair[0], end: pair[1], utc_offset_seconds: utc_offset_seconds(pair[0], zone) })
            .collect();
        Self { step, buckets }
    }
}

/// Seconds that `zone` is ahead of UTC at `at`.
pub fn utc_offset_seconds(at: DateTime<Utc>, zone: Tz) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// The start of the minute that holds `at`.
pub fn minute_of(at: DateTime<Utc>) -> DateTime<Utc> {
    floor(at, TimeDelta::minutes(1))
}

/// The start of the quarter of an hour that holds `at`.
pub fn quarter_of(at: DateTime<Utc>) -> DateTime<Utc> {
    floor(at, TimeDelta::minutes(15))
}

/// The start of the hour of UTC that holds `at`.
pub fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    floor(at, TimeDelta::hours(1))
}

fn floor(at: DateTime<Utc>, width: TimeDelta) -> DateTime<Utc> {
    // Fails only for times beyond the year 2262, which no clock of ours shows.
    at.duration_trunc(width).unwrap_or(at)
}

/// Buckets of one answer, at most.
pub const BUCKETS_MAX: usize = 1_000;

/// The frame of an analysis. Without a step it is hours up to two days, and days beyond. `None` when it would have more than
/// [`BUCKETS_MAX`] buckets, or none.
pub fn period(period: Period, step: Option<Step>, now: DateTime<Utc>, zone: Tz) -> Option<Frame> {
    let (from, until, usual) = match period {
        Period::Between { from, until } => (from, until, if until - from <= TimeDelta::days(2) { Step::Hour1 } else { Step::Day1 }),
        Period::Days { first, last } => {
            let last = last.min(now.with_timezone(&zone).date_naive());
            let usual = if last - first < TimeDelta::days(2) { Step::Hour1 } else { Step::Day1 };
            (day_start(first, zone), day_start(last + Days::new(1), zone), usual)
        }
        Period::Last(range) => {
            let frame = audience(range, now, zone).or_else(|| explorer(range, now, zone))?;
            (frame.start(), frame.end(), if frame.step == Step::Day1 { Step::Day1 } else { Step::Hour1 })
        }
    };
    between(quarter_of(from), quarter_of(until + TimeDelta::minutes(15) - TimeDelta::microseconds(1)), step.unwrap_or(usual), zone)
}

/// Buckets of the zone's calendar, the first and the last one cut off at the bounds, which lie on quarters of an hour.
fn between(from: DateTime<Utc>, until: DateTime<Utc>, step: Step, zone: Tz) -> Option<Frame> {
    let mut bounds = vec![from];
    let mut bound = from;
    while bound < until {
        bound = next_bound(bound, step, zone).min(until);
        bounds.push(bound);
        if bounds.len() > BUCKETS_MAX + 1 {
            return None;
        }
    }
    (bounds.len() > 1).then(|| Frame::between(step, &bounds, zone))
}

/// Where the bucket that holds `at` ends.
fn next_bound(at: DateTime<Utc>, step: Step, zone: Tz) -> DateTime<Utc> {
    let date = at.with_timezone(&zone).date_naive();
    let day = |date: NaiveDate| {
        // A day that the zone skipped would end where it begins.
        let ends = date.iter_days().map(|date| day_start(date, zone)).take(3);
        ends.into_iter().find(|end| *end > at).unwrap_or(at + TimeDelta::days(1))
    };
    let wall = |width: TimeDelta| {
        let offset = TimeDelta::seconds(utc_offset_seconds(at, zone).into());
        floor(at + offset, width) - offset + width
    };
    match step {
        Step::Minute1 | Step::Minutes5 | Step::Minutes15 => quarter_of(at) + TimeDelta::minutes(15),
        Step::Hour1 => wall(TimeDelta::hours(1)),
        Step::Hours6 => wall(TimeDelta::hours(6)),
        Step::Day1 => day(date + Days::new(1)),
        Step::Week1 => day(date.week(chrono::Weekday::Mon).last_day() + Days::new(1)),
        Step::Month1 => day(date.with_day(1).unwrap_or(date) + chrono::Months::new(1)),
    }
}

/// The frame of an audience range; `None` for a range that the audience pages do not offer.
pub fn audience(range: Range, now: DateTime<Utc>, zone: Tz) -> Option<Frame> {
    match range {
        Range::Hours24 => Some(hours(24, now, zone)),
        Range::Days7 => Some(days(7, now, zone)),
        Range::Days30 => Some(days(30, now, zone)),
        Range::Days90 => Some(days(90, now, zone)),
        Range::Hour1 | Range::Hours6 => None,
    }
}

fn hours(count: i32, now: DateTime<Utc>, zone: Tz) -> Frame {
    let hour = TimeDelta::hours(1);
    let offset = TimeDelta::seconds(utc_offset_seconds(now, zone).into());
    let end = floor(now + offset, hour) - offset + hour;
    let bounds: Vec<_> = (0..=count).rev().map(|n| end - hour * n).collect();
    Frame::between(Step::Hour1, &bounds, zone)
}

fn days(count: u64, now: DateTime<Utc>, zone: Tz) -> Frame {
    let tomorrow = now.with_timezone(&zone).date_naive() + Days::new(1);
    let bounds: Vec<_> = (0..=count).rev().map(|n| day_start(tomorrow - Days::new(n), zone)).collect();
    Frame::between(Step::Day1, &bounds, zone)
}

/// The first moment of a calendar day.
pub fn day_start(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    first_moment(date, NaiveTime::MIN, zone)
}

/// The first moment at which the wall shows `date` and `time` or, where clocks jump over that, the first one after the
/// jump. Jumps begin and end on quarters of an hour of the wall.
fn first_moment(date: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    /// The longest jump there was is a whole day, at the date line.
    const QUARTERS_SKIPPED_MAX: i32 = 26 * 4;
    let wall = date.and_time(time);
    let after = |quarters: i32| {
        if quarters == 0 { wall } else { wall.duration_trunc(TimeDelta::minutes(15)).unwrap_or(wall) + TimeDelta::minutes(15) * quarters }
    };
    (0..=QUARTERS_SKIPPED_MAX)
        .find_map(|quarters| zone.from_local_datetime(&after(quarters)).earliest())
        .map_or_else(|| wall.and_utc(), |at| at.with_timezone(&Utc))
}

/// The frame of an explorer range; `None` for a range that the explorer does not offer.
pub fn explorer(range: Range, now: DateTime<Utc>, zone: Tz) -> Option<Frame> {
    match range {
        Range::Hour1 => Some(steps(Step::Minute1, TimeDelta::minutes(1), 60, now, zone)),
        Range::Hours6 => Some(steps(Step::Minutes5, TimeDelta::minutes(5), 72, now, zone)),
        Range::Hours24 => Some(steps(Step::Minutes15, TimeDelta::minutes(15), 96, now, zone)),
        Range::Days7 => Some(steps(Step::Hour1, TimeDelta::hours(1), 7 * 24, now, zone)),
        Range::Days30 => Some(day_quarters(30 * 4, now, zone)),
        Range::Days90 => None,
    }
}

/// The last 24 hours of UTC, the last one open: what the catalogue's sparklines show.
pub fn spark(now: DateTime<Utc>, zone: Tz) -> Frame {
    steps(Step::Hour1, TimeDelta::hours(1), 24, now, zone)
}

fn steps(step: Step, width: TimeDelta, count: i32, now: DateTime<Utc>, zone: Tz) -> Frame {
    let end = floor(now, width) + width;
    let bounds: Vec<_> = (0..=count).rev().map(|n| end - width * n).collect();
    Frame::between(step, &bounds, zone)
}

fn day_quarters(count: usize, now: DateTime<Utc>, zone: Tz) -> Frame {
    let today = now.with_timezone(&zone).date_naive();
    // Two days beyond the count on one side, one on the other: a quarter may be shorter than six hours.
    let first = today - Days::new(count as u64 / 4 + 2);
    let mut bounds: Vec<_> = first
        .iter_days()
        .take_while(|date| *date <= today + Days::new(1))
        .flat_map(|date| {
            [0, 6, 12, 18].map(|hour| hour_of(first_moment(date, NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN), zone)))
        })
        .collect();
    bounds.dedup();
    let end = bounds.partition_point(|bound| *bound <= now).min(bounds.len() - 1);
    Frame::between(Step::Hours6, &bounds[end.saturating_sub(count)..=end], zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn zone(name: &str) -> Tz {
        name.parse().expect("a zone")
    }

    fn lengths(frame: &Frame) -> Vec<i64> {
        frame.buckets.iter().map(|bucket| (bucket.end - bucket.start).num_minutes()).collect()
    }

    #[test]
    fn a_day_has_23_hours_when_clocks_go_forward_and_25_when_they_go_back() {
        let berlin = zone("Europe/Berlin");
        let spring = audience(Range::Days7, at("2026-03-31T10:07:00Z"), berlin).expect("a range");
        assert_eq!(lengths(&spring), [24, 24, 24, 24, 23, 24, 24].map(|hours| hours * 60));
        assert_eq!(spring.start(), at("2026-03-24T23:00:00Z"));
        assert_eq!(spring.end(), at("2026-03-31T22:00:00Z"));
        assert_eq!(spring.buckets[0].utc_offset_seconds, 3_600);
        assert_eq!(spring.buckets[6].utc_offset_seconds, 7_200);
        let autumn = audience(Range::Days7, at("2026-10-26T10:07:00Z"), berlin).expect("a range");
        assert_eq!(lengths(&autumn), [24, 24, 24, 24, 24, 25, 24].map(|hours| hours * 60));
    }

    #[test]
    fn a_day_begins_after_the_gap_where_midnight_is_skipped_and_at_the_first_where_it_comes_twice() {
        // Beirut 2026-03-29: 00:00 becomes 01:00. Havana 2026-11-01: 01:00 becomes 00:00.
        assert_eq!(day_start(NaiveDate::from_ymd_opt(2026, 3, 29).expect("a day"), zone("Asia/Beirut")), at("2026-03-28T22:00:00Z"));
        assert_eq!(day_start(NaiveDate::from_ymd_opt(2026, 11, 1).expect("a day"), zone("America/Havana")), at("2026-11-01T04:00:00Z"));
    }

    #[test]
    fn a_day_that_a_zone_skipped_makes_no_bucket() {
        // Apia had no 30 December 2011.
        let frame = audience(Range::Days7, at("2012-01-01T00:00:00Z"), zone("Pacific/Apia")).expect("a range");
        assert_eq!(lengths(&frame), [24; 6].map(|hours| hours * 60));
    }

    #[test]
    fn hours_begin_on_the_full_hour_of_a_zone_that_is_off_by_half_an_hour() {
        let kolkata = audience(Range::Hours24, at("2026-05-14T12:10:00Z"), zone("Asia/Kolkata")).expect("a range");
        assert_eq!(kolkata.end(), at("2026-05-14T12:30:00Z"));
        assert_eq!(kolkata.buckets.len(), 24);
    }

    #[test]
    fn explorer_buckets_end_with_the_open_one_and_stay_on_hours_of_the_rollup() {
        let now = at("2026-03-31T10:07:30Z");
        for (range, count, end) in [
            (Range::Hour1, 60, "2026-03-31T10:08:00Z"),
            (Range::Hours6, 72, "2026-03-31T10:10:00Z"),
            (Range::Hours24, 96, "2026-03-31T10:15:00Z"),
            (Range::Days7, 168, "2026-03-31T11:00:00Z"),
            (Range::Days30, 120, "2026-03-31T16:00:00Z"),
        ] {
            let frame = explorer(range, now, zone("Europe/Berlin")).expect("a range");
            assert_eq!(frame.buckets.len(), count, "{range:?}");
            assert_eq!(frame.end(), at(end), "{range:?}");
            assert_eq!(frame.index_of(now), Some(count - 1), "{range:?}");
        }
        let half = explorer(Range::Days30, now, zone("Asia/Kolkata")).expect("a range");
        assert!(half.buckets.iter().all(|bucket| hour_of(bucket.start) == bucket.start));
    }

    #[test]
    fn weeks_begin_on_monday_months_on_the_first_and_the_ends_are_cut_off() {
        let berlin = zone("Europe/Berlin");
        let of = |from: &str, until: &str, step| {
            period(Period::Between { from: at(from), until: at(until) }, step, at("2026-06-01T00:00:00Z"), berlin)
        };
        let starts = |frame: &Frame| frame.buckets.iter().map(|bucket| bucket.start.to_rfc3339()).collect::<Vec<_>>();
        let weeks = of("2026-03-25T10:05:00Z", "2026-04-07T00:00:00Z", Some(Step::Week1)).expect("weeks");
        assert_eq!(starts(&weeks), ["2026-03-25T10:00:00+00:00", "2026-03-29T22:00:00+00:00", "2026-04-05T22:00:00+00:00"]);
        assert_eq!(weeks.end(), at("2026-04-07T00:00:00Z"));
        let months = of("2026-01-31T23:00:00Z", "2026-04-30T22:00:00Z", Some(Step::Month1)).expect("months");
        assert_eq!(lengths(&months), [28 * 24 * 60, (31 * 24 - 1) * 60, 30 * 24 * 60]);
        let hours = of("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", None).expect("hours");
        assert_eq!((hours.step, hours.buckets.len()), (Step::Hour1, 23));
        assert_eq!(of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", Some(Step::Minutes15)), None);
        assert_eq!(of("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None), None);
    }

    #[test]
    fn every_zone_has_buckets_without_gaps_at_every_hour_of_a_year() {
        let from = at("2026-01-01T00:20:00Z");
        for name in [
            "Europe/Berlin",
            "America/Sao_Paulo",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Africa/Casablanca",
            "Pacific/Chatham",
            "Asia/Beirut",
            "America/Havana",
        ] {
            for seventh in 0..(365 * 24 / 7) {
                let now = from + TimeDelta::hours(7) * seventh;
                for step in [Step::Hour1, Step::Day1, Step::Week1, Step::Month1] {
                    let asked = Period::Between { from: now - TimeDelta::days(30), until: now };
                    let frame = period(asked, Some(step), now, zone(name)).expect("buckets");
                    assert!(frame.buckets.windows(2).all(|pair| pair[0].end == pair[1].start), "{name} {now} {step:?}");
                    assert!(frame.buckets.iter().all(|bucket| quarter_of(bucket.start) == bucket.start && bucket.start < bucket.end));
                    assert_eq!((frame.start(), frame.end() >= now), (quarter_of(now - TimeDelta::days(30)), true));
                }
                let frames = [
                    audience(Range::Days7, now, zone(name)),
                    audience(Range::Hours24, now, zone(name)),
                    explorer(Range::Days30, now, zone(name)),
                ];
                for frame in frames.into_iter().flatten() {
                    assert!(frame.buckets.windows(2).all(|pair| pair[0].end == pair[1].start), "{name} {now}");
                    assert_eq!(frame.index_of(now), Some(frame.buckets.len() - 1), "{name} {now} {:?}", frame.step);
                    assert_eq!((frame.index_of(frame.start()), frame.index_of(frame.end())), (Some(0), None));
                }
            }
        }
    }
}
