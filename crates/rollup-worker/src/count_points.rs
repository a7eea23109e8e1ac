//! Metric points, and the durations of spans, into cells: one per series and minute, and one per series and hour. Days are made of
//! hours once they are over, see [`crate::fold_days`]; a late point changes all three.

use std::collections::BTreeMap;

use analysis::cell::Cell;
use anyhow::Context as _;
use chrono::{DateTime, Days, DurationRound as _, TimeDelta, Utc};
use protocol::metric::MetricKind;
use storage::flushes::{self, FlushPoint};
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_series::{self, SeriesKey};
use storage::partitions::{self, Table};

use crate::claim::Claim;
use crate::config::SeriesLimit;
use crate::{fold_days, intern_series, time_spans};

/// Cells by series and bucket.
pub(crate) type Cells = BTreeMap<(i32, DateTime<Utc>), Cell>;

/// Counts the claim's points, those that spans are timed with too, and returns how many were sent.
pub(crate) async fn count_points(claim: &mut Claim, now: DateTime<Utc>, limit: &SeriesLimit) -> anyhow::Result<u64> {
    let mut points = read(claim).await?;
    let n = points.len() as u64;
    points.extend(time_spans::time_spans(claim).await?);
    if points.is_empty() {
        return Ok(0);
    }
    let by_series = by_series(points);
    let numbers = intern_series::intern(claim, &by_series, limit).await?;
    let mut minutes = fold_minutes(&by_series, &numbers)?;
    let hours = fold_hours(&minutes)?;
    let days = match revise(claim, &hours, now).await? {
        0 => Cells::new(),
        _ => fold_days::late_days(claim, &hours).await?,
    };
    minutes.retain(|(_, bucket), _| is_kept(*bucket, now));
    add(claim, Grain::Minute, minutes).await?;
    add(claim, Grain::Hour, hours).await?;
    add(claim, Grain::Day, days).await?;
    Ok(n)
}

/// A point without what its series says.
pub(crate) struct Measured {
    pub(crate) ts: DateTime<Utc>,
    value: f64,
    set_hash: Option<i64>,
}

/// Points by their series, each with at least one.
pub(crate) type BySeries = BTreeMap<SeriesKey, Vec<Measured>>;

/// The flushes' points. A flush that does not hold what it announced is not counted at all, rather than wrongly.
async fn read(claim: &mut Claim) -> anyhow::Result<Vec<FlushPoint>> {
    let mut points = Vec::new();
    for flush in claim.flushes.iter().filter(|flush| flush.points > 0) {
        let found = flushes::points(&mut claim.tx, claim.project, flush).await.context("read points")?;
        anyhow::ensure!(
            found.len() as i64 == i64::from(flush.points),
            "the flush announced {} points and holds {}",
            flush.points,
            found.len()
        );
        points.extend(found);
    }
    Ok(points)
}

fn by_series(points: Vec<FlushPoint>) -> BySeries {
    let mut series = BySeries::new();
    for point in points {
        let FlushPoint { ts, name, kind, unit, value, set_hash, tags, environment } = point;
        series.entry(SeriesKey { name, kind, unit, environment, tags }).or_default().push(Measured { ts, value, set_hash });
    }
    series
}

/// `numbers` holds the series' numbers in the order of `series`; several may share one.
fn fold_minutes(series: &BySeries, numbers: &[i32]) -> anyhow::Result<Cells> {
    let mut cells = Cells::new();
    for ((key, points), number) in series.iter().zip(numbers) {
        for point in points {
            let bucket = point.ts.duration_trunc(TimeDelta::minutes(1))?;
            cells
                .entry((*number, bucket))
                .and_modify(|cell| cell.add_point(point.value, point.set_hash, point.ts))
                .or_insert_with(|| Cell::of_point(key.kind, point.value, point.set_hash, point.ts));
        }
    }
    Ok(cells)
}

fn fold_hours(minutes: &Cells) -> anyhow::Result<Cells> {
    let mut hours = Cells::new();
    for ((series, minute), cell) in minutes {
        let bucket = minute.duration_trunc(TimeDelta::hours(1))?;
        hours.entry((*series, bucket)).and_modify(|hour| hour.merge(cell)).or_insert_with(|| cell.clone());
    }
    Ok(hours)
}

/// A minute's partition is there: not for one that is older than what minutes are kept for. Its hour still counts it.
/// Ahead, nothing is stored further than minutes, so tomorrow is enough.
fn is_kept(minute: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let day = minute.date_naive();
    day >= partitions::first_day(Table::MetricMinute, now) && day <= now.date_naive() + Days::new(1)
}

/// After this time nobody needs to expect more points of an hour. Whoever keeps decoded cells waits longer than this.
const HOUR_IS_OVER: TimeDelta = TimeDelta::minutes(10);

/// Notes which series change in hours that are over, and returns how many those are.
async fn revise(claim: &mut Claim, hours: &Cells, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let over = hours.keys().filter(|(_, hour)| *hour + TimeDelta::hours(1) + HOUR_IS_OVER <= now);
    let mut series: Vec<i32> = over.map(|(series, _)| *series).collect();
    series.dedup();
    if !series.is_empty() {
        metric_series::revise(&mut claim.tx, claim.project, &series).await.context("revise series")?;
    }
    Ok(series.len())
}

/// Adds the cells to what is stored.
async fn add(claim: &mut Claim, grain: Grain, mut cells: Cells) -> anyhow::Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    let (series, buckets): (Vec<i32>, Vec<DateTime<Utc>>) = cells.keys().copied().unzip();
    for row in metric_cells::stored(&mut claim.tx, claim.project, grain, &series, &buckets).await.context("read cells")? {
        let cell = cells.get_mut(&(row.series_id, row.bucket)).context("a cell that was not asked for")?;
        cell.merge(&decode(cell.kind, &row)?);
    }
    let rows: Vec<CellRow> = cells.into_iter().map(|((series_id, bucket), cell)| encode(series_id, bucket, &cell)).collect();
    metric_cells::save(&mut claim.tx, claim.project, grain, &rows).await.context("write cells")?;
    Ok(())
}

pub(crate) fn decode(kind: MetricKind, row: &CellRow) -> anyhow::Result<Cell> {
    Cell::decode(kind, row.n, row.sum, row.min, row.max, row.last, row.last_ts, row.sketch.as_deref())
        .with_context(|| format!("the cell of series {} at {}", row.series_id, row.bucket))
}

pub(crate) fn encode(series_id: i32, bucket: DateTime<Utc>, cell: &Cell) -> CellRow {
    CellRow {
        series_id,
        bucket,
        n: cell.n,
        sum: cell.sum,
        min: cell.min,
        max: cell.max,
        last: cell.last,
        last_ts: cell.last_ts,
        sketch: cell.encode_sketch(),
    }
}
