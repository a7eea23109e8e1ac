//! Charts of metrics against a plain, slow twin: points in, one number per bucket and line out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use analysis::calendar;
use analysis::cell::Cell;
use analysis::metric::{Chart, GroupKey, Groups, Lines};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use protocol::metric::{Aggregate, MetricKind};
use protocol::range::Range;

#[derive(Clone, Debug)]
struct Point {
    series: i32,
    ts: DateTime<Utc>,
    value: f64,
    hash: i64,
}

fn now() -> DateTime<Utc> {
    "2026-03-31T10:07:30Z".parse().expect("a time")
}

/// Series 0 to 8 have an attribute with value `s mod 7` and another one with `s mod 2`; 9 has neither.
fn attribute(series: i32, which: usize) -> Option<String> {
    (series < 9).then(|| format!("v{}", series % [7, 2][which]))
}

/// The group of a series; `None` for 10, the series beyond the limit.
fn group(series: i32, by: usize) -> Option<GroupKey> {
    (series < 10).then(|| (0..by).map(|which| attribute(series, which)).collect())
}

fn point() -> impl Strategy<Value = Point> {
    (0..11_i32, 0..400_i64, 0..1_000_u16, 0..6_i64).prop_map(|(series, minutes, value, hash)| Point {
        series,
        ts: now() - TimeDelta::minutes(minutes),
        value: f64::from(value),
        hash,
    })
}

/// The cells of the rollup: per series and minute.
fn cells(kind: MetricKind, points: &[Point]) -> BTreeMap<(i32, DateTime<Utc>), Cell> {
    let mut cells = BTreeMap::<(i32, DateTime<Utc>), Cell>::new();
    for point in points {
        let hash = (kind == MetricKind::Set).then_some(point.hash);
        let key = (point.series, calendar::minute_of(point.ts));
        match cells.get_mut(&key) {
            Some(cell) => cell.add_point(point.value, hash, point.ts),
            None => drop(cells.insert(key, Cell::of_point(kind, point.value, hash, point.ts))),
        }
    }
    cells
}

fn recount(kind: MetricKind, aggregate: Aggregate, points: &[&Point], seconds: f64) -> Option<f64> {
    if points.is_empty() {
        return None;
    }
    let n = points.len() as f64;
    let sum: f64 = points.iter().map(|point| point.value).sum();
    let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
    values.sort_by(f64::total_cmp);
    let amount = if kind == MetricKind::Counter { sum } else { n };
    Some(match aggregate {
        Aggregate::Sum => sum,
        Aggregate::Count => n,
        Aggregate::Avg => sum / n,
        Aggregate::Min => values[0],
        Aggregate::Max => values[values.len() - 1],
        Aggregate::Last => {
            let mut latest: Vec<(DateTime<Utc>, f64)> = points.iter().map(|point| (point.ts, point.value)).collect();
            latest.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            latest[latest.len() - 1].1
        }
        Aggregate::PerSecond => amount / seconds,
        Aggregate::PerMinute => amount / seconds * 60.0,
        Aggregate::Unique => points.iter().map(|point| point.hash).collect::<BTreeSet<_>>().len() as f64,
        Aggregate::P50 | Aggregate::P75 | Aggregate::P90 | Aggregate::P95 | Aggregate::P99 => {
            let rank = (aggregate.quantile().expect("a percentile") * n - 1e-9).ceil().max(1.0) as usize;
            values[rank - 1]
        }
    })
}

fn agrees(aggregate: Aggregate, found: Option<f64>, expected: Option<f64>) -> bool {
    // A sketch is off by at most 1 % of the value; other differences are the rounding of float sums.
    let share = if aggregate.quantile().is_some() { 0.0101 } else { 1e-9 };
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= expected.abs() * share + 1e-9,
        (None, None) => true,
        _ => false,
    }
}

fn any_aggregate() -> impl Strategy<Value = (MetricKind, Aggregate)> {
    let kinds = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set];
    let pairs: Vec<_> = kinds.iter().flat_map(|kind| kind.aggregates().iter().map(|aggregate| (*kind, *aggregate))).collect();
    prop::sample::select(pairs)
}

proptest! {
    #[test]
    fn every_bucket_of_every_line_is_what_its_points_say_together(
        points in prop::collection::vec(point(), 0..300),
        (kind, aggregate) in any_aggregate(),
        by in 0..3_usize,
        top in 1..5_usize,
    ) {
        let zone: Tz = "Europe/Berlin".parse().expect("a zone");
        let frame = calendar::explorer(Range::Hours6, now(), zone).expect("a range");
        let inside: Vec<&Point> = points.iter().filter(|point| point.ts >= frame.start() && point.ts < frame.end()).collect();
        let seconds = (now() - frame.start()).num_seconds() as f64;
        let cells = cells(kind, &points);
        let group_of: HashMap<i32, Option<GroupKey>> = (0..11).map(|series| (series, group(series, by))).collect();
        let mut groups = Groups::default();
        group_of.iter().for_each(|(series, key)| groups.add(*series, key.clone()));
        let in_frame = cells.iter().filter(|((_, start), _)| frame.index_of(*start).is_some());
        groups.tell(&group_of, in_frame.map(|((series, _), cell)| (*series, cell)));
        let lines = if by == 0 { Lines::together() } else { Lines::of_groups(groups.largest(aggregate, seconds, top)) };
        let mut chart = Chart::new(frame.clone(), lines.count());
        for ((series, start), cell) in &cells {
            chart.add(lines.of(group_of[series].as_ref()), *start, cell);
        }

        let own = |key: &Option<GroupKey>| -> Vec<&Point> { inside.iter().copied().filter(|point| group_of[&point.series] == *key).collect() };
        if by > 0 {
            // The groups that are drawn are no smaller than those that are not.
            let keys: BTreeSet<&Option<GroupKey>> = group_of.values().filter(|key| key.is_some()).collect();
            let value = |key: &Option<GroupKey>| recount(kind, aggregate, &own(key), seconds);
            let drawn: Vec<f64> = lines.groups.iter().filter_map(|key| value(&Some(key.clone()))).collect();
            prop_assert_eq!(drawn.len(), keys.iter().filter(|key| value(key).is_some()).count().min(top));
            // Sketches may swap what is within 2 % of one another.
            let least = drawn.iter().copied().fold(f64::INFINITY, f64::min) * 1.021 + 1e-9;
            for key in keys.into_iter().filter(|key| !lines.groups.contains(key.as_ref().expect("a group"))) {
                prop_assert!(value(key).is_none_or(|value| value <= least), "{:?}: {:?} above {}", key, value(key), least);
            }
        }
        for line in 0..lines.count() {
            let own: Vec<&Point> = inside.iter().copied().filter(|point| lines.of(group_of[&point.series].as_ref()) == line).collect();
            prop_assert_eq!(chart.points(line), own.len() as u64);
            for (bucket, found) in frame.buckets.iter().zip(chart.values(line, aggregate)) {
                let of_bucket: Vec<&Point> = own.iter().copied().filter(|point| point.ts >= bucket.start && point.ts < bucket.end).collect();
                let expected = recount(kind, aggregate, &of_bucket, 300.0);
                prop_assert!(agrees(aggregate, found, expected), "{:?} {:?}: {:?}, expected {:?}", kind, aggregate, found, expected);
            }
            let (found, expected) = (chart.total(line, aggregate, now()), recount(kind, aggregate, &own, seconds));
            prop_assert!(agrees(aggregate, found, expected), "{:?} {:?}: {:?}, expected {:?}", kind, aggregate, found, expected);
        }
    }
}

#[test]
fn groups_come_by_value_and_what_is_beyond_them_is_the_rest() {
    let ts = now();
    let key = |name: &str| Some(vec![Some(name.to_owned())]);
    let cell = |value: f64| Cell::of_point(MetricKind::Counter, value, None, ts);
    let group_of: HashMap<i32, Option<GroupKey>> = [(1, key("small")), (2, key("large")), (3, key("large")), (4, None)].into();
    let mut groups = Groups::default();
    group_of.iter().for_each(|(series, key)| groups.add(*series, key.clone()));
    let cells = [(1, cell(5.0)), (2, cell(3.0)), (3, cell(4.0)), (4, cell(100.0))];
    groups.tell(&group_of, cells.iter().map(|(series, cell)| (*series, cell)));
    let lines = Lines::of_groups(groups.largest(Aggregate::Sum, 60.0, 1));
    assert_eq!(lines.groups, [vec![Some("large".to_owned())]]);
    assert_eq!((lines.of(key("large").as_ref()), lines.of(key("small").as_ref()), lines.of(None)), (0, 1, 1));
}
