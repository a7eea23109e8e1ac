//! Reads cells in pieces, so that memory stays bounded however many series there are, and keeps those of hours that are over:
//! they are read once and decoded once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use analysis::calendar::{self, Frame};
use analysis::cell::Cell;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use protocol::metric::MetricKind;
use protocol::range::Step;
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_folds;
use storage::metric_series::SeriesRow;

use crate::access::ProjectContext;
use crate::engine::CellsPlace;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Cells in memory at a time, give or take one series.
const CELLS_AT_ONCE: i64 = 200_000;
/// How long after its end an hour may be kept. The worker counts a series' revision up for what changes an hour that ended ten
/// minutes ago or earlier, so this leaves clocks and transactions ten minutes.
const KEPT_AFTER: TimeDelta = TimeDelta::minutes(20);

/// Cells of one series with their starts, in order.
type Cells = Vec<(DateTime<Utc>, Cell)>;
/// The same, shared and never changed.
pub(crate) type KeptCells = Arc<[(DateTime<Utc>, Cell)]>;

/// How the cells of a part of a frame are read and kept.
struct Grid {
    grain: Grain,
    /// What of the frame these are.
    part: Range<DateTime<Utc>>,
    /// Cells of the grain are added up to this width. Days have none of one width, and are taken as they are.
    width: TimeDelta,
    /// Where what is kept under one key begins: hours of UTC, quarters of its days, or days on the project's clock. The last one is
    /// the end.
    bounds: Vec<DateTime<Utc>>,
}

impl Grid {
    /// The grids whose cells add up to the frame's buckets. What was folded into days is read from them, the rest of a chart by
    /// days from hours.
    async fn of(state: &QueryState, context: &ProjectContext, frame: &Frame) -> Result<Vec<Self>, ApiError> {
        let minutes = |width| Self::even(Grain::Minute, TimeDelta::minutes(width), TimeDelta::hours(1), frame.start()..frame.end());
        let hours = |from| Self::even(Grain::Hour, TimeDelta::hours(1), TimeDelta::hours(6), from..frame.end());
        Ok(match frame.step {
            Step::Minute1 => vec![minutes(1)],
            Step::Minutes5 => vec![minutes(5)],
            Step::Minutes15 => vec![minutes(15)],
            Step::Day1 => {
                let folded = folded_until(state, context).await?.unwrap_or(frame.start());
                let days = frame.buckets.partition_point(|bucket| bucket.end <= folded);
                let mut bounds: Vec<_> = frame.buckets[..days].iter().map(|bucket| bucket.start).collect();
                let open = frame.buckets.get(days).map_or(frame.end(), |bucket| bucket.start);
                bounds.push(open);
                vec![Self { grain: Grain::Day, part: frame.start()..open, width: TimeDelta::days(1), bounds }, hours(open)]
            }
            Step::Hour1 | Step::Hours6 | Step::Week1 | Step::Month1 => vec![hours(frame.start())],
        })
    }

    /// Pieces of equal length, which reach beyond the part on either side.
    fn even(grain: Grain, width: TimeDelta, piece: TimeDelta, part: Range<DateTime<Utc>>) -> Self {
        let mut bounds = vec![floor(part.start, piece)];
        while bounds[bounds.len() - 1] < part.end {
            bounds.push(bounds[bounds.len() - 1] + piece);
        }
        Self { grain, part, width, bounds }
    }

    fn first(&self) -> DateTime<Utc> {
        self.bounds[0]
    }

    fn end(&self) -> DateTime<Utc> {
        self.bounds[self.bounds.len() - 1]
    }

    /// The cell that a stored one belongs to.
    fn start_of(&self, bucket: DateTime<Utc>) -> DateTime<Utc> {
        if self.grain == Grain::Day { bucket } else { floor(bucket, self.width) }
    }
}

/// Up to where the project's hours are folded into days of its present clock.
async fn folded_until(state: &QueryState, context: &ProjectContext) -> Result<Option<DateTime<Utc>>, ApiError> {
    let fold = metric_folds::read(state.db(), context.id()).await?;
    let fold = fold.filter(|fold| fold.zone == context.zone().name() && fold.zone_rules == calendar::ZONE_RULES);
    Ok(fold.and_then(|fold| fold.folded_until))
}

/// Hands every cell of these series in the frame to `take`: the series' place in `series`, its start, the cell. Cells may be
/// finer than the frame's buckets.
pub(super) async fn each(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    series: &[&SeriesRow],
    mut take: impl FnMut(usize, DateTime<Utc>, &Cell),
) -> Result<(), ApiError> {
    for grid in Grid::of(state, context, frame).await? {
        each_of(state, context, making, &grid, series, &mut take).await?;
    }
    Ok(())
}

async fn each_of(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    grid: &Grid,
    series: &[&SeriesRow],
    take: &mut impl FnMut(usize, DateTime<Utc>, &Cell),
) -> Result<(), ApiError> {
    let (first, end) = (grid.first(), grid.end());
    if grid.part.is_empty() {
        return Ok(());
    }
    let over = grid.bounds[1..].iter().take_while(|end| **end + KEPT_AFTER <= making.now).count();
    let (closed, open) = (&grid.bounds[..=over], grid.bounds[over]);
    let per_series = match grid.grain {
        Grain::Minute => (end - first).num_minutes(),
        Grain::Hour => (end - first).num_hours(),
        Grain::Day => (end - first).num_days(),
    };
    let at_once = usize::try_from(CELLS_AT_ONCE / per_series.max(1)).unwrap_or(1).max(1);
    for (batch, places) in series.chunks(at_once).zip((0..).step_by(at_once)) {
        // What nobody may keep yet is read for all; the rest where it is not kept.
        let kept: Vec<Option<Vec<KeptCells>>> = batch.iter().map(|series| kept(state, context, grid, series, closed)).collect();
        let (missing, known): (Vec<usize>, Vec<usize>) = (0..batch.len()).partition(|place| kept[*place].is_none());
        for (places_read, from) in [(missing, first), (known, open)] {
            if places_read.is_empty() || from >= end {
                continue;
            }
            let read = read(state, context, making, grid, &places_read, batch, from).await?;
            for (place, cells) in read {
                if from == first {
                    keep(state, context, grid, batch[place], closed, &cells);
                }
                cells.iter().for_each(|(start, cell)| hand(grid, take, places + place, *start, cell));
            }
        }
        for (place, pieces) in kept.iter().enumerate() {
            for (start, cell) in pieces.iter().flatten().flat_map(|cells| cells.iter()) {
                hand(grid, take, places + place, *start, cell);
            }
        }
        // Adding up is work: let others have a turn in between.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Pieces reach beyond the part on either side.
fn hand(grid: &Grid, take: &mut impl FnMut(usize, DateTime<Utc>, &Cell), place: usize, start: DateTime<Utc>, cell: &Cell) {
    if grid.part.contains(&start) {
        take(place, start, cell);
    }
}

fn place(context: &ProjectContext, grid: &Grid, series: &SeriesRow, (start, end): (DateTime<Utc>, DateTime<Utc>)) -> CellsPlace {
    // A day of 23 hours is no other clock's day of 24 that begins at the same time: the project's zone may have changed.
    let width = if grid.grain == Grain::Day { end - start } else { grid.width };
    CellsPlace {
        project: context.id(),
        series_id: series.series_id,
        revision: series.revision,
        minutes: width.num_minutes(),
        start: start.timestamp(),
    }
}

/// The pieces between these bounds, those left out that were over before the series began: it has nothing to read there.
fn lived<'b>(bounds: &'b [DateTime<Utc>], series: &SeriesRow) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + use<'b> {
    let born = series.first_seen;
    bounds.windows(2).map(|piece| (piece[0], piece[1])).filter(move |(_, end)| *end > born)
}

/// All of these pieces, if every one is kept.
fn kept(state: &QueryState, context: &ProjectContext, grid: &Grid, series: &SeriesRow, bounds: &[DateTime<Utc>]) -> Option<Vec<KeptCells>> {
    lived(bounds, series).map(|piece| state.engine().cells(place(context, grid, series, piece))).collect()
}

fn keep(
    state: &QueryState,
    context: &ProjectContext,
    grid: &Grid,
    series: &SeriesRow,
    bounds: &[DateTime<Utc>],
    cells: &[(DateTime<Utc>, Cell)],
) {
    for (start, end) in lived(bounds, series) {
        let from = cells.partition_point(|(at, _)| *at < start);
        let until = cells.partition_point(|(at, _)| *at < end);
        state.engine().keep_cells(place(context, grid, series, (start, end)), cells[from..until].into());
    }
}

/// The cells of some of a batch's series from `from` on, added up to the grid's width, by their place in the batch; also of those
/// without any.
async fn read(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    grid: &Grid,
    places: &[usize],
    batch: &[&SeriesRow],
    from: DateTime<Utc>,
) -> Result<Vec<(usize, Cells)>, ApiError> {
    let ids: Vec<i32> = places.iter().map(|place| batch[*place].series_id).collect();
    let rows = metric_cells::read(state.db(), context.id(), grid.grain, &ids, from, grid.end()).await?;
    making.rows_read += rows.len() as u64;
    let mut read: Vec<(usize, Cells)> = places.iter().map(|place| (*place, Vec::new())).collect();
    let places: HashMap<i32, usize> = ids.into_iter().zip(0..).collect();
    for row in rows {
        let Some(place) = places.get(&row.series_id) else { continue };
        let (of, cells) = &mut read[*place];
        let cell = decode(batch[*of].kind, &row)?;
        let start = grid.start_of(row.bucket);
        match cells.last_mut().filter(|(last, _)| *last == start) {
            Some((_, sum)) => sum.merge(&cell),
            None => cells.push((start, cell)),
        }
    }
    Ok(read)
}

fn floor(at: DateTime<Utc>, width: TimeDelta) -> DateTime<Utc> {
    at.duration_trunc(width).unwrap_or(at)
}

fn decode(kind: MetricKind, row: &CellRow) -> Result<Cell, ApiError> {
    Ok(Cell::decode(kind, row.n, row.sum, row.min, row.max, row.last, row.last_ts, row.sketch.as_deref())?)
}
