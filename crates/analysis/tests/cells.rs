//! Metric cells against the plain list of their points.

use std::collections::BTreeSet;

use analysis::cell::Cell;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use protocol::metric::{Aggregate, MetricKind};

const PERCENTILES: [Aggregate; 5] = [Aggregate::P50, Aggregate::P75, Aggregate::P90, Aggregate::P95, Aggregate::P99];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_770_000_000 + second, 0).expect("a time")
}

fn cell(kind: MetricKind, points: &[(f64, i64)]) -> Cell {
    let cells = points.iter().map(|(value, second)| Cell::of_point(kind, *value, Some(value.to_bits().cast_signed()), at(*second)));
    cells.reduce(|a, b| merged(&a, &b)).expect("at least one point")
}

fn merged(a: &Cell, b: &Cell) -> Cell {
    let mut merged = a.clone();
    merged.merge(b);
    merged
}

fn stored(cell: &Cell) -> Cell {
    let bytes = cell.encode_sketch();
    Cell::decode(cell.kind, cell.n, cell.sum, cell.min, cell.max, cell.last, cell.last_ts, bytes.as_deref()).expect("its own bytes")
}

/// The same up to the rounding of sums.
fn assert_same(a: &Cell, b: &Cell) {
    let scale = a.min.abs().max(a.max.abs()).max(f64::MIN_POSITIVE) * a.n as f64;
    assert!((a.sum - b.sum).abs() <= scale * 1e-12, "{} and {}", a.sum, b.sum);
    let mut b = b.clone();
    b.sum = a.sum;
    assert_eq!(*a, b);
}

/// The value of rank ⌈q·n⌉ of the sorted values: what a percentile means.
fn exact_percentile(points: &[(f64, i64)], q: f64) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|(value, _)| *value).collect();
    values.sort_by(f64::total_cmp);
    let rank = ((q * 100.0).round() as usize * values.len()).div_ceil(100);
    values[rank - 1]
}

/// Values as products measure them, many of them equal.
fn ordinary() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -1e6..1e6_f64, 2 => (0..20_i32).prop_map(f64::from), 1 => prop::sample::select(vec![0.0, -0.0])]
}

/// Values of every magnitude and sign that a float can have.
fn extreme() -> impl Strategy<Value = f64> {
    let scaled = (-300..298_i32, -10.0..10.0_f64).prop_map(|(exponent, digits)| digits * 10_f64.powi(exponent));
    prop_oneof![4 => ordinary(), 2 => scaled, 1 => prop::sample::select(vec![f64::MIN_POSITIVE, -f64::MIN_POSITIVE, 5e-324])]
}

fn points(value: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<(f64, i64)>> {
    prop::collection::vec((value, 0..50_i64), 1..200)
}

fn kind() -> impl Strategy<Value = MetricKind> {
    prop::sample::select(vec![MetricKind::Counter, MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set])
}

proptest! {
    #[test]
    fn listed_values_have_exact_percentiles_and_are_otherwise_the_same(points in points(extreme()), kind in kind()) {
        let listed = points.iter().map(|(value, second)| Cell::of_listed(kind, *value, Some(value.to_bits().cast_signed()), at(*second)));
        let listed = listed.reduce(|a, b| merged(&a, &b)).expect("at least one point");
        let sketched = cell(kind, &points);
        assert_same(&stored(&listed), &stored(&sketched));
        for aggregate in kind.aggregates() {
            let found = listed.aggregate(*aggregate, 60.0);
            match aggregate.quantile() {
                Some(q) => prop_assert_eq!(found, Some(exact_percentile(&points, q))),
                None => prop_assert_eq!(found, sketched.aggregate(*aggregate, 60.0)),
            }
        }
        assert_same(&merged(&sketched, &listed), &merged(&sketched, &sketched));
        let (bounds, mut counts) = ([-1e9, -10.0, 0.0, 10.0, 1e9], [0; 4]);
        listed.spread(&bounds, &mut counts);
        prop_assert_eq!(counts.iter().sum::<u64>(), if kind == MetricKind::Distribution { points.len() as u64 } else { 0 });
    }

    #[test]
    fn a_percentile_is_within_one_percent_of_the_value_of_its_rank(points in points(extreme())) {
        let cell = stored(&cell(MetricKind::Distribution, &points));
        for percentile in PERCENTILES {
            let exact = exact_percentile(&points, percentile.quantile().expect("a percentile"));
            let found = cell.aggregate(percentile, 60.0).expect("distributions have percentiles");
            // Below the smallest normal number a float has no relative precision; it counts as zero.
            let allowed = exact.abs() * 0.010_000_1 + f64::MIN_POSITIVE;
            prop_assert!((found - exact).abs() <= allowed, "{percentile:?} is {found}, exactly {exact}");
            prop_assert!(found >= cell.min && found <= cell.max);
        }
    }

    #[test]
    fn merging_is_commutative_and_associative(kind in kind(), a in points(extreme()), b in points(extreme()), c in points(extreme())) {
        let [a, b, c] = [a, b, c].map(|points| cell(kind, &points));
        assert_same(&merged(&a, &b), &merged(&b, &a));
        assert_same(&merged(&merged(&a, &b), &c), &merged(&a, &merged(&b, &c)));
        assert_same(&merged(&stored(&a), &stored(&b)), &merged(&a, &b));
    }

    #[test]
    fn a_stored_cell_reads_back_as_it_was(kind in kind(), points in points(extreme())) {
        let cell = cell(kind, &points);
        prop_assert_eq!(stored(&cell), cell);
    }

    #[test]
    fn sums_extremes_and_the_last_value_are_those_of_the_points(points in points(ordinary())) {
        let cell = cell(MetricKind::Gauge, &points);
        let values = || points.iter().map(|(value, _)| *value);
        let latest = points.iter().map(|(_, second)| *second).max().expect("a point");
        prop_assert_eq!(cell.n, points.len() as i64);
        prop_assert!((cell.sum - values().sum::<f64>()).abs() < 1e-3);
        prop_assert_eq!(cell.min, values().fold(f64::INFINITY, f64::min));
        prop_assert_eq!(cell.max, values().fold(f64::NEG_INFINITY, f64::max));
        prop_assert_eq!(cell.last, points.iter().filter(|(_, second)| *second == latest).map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max));
        prop_assert_eq!(cell.last_ts, at(latest));
    }

    #[test]
    fn a_set_counts_its_distinct_values_exactly(points in points(extreme())) {
        let distinct: BTreeSet<u64> = points.iter().map(|(value, _)| value.to_bits()).collect();
        prop_assert_eq!(stored(&cell(MetricKind::Set, &points)).aggregate(Aggregate::Unique, 60.0), Some(distinct.len() as f64));
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_but_never_break_anything(bytes in prop::collection::vec(any::<u8>(), 0..60), version in 0..3_u8) {
        let bytes = [vec![version], bytes].concat();
        for kind in [MetricKind::Distribution, MetricKind::Set] {
            if let Ok(cell) = Cell::decode(kind, 7, 1.0, -1.0, 1.0, 1.0, at(0), Some(&bytes)) {
                prop_assert!(cell.aggregate(kind.aggregates()[0], 60.0).is_some());
            }
        }
    }
}

#[test]
fn one_point_is_every_percentile_of_itself_and_keeps_no_sketch() {
    let cell = cell(MetricKind::Distribution, &[(41.5, 3)]);
    assert_eq!(cell.encode_sketch(), None);
    for percentile in PERCENTILES {
        assert_eq!(stored(&cell).aggregate(percentile, 60.0), Some(41.5));
    }
}

#[test]
fn the_high_percentiles_of_two_points_are_the_larger_one() {
    let cell = cell(MetricKind::Distribution, &[(10.0, 0), (1000.0, 1)]);
    assert_eq!(cell.aggregate(Aggregate::P50, 60.0), Some(10.0));
    assert_eq!(cell.aggregate(Aggregate::P95, 60.0), Some(1000.0));
}

#[test]
fn each_kind_has_its_own_rates_and_only_its_own_aggregates() {
    let points = [(2.0, 0), (4.0, 1), (6.0, 2)];
    let rate = |kind, aggregate| cell(kind, &points).aggregate(aggregate, 120.0);
    assert_eq!(rate(MetricKind::Counter, Aggregate::PerSecond), Some(0.1));
    assert_eq!(rate(MetricKind::Counter, Aggregate::PerMinute), Some(6.0));
    assert_eq!(rate(MetricKind::Gauge, Aggregate::PerMinute), Some(1.5));
    assert_eq!(rate(MetricKind::Distribution, Aggregate::PerMinute), Some(1.5));
    assert_eq!(rate(MetricKind::Counter, Aggregate::P95), None);
    assert_eq!(rate(MetricKind::Gauge, Aggregate::Sum), None);
    assert_eq!(rate(MetricKind::Set, Aggregate::Sum), None);
    assert_eq!(cell(MetricKind::Counter, &points).aggregate(Aggregate::PerSecond, 0.0), None);
}

#[test]
fn a_sum_beyond_all_numbers_stays_a_number() {
    let cell = cell(MetricKind::Distribution, &[(f64::MAX, 0), (f64::MAX, 1), (f64::MIN, 2)]);
    assert!(cell.sum.is_finite());
    assert!(cell.aggregate(Aggregate::Avg, 60.0).expect("an average").is_finite());
}

#[test]
fn a_sketch_of_a_later_version_is_refused() {
    let mut bytes = cell(MetricKind::Distribution, &[(1.0, 0), (2.0, 1)]).encode_sketch().expect("a sketch");
    bytes[0] += 1;
    assert!(Cell::decode(MetricKind::Distribution, 2, 3.0, 1.0, 2.0, 2.0, at(1), Some(&bytes)).is_err());
}
