//! Reads cells in pieces, so that memory stays bounded however many series there are.

use analysis::calendar::Frame;
use analysis::cell::Cell;
use chrono::{DateTime, Utc};
use protocol::metric::MetricKind;
use protocol::range::Step;
use storage::metric_cells::{self, CellRow, Grain};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Cells in memory at a time, give or take one series.
const CELLS_AT_ONCE: i64 = 100_000;

/// The grain whose cells add up to the frame's buckets.
pub(super) fn grain(frame: &Frame) -> Grain {
    match frame.step {
        Step::Minute1 | Step::Minutes5 | Step::Minutes15 => Grain::Minute,
        Step::Hour1 | Step::Hours6 | Step::Day1 | Step::Week1 | Step::Month1 => Grain::Hour,
    }
}

/// Hands every cell of these series in the frame to `take`.
pub(super) async fn each(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    series: &[i32],
    mut take: impl FnMut(CellRow) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let grain = grain(frame);
    let length = frame.end() - frame.start();
    let cells_per_series = match grain {
        Grain::Minute => length.num_minutes(),
        Grain::Hour => length.num_hours(),
    };
    let series_at_once = usize::try_from(CELLS_AT_ONCE / cells_per_series.max(1)).unwrap_or(1).max(1);
    for series in series.chunks(series_at_once) {
        let rows = metric_cells::read(state.db(), context.id(), grain, series, frame.start(), frame.end()).await?;
        making.rows_read += rows.len() as u64;
        rows.into_iter().try_for_each(&mut take)?;
        // Adding up is work: let others have a turn in between.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The cell of a stored row, and where it begins.
pub(super) fn decode(kind: MetricKind, row: &CellRow) -> Result<(DateTime<Utc>, Cell), ApiError> {
    let cell = Cell::decode(kind, row.n, row.sum, row.min, row.max, row.last, row.last_ts, row.sketch.as_deref())?;
    Ok((row.bucket, cell))
}
