//! Reads cells in pieces, so that memory stays bounded however many series there are, and keeps those of hours that are over:
//! they are read once and decoded once.

use std::collections::HashMap;
use std::sync::Arc;

use analysis::calendar::Frame;
use analysis::cell::Cell;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use protocol::metric::MetricKind;
use protocol::range::Step;
use storage::metric_cells::{self, CellRow, Grain};
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

/// How cells are read and kept for a frame.
#[derive(Clone, Copy)]
struct Grid {
    grain: Grain,
    /// Cells of the grain are added up to this width.
    width: TimeDelta,
    /// What is kept under one key; hours of UTC or days of UTC.
    piece: TimeDelta,
}

impl Grid {
    /// The grid whose cells add up to the frame's buckets.
    fn of(frame: &Frame) -> Self {
        let minutes = |width| Self { grain: Grain::Minute, width: TimeDelta::minutes(width), piece: TimeDelta::hours(1) };
        match frame.step {
            Step::Minute1 => minutes(1),
            Step::Minutes5 => minutes(5),
            Step::Minutes15 => minutes(15),
            Step::Hour1 | Step::Hours6 | Step::Day1 | Step::Week1 | Step::Month1 => {
                Self { grain: Grain::Hour, width: TimeDelta::hours(1), piece: TimeDelta::days(1) }
            }
        }
    }
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
    let grid = Grid::of(frame);
    let first = floor(frame.start(), grid.piece);
    let starts: Vec<DateTime<Utc>> = (0..).map(|n| first + grid.piece * n).take_while(|start| *start < frame.end()).collect();
    // Pieces are read whole, though the frame may begin and end within one.
    let end = starts.last().map_or(frame.end(), |start| *start + grid.piece);
    let over = starts.iter().take_while(|start| **start + grid.piece + KEPT_AFTER <= making.now).count();
    // What nobody may keep yet is read for all; the rest where it is not kept.
    let per_series = match grid.grain {
        Grain::Minute => (end - first).num_minutes(),
        Grain::Hour => (end - first).num_hours(),
    };
    let at_once = usize::try_from(CELLS_AT_ONCE / per_series.max(1)).unwrap_or(1).max(1);
    for (batch, places) in series.chunks(at_once).zip((0..).step_by(at_once)) {
        let kept: Vec<Option<Vec<KeptCells>>> = batch.iter().map(|series| kept(state, context, grid, series, &starts[..over])).collect();
        let (missing, known): (Vec<usize>, Vec<usize>) = (0..batch.len()).partition(|place| kept[*place].is_none());
        let open = starts.get(over).copied().unwrap_or(end);
        for (places_read, from) in [(missing, first), (known, open)] {
            if places_read.is_empty() || from >= end {
                continue;
            }
            let read = read(state, context, making, grid, &places_read, batch, from, end).await?;
            for (place, cells) in read {
                if from == first {
                    keep(state, context, grid, batch[place], &starts[..over], &cells);
                }
                cells.iter().for_each(|(start, cell)| hand(frame, &mut take, places + place, *start, cell));
            }
        }
        for (place, pieces) in kept.iter().enumerate() {
            for (start, cell) in pieces.iter().flatten().flat_map(|cells| cells.iter()) {
                hand(frame, &mut take, places + place, *start, cell);
            }
        }
        // Adding up is work: let others have a turn in between.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Pieces reach beyond the frame on either side.
fn hand(frame: &Frame, take: &mut impl FnMut(usize, DateTime<Utc>, &Cell), place: usize, start: DateTime<Utc>, cell: &Cell) {
    if (frame.start()..frame.end()).contains(&start) {
        take(place, start, cell);
    }
}

fn place(context: &ProjectContext, grid: Grid, series: &SeriesRow, start: DateTime<Utc>) -> CellsPlace {
    CellsPlace {
        project: context.id(),
        series_id: series.series_id,
        revision: series.revision,
        minutes: grid.width.num_minutes(),
        start: start.timestamp(),
    }
}

/// All of these pieces, if every one is kept.
fn kept(state: &QueryState, context: &ProjectContext, grid: Grid, series: &SeriesRow, starts: &[DateTime<Utc>]) -> Option<Vec<KeptCells>> {
    // A series that is younger has nothing to read.
    let lived = starts.iter().filter(|start| **start + grid.piece > series.first_seen);
    lived.map(|start| state.engine().cells(place(context, grid, series, *start))).collect()
}

fn keep(
    state: &QueryState,
    context: &ProjectContext,
    grid: Grid,
    series: &SeriesRow,
    starts: &[DateTime<Utc>],
    cells: &[(DateTime<Utc>, Cell)],
) {
    for start in starts.iter().filter(|start| **start + grid.piece > series.first_seen) {
        let from = cells.partition_point(|(at, _)| at < start);
        let until = cells.partition_point(|(at, _)| *at < *start + grid.piece);
        state.engine().keep_cells(place(context, grid, series, *start), cells[from..until].into());
    }
}

/// The cells of some of a batch's series, added up to the grid's width, by their place in the batch; also of those without any.
#[allow(clippy::too_many_arguments, reason = "what is read, and for whom")]
async fn read(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    grid: Grid,
    places: &[usize],
    batch: &[&SeriesRow],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(usize, Cells)>, ApiError> {
    let ids: Vec<i32> = places.iter().map(|place| batch[*place].series_id).collect();
    let rows = metric_cells::read(state.db(), context.id(), grid.grain, &ids, from, until).await?;
    making.rows_read += rows.len() as u64;
    let mut read: Vec<(usize, Cells)> = places.iter().map(|place| (*place, Vec::new())).collect();
    let places: HashMap<i32, usize> = ids.into_iter().zip(0..).collect();
    for row in rows {
        let Some(place) = places.get(&row.series_id) else { continue };
        let (of, cells) = &mut read[*place];
        let cell = decode(batch[*of].kind, &row)?;
        let start = floor(row.bucket, grid.width);
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
