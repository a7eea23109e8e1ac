//! A month of metric points, made anew from its seed a day at a time.

use analysis::cell::Cell;
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use protocol::metric::MetricKind;

/// 2025-12-01T00:00:00Z.
pub const BEGIN_MS: i64 = 1_764_547_200_000;
pub const DAY_MS: i64 = 86_400_000;
pub const DAYS: i64 = 30;
/// Metrics, each with a series for every route, status and region.
pub const METRICS: usize = 20;
pub const ROUTES: usize = 10;
pub const STATUSES: [&str; 2] = ["200", "500"];
pub const REGIONS: [&str; 5] = ["eu-1", "eu-2", "us-1", "us-2", "ap-1"];
/// Series of one metric.
pub const SERIES_EACH: usize = ROUTES * STATUSES.len() * REGIONS.len();
pub const SERIES: usize = METRICS * SERIES_EACH;

/// One series, by its number from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series(pub usize);

impl Series {
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SERIES).map(Self)
    }

    /// Half of the metrics are distributions, a quarter counters, a quarter gauges.
    pub fn kind(self) -> MetricKind {
        match self.0 / SERIES_EACH % 4 {
            0 | 1 => MetricKind::Distribution,
            2 => MetricKind::Counter,
            _ => MetricKind::Gauge,
        }
    }

    pub fn name(self) -> String {
        format!("bench.metric_{}", self.0 / SERIES_EACH)
    }

    pub fn unit(self) -> &'static str {
        if self.kind() == MetricKind::Distribution { "ms" } else { "" }
    }

    pub fn route(self) -> String {
        format!("/route/{}", self.0 % ROUTES)
    }

    pub fn tags(self) -> [(&'static str, String); 3] {
        let (status, region) = (STATUSES[self.0 / ROUTES % 2], REGIONS[self.0 / ROUTES / 2 % 5]);
        [("region", region.to_owned()), ("route", self.route()), ("status", status.to_owned())]
    }
}

/// A point of a series.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub ms: i64,
    pub series: Series,
    pub value: f64,
}

impl Point {
    pub fn ts(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.ms).unwrap_or_default()
    }
}

/// The points of a day in the order of their times, `per_series` of each series.
pub fn day(day: i64, per_series: usize, seed: u64) -> Vec<Point> {
    let mut points = Vec::with_capacity(SERIES * per_series);
    for series in Series::all() {
        let mut rng = Rng::with_seed(seed ^ (series.0 as u64) << 20 ^ (day as u64) << 8);
        points.extend((0..per_series).map(|_| {
            let ms = BEGIN_MS + day * DAY_MS + rng.i64(0..DAY_MS);
            Point { ms, series, value: value(series, &mut rng) }
        }));
    }
    points.sort_by_key(|point| (point.ms, point.series.0));
    points
}

/// Durations with a long tail, longer on some routes; small whole numbers; levels.
fn value(series: Series, rng: &mut Rng) -> f64 {
    match series.kind() {
        MetricKind::Counter => f64::from(rng.u32(1..5)),
        MetricKind::Gauge => rng.f64() * 100.0,
        _ => {
            let normal = (-2.0 * rng.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
            (3.0 + (series.0 % ROUTES) as f64 / 4.0 + 0.8 * normal).exp()
        }
    }
}

/// Points in order, added up by series and buckets of this width.
pub fn cells(points: &[Point], width: TimeDelta) -> Vec<((Series, DateTime<Utc>), Cell)> {
    let width = width.num_milliseconds();
    let mut by_series: Vec<Vec<(i64, Cell)>> = vec![Vec::new(); SERIES];
    for point in points {
        let start = point.ms - point.ms.rem_euclid(width);
        let cells = &mut by_series[point.series.0];
        match cells.last_mut().filter(|(last, _)| *last == start) {
            Some((_, cell)) => cell.add_point(point.value, None, point.ts()),
            None => cells.push((start, Cell::of_point(point.series.kind(), point.value, None, point.ts()))),
        }
    }
    let keyed = |(series, cells): (usize, Vec<(i64, Cell)>)| {
        cells.into_iter().map(move |(start, cell)| ((Series(series), DateTime::from_timestamp_millis(start).unwrap_or_default()), cell))
    };
    by_series.into_iter().enumerate().flat_map(keyed).collect()
}
