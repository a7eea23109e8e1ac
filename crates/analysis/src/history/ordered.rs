//! One person's rows in their order, for what depends on it.

use std::cmp::Ordering;

use super::{History, Rows, Run, Selection};
use crate::segment::{Block, ColumnKey};

/// A row of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef {
    /// When it happened, in milliseconds since 1970.
    pub ts_ms: i64,
    /// Which block.
    pub block: u32,
    /// Which row of it.
    pub row: u32,
    /// Which of the person's runs it came from: rows of one actor and block.
    pub run: u32,
}

/// Puts rows of several runs of one day in order; rows of one run are, and so are days.
#[derive(Debug, Default)]
pub struct Ordered {
    rows: Vec<RowRef>,
}

impl Ordered {
    /// The chosen rows of a person's runs, in their order.
    pub fn rows(&mut self, history: &History, runs: &[Run], chosen: &Selection) -> &[RowRef] {
        self.rows.clear();
        let mut day_begins = 0;
        let mut mixed = false;
        for (place, run) in runs.iter().enumerate() {
            let block = run.block as usize;
            let midnight = history.midnight(block);
            if place > 0 {
                let same_day = history.midnight(runs[place - 1].block as usize) == midnight;
                if !same_day {
                    self.sort(history, day_begins, mixed);
                    day_begins = self.rows.len();
                }
                mixed = same_day;
            }
            let times = history.times(block);
            let at = |row: usize| {
                let ts_ms = midnight + i64::from(times[row]);
                RowRef { ts_ms, block: run.block, row: row as u32, run: place as u32 }
            };
            match &chosen[block] {
                Rows::All => self.rows.extend(run.rows().map(at)),
                Rows::None => {}
                Rows::Some(mask) => self.rows.extend(mask.within(run.rows()).map(at)),
            }
        }
        self.sort(history, day_begins, mixed);
        &self.rows
    }

    /// Whether rows are in order as they lie: no two of the runs are of one day.
    pub fn already(history: &History, runs: &[Run]) -> bool {
        runs.windows(2).all(|pair| history.midnight(pair[0].block as usize) != history.midnight(pair[1].block as usize))
    }

    /// Which of two rows comes first, see [`crate::segment`].
    pub fn compare(history: &History, a: &RowRef, b: &RowRef) -> Ordering {
        a.ts_ms.cmp(&b.ts_ms).then_with(|| tie(history, a).cmp(&tie(history, b)))
    }

    fn sort(&mut self, history: &History, from: usize, mixed: bool) {
        if mixed {
            self.rows[from..].sort_by(|a, b| Self::compare(history, a, b));
        }
    }
}

/// What decides between rows of one millisecond.
fn tie(history: &History, row: &RowRef) -> (Option<i64>, [u8; 4]) {
    let block: &Block = &history.blocks[row.block as usize];
    let place = row.row as usize;
    let seq = block.whole(&ColumnKey::Seq).filter(|seq| !arrow_array::Array::is_null(seq, place)).map(|seq| seq.value(place));
    let tie = block.bytes(&ColumnKey::IdTie).and_then(|ties| ties.value(place).try_into().ok()).unwrap_or_default();
    (seq, tie)
}
