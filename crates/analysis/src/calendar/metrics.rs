//! The buckets of metrics: any time, in steps that the rollups can be added up to.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use protocol::range::{Compare, Period, Step};

use super::compare::YEAR_DAYS;
use super::{BUCKETS_MAX, Frame, day_start, explorer, first_moment, floor, hour_of};

/// The frame of a period; without a step a ready one, or the finest that has no more than some 170 buckets. `None` when it would
/// have more than [`BUCKETS_MAX`] buckets, or none, and for steps that metrics do not have.
pub fn metrics(period: Period, step: Option<Step>, now: DateTime<Utc>, zone: Tz) -> Option<Frame> {
    let (from, until) = match period {
        Period::Last(range) => {
            let usual = explorer(range, now, zone);
            if let Some(frame) = usual.clone().filter(|frame| step.is_none_or(|step| step == frame.step)) {
                return Some(frame);
            }
            (usual.map_or_else(|| now - TimeDelta::days(90), |frame| frame.start()), now + TimeDelta::microseconds(1))
        }
        Period::Days { first, last } => (day_start(first, zone), day_start(last.checked_add_days(Days::new(1))?, zone)),
        Period::Between { from, until } => (from, until),
    };
    let usual = || match until - from {
        length if length <= TimeDelta::hours(2) => Step::Minute1,
        length if length <= TimeDelta::hours(12) => Step::Minutes5,
        length if length <= TimeDelta::hours(36) => Step::Minutes15,
        length if length <= TimeDelta::days(7) => Step::Hour1,
        length if length <= TimeDelta::days(35) => Step::Hours6,
        _ => Step::Day1,
    };
    between(from, until.min(now + TimeDelta::microseconds(1)), step.unwrap_or_else(usual), zone)
}

/// The frame as far back as it is compared with: a whole number of days, so that hours of the day lie over one another. `None`
/// where nothing is compared.
pub fn metrics_before(frame: &Frame, compare: Compare, zone: Tz) -> Option<Frame> {
    let days = u64::try_from((frame.end() - frame.start() - TimeDelta::hours(2)).num_days()).unwrap_or(0) + 1;
    let days = match compare {
        Compare::Nothing => return None,
        Compare::Previous => days,
        Compare::Week => days.div_ceil(7) * 7,
        Compare::Year => YEAR_DAYS.max(days.div_ceil(7) * 7),
    };
    let back = |at: DateTime<Utc>| match frame.step {
        Step::Hours6 | Step::Day1 => {
            let local = at.with_timezone(&zone).naive_local();
            hour_of(first_moment(local.date() - Days::new(days), local.time(), zone))
        }
        _ => at - TimeDelta::days(days.cast_signed()),
    };
    let bounds: Vec<_> = frame.buckets.iter().map(|bucket| bucket.start).chain([frame.end()]).map(back).collect();
    Some(Frame::between(frame.step, &bounds, zone))
}

fn between(from: DateTime<Utc>, until: DateTime<Utc>, step: Step, zone: Tz) -> Option<Frame> {
    let width = match step {
        Step::Minute1 => TimeDelta::minutes(1),
        Step::Minutes5 => TimeDelta::minutes(5),
        Step::Minutes15 => TimeDelta::minutes(15),
        Step::Hour1 => TimeDelta::hours(1),
        Step::Hours6 => return on_the_wall(&[0, 6, 12, 18], from, until, step, zone),
        Step::Day1 => return on_the_wall(&[0], from, until, step, zone),
        Step::Week1 | Step::Month1 => return None,
    };
    let mut bounds = vec![floor(from, width)];
    while bounds[bounds.len() - 1] < until {
        bounds.push(bounds[bounds.len() - 1] + width);
        if bounds.len() > BUCKETS_MAX + 1 {
            return None;
        }
    }
    (bounds.len() > 1).then(|| Frame::between(step, &bounds, zone))
}

/// Whose rules of zones the days below follow: others may put an older day elsewhere.
pub const ZONE_RULES: &str = chrono_tz::IANA_TZDB_VERSION;

/// Where the day of metrics that holds `at` begins and ends: a bucket of [`Step::Day1`] of [`metrics`].
pub fn metric_day(at: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let day = on_the_wall(&[0], at, at + TimeDelta::microseconds(1), Step::Day1, zone);
    // Fails only for times that no clock of ours shows.
    day.map_or((at, at), |day| (day.start(), day.end()))
}

/// Bounds at these hours of local days, moved back to a full hour of UTC.
fn on_the_wall(hours: &[u32], from: DateTime<Utc>, until: DateTime<Utc>, step: Step, zone: Tz) -> Option<Frame> {
    let days = (until - from).num_days();
    if until <= from || usize::try_from(days).unwrap_or(usize::MAX).saturating_mul(hours.len()) > BUCKETS_MAX {
        return None;
    }
    let first = from.with_timezone(&zone).date_naive() - Days::new(2);
    let bounds = first.iter_days().take(usize::try_from(days).ok()? + 7).flat_map(|date| {
        hours.iter().map(move |hour| hour_of(first_moment(date, NaiveTime::from_hms_opt(*hour, 0, 0).unwrap_or(NaiveTime::MIN), zone)))
    });
    let mut bounds: Vec<_> = bounds.collect();
    bounds.dedup();
    let start = bounds.partition_point(|bound| *bound <= from).checked_sub(1)?;
    let end = bounds.partition_point(|bound| *bound < until).min(bounds.len() - 1);
    (start < end).then(|| Frame::between(step, &bounds[start..=end], zone))
}

#[cfg(test)]
mod tests {
    use protocol::range::Range;

    use super::*;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_brushed_part_has_finer_buckets_that_hold_both_ends() {
        let now = at("2026-05-14T12:07:30Z");
        let of = |from: &str, until: &str, step| metrics(Period::Between { from: at(from), until: at(until) }, step, now, BERLIN);
        let part = of("2026-05-14T10:02:20Z", "2026-05-14T10:30:00Z", None).expect("buckets");
        assert_eq!((part.step, part.start(), part.end()), (Step::Minute1, at("2026-05-14T10:02:00Z"), at("2026-05-14T10:30:00Z")));
        let day = of("2026-05-13T10:00:00Z", "2026-05-14T10:00:00Z", None).expect("buckets");
        assert_eq!((day.step, day.buckets.len()), (Step::Minutes15, 96));
        assert_eq!(of("2026-01-01T00:00:00Z", "2026-05-14T10:00:00Z", Some(Step::Minute1)), None, "too many");
        assert_eq!(of("2026-05-14T10:00:00Z", "2026-05-14T09:00:00Z", None), None);
        assert_eq!(of("2026-05-15T10:00:00Z", "2026-05-15T11:00:00Z", None), None, "what is not yet has no buckets");
    }

    #[test]
    fn a_wider_step_of_a_ready_range_covers_it() {
        let now = at("2026-05-14T12:07:30Z");
        let hours = metrics(Period::Last(Range::Hours24), Some(Step::Hour1), now, BERLIN).expect("buckets");
        assert_eq!((hours.buckets.len(), hours.index_of(now)), (25, Some(24)));
        let days = metrics(Period::Last(Range::Days90), None, now, BERLIN).expect("buckets");
        assert_eq!((days.step, days.buckets.len(), days.end()), (Step::Day1, 91, at("2026-05-14T22:00:00Z")));
    }

    #[test]
    fn days_of_metrics_are_the_buckets_of_a_chart_by_days() {
        for zone in [Tz::UTC, BERLIN, Tz::Asia__Kolkata, Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Pacific__Chatham] {
            for (from, until) in [("2011-12-20T00:00:00Z", "2012-01-10T00:00:00Z"), ("2017-10-01T00:00:00Z", "2018-04-10T00:00:00Z")] {
                let frame =
                    metrics(Period::Between { from: at(from), until: at(until) }, Some(Step::Day1), at("2026-05-14T12:00:00Z"), zone);
                for bucket in frame.expect("buckets").buckets {
                    let day = (bucket.start, bucket.end);
                    assert_eq!(metric_day(bucket.start, zone), day, "{zone}");
                    assert_eq!(metric_day(bucket.end - TimeDelta::hours(1), zone), day, "{zone}");
                }
            }
        }
    }

    #[test]
    fn what_is_compared_is_whole_days_before_and_does_not_overlap() {
        let now = at("2026-03-31T10:07:30Z");
        for range in Range::EXPLORER {
            let frame = metrics(Period::Last(range), None, now, BERLIN).expect("buckets");
            for compare in [Compare::Previous, Compare::Week, Compare::Year] {
                let before = metrics_before(&frame, compare, BERLIN).expect("buckets");
                assert_eq!(before.buckets.len(), frame.buckets.len(), "{range:?} {compare:?}");
                assert!(before.end() <= frame.start() + TimeDelta::hours(2), "{range:?} {compare:?}: {}", before.end());
            }
        }
        let hour = metrics(Period::Last(Range::Hour1), None, now, BERLIN).expect("buckets");
        let before = metrics_before(&hour, Compare::Previous, BERLIN).expect("buckets");
        assert_eq!(before.end(), at("2026-03-30T10:08:00Z"), "the same hour of the day before");
    }
}
