//! Counting by clocks that differ from row to row, such as those on the visitors' own walls.

use std::ops::Range;

use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};
use crate::keys::{KeyReader, Keys};
use crate::segment::Number;
use crate::trend::Cell;

/// Which clock a row is read on.
#[derive(Clone, Debug)]
pub struct Clocks {
    /// By number: the buckets as this clock has them.
    pub spreads: Vec<Spread>,
    /// The clock of each value of the keys.
    pub of_key: Vec<usize>,
}

/// Counts the chosen rows by bucket, each row on the clock of its value. People of a bucket are distinct, also where
/// somebody has been on several clocks.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    rows: &Selection,
    keys: &Keys,
    clocks: &Clocks,
    buckets: usize,
    cancel: &Cancel,
) -> Result<Vec<Cell>, Cancelled> {
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
    let weights = history.weights();
    let begin = || Counter {
        history,
        rows,
        readers: &readers,
        weights: &weights,
        clocks,
        cells: vec![Cell::default(); buckets],
        counted: vec![None; buckets],
    };
    let mut cells = vec![Cell::default(); buckets];
    for counter in history.walk(cancel, begin)? {
        cells.iter_mut().zip(&counter.cells).for_each(|(sum, cell)| sum.add(cell));
    }
    Ok(cells)
}

struct Counter<'a> {
    history: &'a History,
    rows: &'a Selection,
    readers: &'a [KeyReader<'a>],
    weights: &'a [Option<&'a Number>],
    clocks: &'a Clocks,
    cells: Vec<Cell>,
    /// Who was counted last in each bucket.
    counted: Vec<Option<u32>>,
}

impl Visit for Counter<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        for run in runs {
            self.add(run.block as usize, run.rows(), Some(person));
        }
    }

    fn nobody(&mut self, block: usize, rows: Range<usize>) {
        self.add(block, rows, None);
    }
}

impl Counter<'_> {
    fn add(&mut self, block: usize, range: Range<usize>, person: Option<u32>) {
        let Self { history, rows, readers, weights, clocks, cells, counted } = self;
        let (times, reader, weight) = (history.times(block), readers[block], weights[block]);
        rows[block].for_each(range, |row| {
            let spread = &clocks.spreads[clocks.of_key[reader.at(row) as usize]];
            let bucket = spread.bucket(block, times[row]);
            if bucket == OUT {
                return;
            }
            let cell = &mut cells[usize::from(bucket)];
            cell.n += 1;
            cell.events += weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
            let last = &mut counted[usize::from(bucket)];
            if person.is_some() && *last != person {
                cell.people += 1;
                *last = person;
            }
        });
    }
}
