//! Which segments are merged: of each size that a day has several of, so that an event is rewritten a few times and not
//! with every claim; and what is left of a day once it is quiet.

use std::collections::BTreeMap;

use analysis::segment::ROWS_MAX;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use storage::segments::Listed;

/// So many segments of one size are merged. A size is four times the one before.
const FAN_IN: usize = 8;
/// Segments from this size on are left alone.
const LARGE: i64 = ROWS_MAX as i64 / 2;
/// Events of one merge, at most: they are in memory, all columns of them.
const MERGED_MAX: i64 = ROWS_MAX as i64;
/// A day to which nothing was added for this long is quiet: its small segments are merged, however few.
const QUIET: TimeDelta = TimeDelta::minutes(10);
/// After this long even a straggler is worth rewriting a large one.
const SETTLED: TimeDelta = TimeDelta::hours(6);

/// Segments of one day that become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) day: NaiveDate,
    pub(super) segments: Vec<i64>,
}

/// What to merge now, at most one group per day; `listed` are all segments of days that have several.
pub(super) fn groups(listed: &[Listed], now: DateTime<Utc>) -> Vec<Group> {
    let mut days = BTreeMap::<NaiveDate, Vec<&Listed>>::new();
    for segment in listed {
        days.entry(segment.day).or_default().push(segment);
    }
    days.into_iter().filter_map(|(day, segments)| Some(Group { day, segments: group(segments, now)? })).collect()
}

fn group(mut segments: Vec<&Listed>, now: DateTime<Utc>) -> Option<Vec<i64>> {
    segments.sort_by_key(|segment| (segment.events, segment.segment_id));
    let newest = segments.iter().map(|segment| segment.created_at).max()?;
    let small: Vec<&Listed> = segments.iter().copied().filter(|segment| segment.events < LARGE).collect();
    let wanted = if now - newest >= SETTLED {
        segments
    } else if now - newest >= QUIET {
        small
    } else {
        let size = |segment: &Listed| segment.events.max(1).ilog(4);
        let crowded =
            small.iter().rev().map(|segment| size(segment)).find(|of| small.iter().filter(|other| size(other) == *of).count() >= FAN_IN)?;
        small.into_iter().filter(|segment| size(segment) <= crowded).collect()
    };
    let mut events = 0;
    let within = wanted.iter().take_while(|segment| {
        events += segment.events;
        events <= MERGED_MAX
    });
    let group: Vec<i64> = within.map(|segment| segment.segment_id).collect();
    (group.len() > 1).then_some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-05-14T12:00:00Z".parse().expect("a time")
    }

    fn segments(events: &[i64], age: TimeDelta) -> Vec<Listed> {
        let listed =
            |(id, events): (i64, &i64)| Listed { segment_id: id, day: now().date_naive(), events: *events, created_at: now() - age };
        (1..).zip(events).map(listed).collect()
    }

    fn merged(events: &[i64], age: TimeDelta) -> Vec<Vec<i64>> {
        groups(&segments(events, age), now()).into_iter().map(|group| group.segments).collect()
    }

    #[test]
    fn eight_of_a_size_are_merged_with_what_is_smaller() {
        let just_now = TimeDelta::seconds(1);
        assert_eq!(merged(&[5; 7], just_now), Vec::<Vec<i64>>::new());
        assert_eq!(merged(&[5; 8], just_now), [(1..=8).collect::<Vec<_>>()]);
        assert_eq!(merged(&[1, 5, 5, 5, 5, 5, 5, 5, 5, 5_000], just_now), [(1..=9).collect::<Vec<_>>()]);
    }

    #[test]
    fn a_quiet_day_is_merged_but_for_its_large_segments_and_a_settled_one_whole() {
        assert_eq!(merged(&[10, 20, LARGE], TimeDelta::minutes(11)), [[1, 2]]);
        assert_eq!(merged(&[10, LARGE], TimeDelta::minutes(11)), Vec::<Vec<i64>>::new());
        assert_eq!(merged(&[10, LARGE], TimeDelta::hours(7)), [[1, 2]]);
        assert_eq!(merged(&[10, MERGED_MAX], TimeDelta::hours(7)), Vec::<Vec<i64>>::new());
    }

    #[test]
    fn merging_over_and_over_ends_with_few_segments() {
        let mut segments: Vec<Listed> = Vec::new();
        for id in 0..2_000 {
            segments.push(Listed { segment_id: id, day: now().date_naive(), events: 1_000, created_at: now() });
            for group in groups(&segments, now()) {
                let events =
                    segments.iter().filter(|segment| group.segments.contains(&segment.segment_id)).map(|segment| segment.events).sum();
                segments.retain(|segment| !group.segments.contains(&segment.segment_id));
                segments.push(Listed { segment_id: 10_000 + id, day: now().date_naive(), events, created_at: now() });
            }
        }
        assert_eq!(segments.iter().map(|segment| segment.events).sum::<i64>(), 2_000_000);
        assert!(segments.len() < 30, "{}", segments.len());
    }
}
