//! How many events each value has. People need a walk person by person; events are counted as they lie.

use rayon::prelude::*;

use super::Cell;
use crate::history::{Cancel, Cancelled, History, OUT, Rows, Selection, Spread};
use crate::keys::{KeyReader, Keys, with_keys};
use crate::segment::Number;

/// Rows between two looks at whether it was cancelled.
const ROWS: usize = 1 << 16;

/// Chosen rows in some bucket by value, without people. One block at a time and several blocks at once.
pub(super) fn tally(history: &History, rows: &Selection, spread: &Spread, keys: &Keys, cancel: &Cancel) -> Result<Vec<Cell>, Cancelled> {
    let weights = history.weights();
    let blocks = weights.into_par_iter().enumerate().filter(|(block, _)| spread.whole(*block) != Some(OUT));
    let add = |mut cells: Vec<Cell>, (block, weight): (usize, Option<&Number>)| {
        let (is_whole, quarters, buckets) = (spread.whole(block).is_some(), history.quarters(block), spread.quarters(block));
        let is_in = |row: usize| is_whole || buckets.bucket(quarters[row]) != OUT;
        let reader = keys.reader(history, block);
        for start in (0..history.blocks()[block].rows).step_by(ROWS) {
            cancel.check()?;
            let range = start..history.blocks()[block].rows.min(start + ROWS);
            match weight {
                None if is_whole => add_events(&mut cells, reader, &rows[block], range, |_| true),
                None => add_events(&mut cells, reader, &rows[block], range, is_in),
                Some(weight) => rows[block].for_each(range, |row| {
                    if is_in(row) {
                        let cell = &mut cells[reader.at(row) as usize];
                        cell.n += 1;
                        cell.events += weight.at(row).unwrap_or(1.0);
                    }
                }),
            }
        }
        Ok(cells)
    };
    let folded = blocks.try_fold(|| vec![Cell::default(); keys.len()], add);
    folded.try_reduce(
        || vec![Cell::default(); keys.len()],
        |mut sums, cells| {
            sums.iter_mut().zip(&cells).for_each(|(sum, cell)| sum.add(cell));
            Ok(sums)
        },
    )
}

/// Chosen rows by bucket, weighted, without people.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn events(history: &History, rows: &Selection, spread: &Spread, buckets: usize, cancel: &Cancel) -> Result<Vec<f64>, Cancelled> {
    let weights = history.weights();
    let add = |mut sums: Vec<f64>, (block, weight): (usize, Option<&Number>)| {
        cancel.check()?;
        let (all, quarters, table) = (0..history.blocks()[block].rows, history.quarters(block), spread.quarters(block));
        match (spread.whole(block), weight) {
            (Some(OUT), _) => {}
            (Some(bucket), None) => sums[bucket as usize] += rows[block].count(all) as f64,
            (_, weight) => rows[block].for_each(all, |row| {
                let bucket = table.bucket(quarters[row]);
                if bucket != OUT {
                    sums[bucket as usize] += weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
                }
            }),
        }
        Ok(sums)
    };
    let folded = weights.into_par_iter().enumerate().try_fold(|| vec![0.0; buckets], add);
    folded.try_reduce(
        || vec![0.0; buckets],
        |mut sums, others| {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
            Ok(sums)
        },
    )
}

fn add_events(cells: &mut [Cell], reader: KeyReader<'_>, rows: &Rows, range: std::ops::Range<usize>, is_in: impl Fn(usize) -> bool) {
    if matches!(rows, Rows::None) {
        return;
    }
    if cells.len() > range.len() {
        // More values than rows: counters of their own would cost more than they save.
        return rows.for_each(range, |row| {
            if is_in(row) {
                let cell = &mut cells[reader.at(row) as usize];
                cell.n += 1;
                cell.events += 1.0;
            }
        });
    }
    let mut counts = vec![0_u32; cells.len()];
    with_keys!(reader, key => rows.for_each(range, |row| counts[key(row) as usize] += u32::from(is_in(row))));
    for (cell, n) in cells.iter_mut().zip(counts) {
        cell.n += u64::from(n);
        cell.events += f64::from(n);
    }
}
