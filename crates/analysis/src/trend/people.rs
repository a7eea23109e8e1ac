//! How many people have a row of some values: of each person, no row after the first such one is looked at.

use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};
use crate::keys::{KeyReader, Keys, with_keys};

/// Distinct people with a chosen row in some bucket whose value is one of `values`, which are numbers of `keys`.
pub(super) fn people_of(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    (keys, values): (&Keys, &[u32]),
    cancel: &Cancel,
) -> Result<u64, Cancelled> {
    let mut wanted = vec![false; keys.len()];
    values.iter().for_each(|value| wanted[*value as usize] = true);
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
    let visitor = || Visitor { history, rows, spread, readers: &readers, wanted: &wanted, people: 0 };
    Ok(history.walk(cancel, visitor)?.iter().map(|visitor| visitor.people).sum())
}

struct Visitor<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    readers: &'a [KeyReader<'a>],
    wanted: &'a [bool],
    people: u64,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        self.people += u64::from(runs.iter().any(|run| self.has(*run)));
    }
}

impl Visitor<'_> {
    fn has(&self, run: Run) -> bool {
        let block = run.block as usize;
        let (rows, wanted, times) = (&self.rows[block], self.wanted, self.history.times(block));
        with_keys!(self.readers[block], key => match self.spread.whole(block) {
            Some(OUT) => false,
            Some(_) => rows.any(run.rows(), |row| wanted[key(row) as usize]),
            None => rows.any(run.rows(), |row| wanted[key(row) as usize] && self.spread.bucket(block, times[row]) != OUT),
        })
    }
}
