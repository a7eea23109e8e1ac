//! A cell as its row, as the worker writes it. The bench of the explorer has it too.

use analysis::cell::Cell;
use chrono::{DateTime, Utc};
use storage::metric_cells::CellRow;

pub fn cell_row(series_id: i32, bucket: DateTime<Utc>, cell: &Cell) -> CellRow {
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
