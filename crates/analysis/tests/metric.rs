//! Charts of metrics against a plain, slow twin: points in, one number per bucket and line out.

use std::collections::{BTreeMap, BTreeSet};

use analysis::calendar;
use analysis::cell::Cell;
use analysis::metric::{Chart, Lines, Weighed};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use protocol::explorer::SERIES_SHOWN_MAX;
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

/// Series 0 to 8 have the tag with value `s mod 7`, 9 has no tag, 10 is the series beyond the limit.
fn tag(series: i32) -> Option<String> {
    (series < 9).then(|| format!("v{}", series % 7))
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
        grouped in any::<bool>(),
    ) {
        let zone: Tz = "Europe/Berlin".parse().expect("a zone");
        let frame = calendar::explorer(Range::Hours6, now(), zone).expect("a range");
        let inside: Vec<&Point> = points.iter().filter(|point| point.ts >= frame.start() && point.ts < frame.end()).collect();
        let weighed: Vec<Weighed> = (0..11).map(|series| Weighed {
            series_id: series,
            value: tag(series),
            is_rest: series == 10,
            points: inside.iter().filter(|point| point.series == series).count() as u64,
        }).collect();
        let lines = if grouped { Lines::by_value(&weighed) } else { Lines::together(&weighed) };
        let mut chart = Chart::new(frame.clone(), lines.labels.len());
        for ((series, start), cell) in cells(kind, &points) {
            if let Some(line) = lines.of(series) {
                chart.add(line, start, cell);
            }
        }

        // Each point with the group that it belongs to; the largest groups have a line each, all others share one.
        let group = |point: &Point| if !grouped { Some(None) } else if point.series == 10 { None } else { Some(tag(point.series)) };
        let mut sizes = BTreeMap::<Option<String>, u64>::new();
        for point in &inside {
            if let Some(group) = group(point) {
                *sizes.entry(group).or_default() += 1;
            }
        }
        let mut largest: Vec<_> = sizes.into_iter().collect();
        largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        largest.truncate(SERIES_SHOWN_MAX);
        if grouped {
            let labels: Vec<_> = lines.labels.iter().filter(|label| !label.other).map(|label| (label.value.clone(), label.points)).collect();
            prop_assert_eq!(&labels, &largest);
        }
        for (line, label) in lines.labels.iter().enumerate() {
            let own: Vec<&Point> = inside.iter().copied().filter(|point| {
                let group = group(point);
                let drawn = group.as_ref().is_some_and(|group| largest.iter().any(|(value, _)| value == group));
                if label.other { !drawn } else { drawn && group == Some(label.value.clone()) }
            }).collect();
            prop_assert_eq!(chart.points(line), own.len() as u64);
            prop_assert_eq!(label.points, own.len() as u64);
            for (bucket, found) in frame.buckets.iter().zip(chart.values(line, aggregate)) {
                let of_bucket: Vec<&Point> = own.iter().copied().filter(|point| point.ts >= bucket.start && point.ts < bucket.end).collect();
                let expected = recount(kind, aggregate, &of_bucket, 300.0);
                prop_assert!(agrees(aggregate, found, expected), "{:?} {:?}: {:?}, expected {:?}", kind, aggregate, found, expected);
            }
            let seconds = (now() - frame.start()).num_seconds() as f64;
            let (found, expected) = (chart.total(line, aggregate, now()), recount(kind, aggregate, &own, seconds));
            prop_assert!(agrees(aggregate, found, expected), "{:?} {:?}: {:?}, expected {:?}", kind, aggregate, found, expected);
        }
    }
}

#[test]
fn what_is_beyond_the_lines_that_can_be_told_apart_and_the_series_limit_is_the_rest() {
    let one_too_many = SERIES_SHOWN_MAX as i32;
    let series = |series_id, points| Weighed { series_id, value: Some(format!("v{series_id}")), is_rest: false, points };
    let mut all: Vec<Weighed> = (0..=one_too_many).map(|n| series(n, 10)).collect();
    all.push(Weighed { series_id: 99, value: None, is_rest: true, points: 1_000 });
    let lines = Lines::by_value(&all);
    let labels: Vec<_> = lines.labels.iter().map(|label| (label.value.clone(), label.other, label.points)).collect();
    let mut expected: Vec<_> = (0..one_too_many).map(|n| (Some(format!("v{n}")), false, 10)).collect();
    expected.push((None, true, 1_010));
    assert_eq!(labels, expected);
    assert_eq!((lines.of(one_too_many), lines.of(99), lines.of(77)), (Some(SERIES_SHOWN_MAX), Some(SERIES_SHOWN_MAX), None));
}
