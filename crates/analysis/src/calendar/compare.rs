//! A range beside an earlier one.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use protocol::range::{Compare, Period, Step};

use super::{BUCKETS_MAX, Frame, audience, first_moment, period, quarter_of};

/// Days of 52 weeks: the same weekdays a year ago.
pub(super) const YEAR_DAYS: u64 = 364;
/// More days than a range has: its buckets are at most [`BUCKETS_MAX`] days.
const DAYS_MAX: u64 = BUCKETS_MAX as u64 + 2;

/// A range, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The range.
    pub current: Frame,
    /// Earlier; `None` where nothing is compared.
    pub earlier: Option<Earlier>,
}

/// An earlier range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its buckets, each a whole number of days before the range's own; as many, unless they are hours of days on which clocks
    /// change.
    pub frame: Frame,
    /// Where it is cut for comparing totals: so many days before `now`, down to the quarter of an hour, which is what the rollup
    /// can tell apart. Its end, for a range that is over.
    pub until: DateTime<Utc>,
}

impl Earlier {
    /// The earlier range up to where it is cut, its last bucket cut short with it; `None` where nothing is left.
    pub fn cut(&self, zone: Tz) -> Option<Frame> {
        let starts = self.frame.buckets.iter().map(|bucket| bucket.start).filter(|start| *start < self.until);
        let frame = Frame::between(self.frame.step, &starts.chain([self.until]).collect::<Vec<_>>(), zone);
        (!frame.buckets.is_empty()).then_some(frame)
    }
}

/// The frames of a period of the audience pages; `None` for a range that they do not offer, and for a period that has no
/// buckets or too many.
pub fn compared(asked: Period, compare: Compare, now: DateTime<Utc>, zone: Tz) -> Option<Comparison> {
    let current = match asked {
        Period::Last(range) => audience(range, now, zone)?,
        other => period(other, None, now, zone)?,
    };
    let earlier = earlier(&current, asked, compare, now, zone)?;
    Some(Comparison { current, earlier })
}

/// What a range is compared with: nothing, or a range of as many buckets; `None` when that range has too many.
pub fn earlier(current: &Frame, asked: Period, compare: Compare, now: DateTime<Utc>, zone: Tz) -> Option<Option<Earlier>> {
    let days = match asked {
        Period::Days { first, last } => (last.min(now.with_timezone(&zone).date_naive()) - first).num_days().unsigned_abs() + 1,
        // The fewest that leave nothing in both.
        _ => (1..=DAYS_MAX).find(|days| back(current.end(), *days, current.step, zone) <= current.start())?,
    };
    let days = match compare {
        Compare::Nothing => return Some(None),
        Compare::Previous => days,
        Compare::Week => days.div_ceil(7) * 7,
        Compare::Year => YEAR_DAYS.max(days.div_ceil(7) * 7),
    };
    // Whole days stay whole days, though one of them may have an hour more or less.
    let step = if matches!(asked, Period::Days { .. }) { Step::Day1 } else { current.step };
    let shift = |at: DateTime<Utc>| back(at, days, step, zone);
    let frame = match asked {
        Period::Days { .. } => {
            let (from, until) = (shift(current.start()), shift(current.end()));
            period(Period::Between { from, until }, Some(current.step), now, zone)?
        }
        _ => {
            let bounds: Vec<_> = current.buckets.iter().map(|bucket| bucket.start).chain([current.end()]).map(shift).collect();
            Frame::between(current.step, &bounds, zone)
        }
    };
    let until = if now < current.end() { quarter_of(shift(now)).clamp(frame.start(), frame.end()) } else { frame.end() };
    Some(Some(Earlier { frame, until }))
}

/// So many days before, at the same time on the wall; hours stay hours, also across a change of the clock.
fn back(at: DateTime<Utc>, days: u64, step: Step, zone: Tz) -> DateTime<Utc> {
    if matches!(step, Step::Minute1 | Step::Minutes5 | Step::Minutes15 | Step::Hour1) {
        return at - TimeDelta::days(days as i64);
    }
    let local = at.with_timezone(&zone).naive_local();
    first_moment(local.date() - Days::new(days), local.time(), zone)
}

#[cfg(test)]
mod tests {
    use protocol::range::Range;

    use super::*;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn days(first: &str, last: &str) -> Period {
        Period::Days { first: first.parse().expect("a day"), last: last.parse().expect("a day") }
    }

    fn earlier(asked: Period, compare: Compare, now: &str) -> (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>) {
        let comparison = compared(asked, compare, at(now), BERLIN).expect("a range");
        let earlier = comparison.earlier.expect("an earlier range");
        (earlier.frame.start(), earlier.frame.end(), earlier.until)
    }

    #[test]
    fn the_earlier_range_is_cut_at_the_same_time_on_the_wall() {
        // 12:07 in summer time; a week before, 12:07 in winter time is 11:07 UTC.
        let now = "2026-03-31T10:07:00Z";
        let week = earlier(Period::Last(Range::Days7), Compare::Previous, now);
        assert_eq!(week, (at("2026-03-17T23:00:00Z"), at("2026-03-24T23:00:00Z"), at("2026-03-24T11:00:00Z")));
        let day = earlier(Period::Last(Range::Hours24), Compare::Previous, now);
        assert_eq!(day, (at("2026-03-29T11:00:00Z"), at("2026-03-30T11:00:00Z"), at("2026-03-30T10:00:00Z")));
    }

    #[test]
    fn weeks_and_years_compare_the_same_weekdays() {
        let now = "2026-05-14T12:00:00Z";
        assert_eq!(earlier(Period::Last(Range::Days30), Compare::Previous, now).1, at("2026-04-14T22:00:00Z"));
        assert_eq!(earlier(Period::Last(Range::Days30), Compare::Week, now).1, at("2026-04-09T22:00:00Z"), "35 days before");
        assert_eq!(earlier(Period::Last(Range::Days7), Compare::Week, now), earlier(Period::Last(Range::Days7), Compare::Previous, now));
        assert_eq!(earlier(Period::Last(Range::Hours24), Compare::Week, now).1, at("2026-05-07T13:00:00Z"));
        // From Thursday to Thursday, across two changes of the clock.
        assert_eq!(earlier(Period::Last(Range::Days7), Compare::Year, now).1, at("2025-05-15T22:00:00Z"));
        assert_eq!(earlier(days("2026-01-05", "2026-01-11"), Compare::Year, now).0, at("2025-01-05T23:00:00Z"));
    }

    #[test]
    fn chosen_days_are_whole_ones_and_end_today_at_the_latest() {
        let now = "2026-05-14T12:00:00Z";
        let of = |first: &str, last: &str| compared(days(first, last), Compare::Nothing, at(now), BERLIN).map(|frames| frames.current);
        let spring = of("2026-03-28", "2026-03-30").expect("days");
        assert_eq!((spring.step, spring.start(), spring.end()), (Step::Day1, at("2026-03-27T23:00:00Z"), at("2026-03-30T22:00:00Z")));
        let day = of("2026-03-29", "2026-03-29").expect("a day");
        assert_eq!((day.step, day.buckets.len()), (Step::Hour1, 23));
        assert_eq!(of("2026-05-10", "2026-12-31").expect("days").end(), at("2026-05-14T22:00:00Z"));
        assert_eq!((of("2026-05-15", "2026-05-16"), of("2026-05-03", "2026-05-02")), (None, None));
        // Over, so nothing is cut. The first of these two days has 23 hours; those before are whole days all the same.
        let before = earlier(days("2026-03-29", "2026-03-30"), Compare::Previous, now);
        assert_eq!(before, (at("2026-03-26T23:00:00Z"), at("2026-03-28T23:00:00Z"), at("2026-03-28T23:00:00Z")));
        let long = earlier(days("2026-10-25", "2026-10-25"), Compare::Previous, "2026-11-01T00:00:00Z");
        assert_eq!((long.0, long.1), (at("2026-10-23T22:00:00Z"), at("2026-10-24T22:00:00Z")));
    }

    #[test]
    fn no_hour_is_in_a_range_and_in_the_earlier_one() {
        let between = |from: &str, until: &str| Period::Between { from: at(from), until: at(until) };
        for (from, until) in [
            ("2026-05-01T00:00:00Z", "2026-05-03T01:00:00Z"),
            ("2026-05-01T00:00:00Z", "2026-05-03T00:00:00Z"),
            ("2026-03-25T23:00:00Z", "2026-04-01T22:00:00Z"),
            ("2026-10-20T10:15:00Z", "2026-10-27T10:30:00Z"),
        ] {
            for compare in [Compare::Previous, Compare::Week, Compare::Year] {
                let (_, end, _) = earlier(between(from, until), compare, "2026-11-01T00:00:00Z");
                assert!(end <= at(from), "{from} {until} {compare:?}: {end}");
            }
        }
        let whole_week = earlier(between("2026-03-25T23:00:00Z", "2026-04-01T22:00:00Z"), Compare::Previous, "2026-11-01T00:00:00Z");
        assert_eq!(whole_week.0, at("2026-03-18T23:00:00Z"), "seven days, though they have 167 hours");
    }
}
