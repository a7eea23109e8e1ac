//! The inner loop of counting: a row costs a look at its codes and one slot.

use std::ops::Range;

use super::Cell;
use crate::history::{History, OUT, Rows, Run, Selection, Spread, Visit};
use crate::keys::{KeyReader, Keys, with_keys};
use crate::segment::{Column, ColumnKey, Number};

/// A person that no number stands for, who is never counted.
const NOBODY: u32 = u32::MAX;

/// What is counted.
pub(super) struct Counting<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    readers: Vec<KeyReader<'a>>,
    weights: Vec<Option<&'a Number>>,
    buckets: usize,
    keys: usize,
}

impl<'a> Counting<'a> {
    pub(super) fn of(history: &'a History, rows: &'a Selection, spread: &'a Spread, buckets: usize, keys: &'a Keys) -> Self {
        let weights = history.columns(&ColumnKey::Weight, |column| match column {
            Column::Number(number) => Some(number),
            _ => None,
        });
        let readers = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
        Self { history, rows, spread, readers, weights, buckets, keys: keys.len() }
    }

    /// Slots of one value: its buckets and, behind them, the people of all buckets, where that is another question.
    pub(super) fn stride(&self) -> usize {
        if self.buckets == 1 { 1 } else { self.buckets + 1 }
    }

    pub(super) fn slots(&self) -> usize {
        self.keys * self.stride()
    }

    /// For one slice of people.
    pub(super) fn begin(&self) -> Counter<'_> {
        Counter { counting: self, stride: self.stride(), slots: vec![Slot::default(); self.slots()] }
    }
}

/// A cell of one slice in the making.
#[derive(Clone, Copy)]
struct Slot {
    /// What weights add to the number of events; most events have none.
    beyond: f64,
    n: u32,
    people: u32,
    /// Who was counted last.
    counted: u32,
}

impl Default for Slot {
    fn default() -> Self {
        Self { beyond: 0.0, n: 0, people: 0, counted: NOBODY }
    }
}

impl Slot {
    /// Whether the person had not been counted yet. Without a branch, which would often be mispredicted.
    fn meet(&mut self, person: u32) -> bool {
        let new = self.counted != person;
        self.counted = person;
        self.people += u32::from(new);
        new
    }
}

/// The counts of one slice of people.
pub(super) struct Counter<'a> {
    counting: &'a Counting<'a>,
    stride: usize,
    slots: Vec<Slot>,
}

impl Visit for Counter<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        for run in runs {
            self.add(run.block as usize, run.rows(), person);
        }
    }

    fn nobody(&mut self, block: usize, rows: Range<usize>) {
        self.add(block, rows, NOBODY);
    }
}

impl Counter<'_> {
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> {
        self.slots.iter().map(|slot| Cell { events: f64::from(slot.n) + slot.beyond, people: slot.people.into(), n: slot.n.into() })
    }

    fn add(&mut self, block: usize, range: Range<usize>, person: u32) {
        let (reader, spread) = (self.counting.readers[block], self.counting.spread);
        let (whole, weight) = (spread.whole(block), self.counting.weights[block]);
        let times = self.counting.history.times(block);
        match (whole, reader, weight) {
            (Some(OUT), _, _) => {}
            // Nothing tells these rows apart: they are counted at once.
            (Some(bucket), KeyReader::Same(key), None) => match self.counting.rows[block].count(range) {
                0 => {}
                n => self.count(key, bucket, n as u32, person),
            },
            (Some(bucket), reader, None) => {
                with_keys!(reader, key => self.each_row(block, range, person, |row| (key(row), bucket)));
            }
            (None, reader, None) => {
                with_keys!(reader, key => self.each_row(block, range, person, |row| (key(row), spread.bucket(block, times[row]))));
            }
            (_, reader, Some(weight)) => self.counting.rows[block].for_each(range, |row| {
                let (key, bucket) = (reader.at(row), spread.bucket(block, times[row]));
                self.count(key, bucket, 1, person);
                self.weigh(key, bucket, weight.at(row).unwrap_or(1.0));
            }),
        }
    }

    /// A loop for each kind of choice: one for all would ask for each row which it is.
    fn each_row(&mut self, block: usize, range: Range<usize>, person: u32, place: impl Fn(usize) -> (u32, u16)) {
        match &self.counting.rows[block] {
            Rows::All => self.count_rows(range, person, place),
            Rows::None => {}
            Rows::Some(mask) => self.count_rows(mask.within(range), person, place),
        }
    }

    fn count_rows(&mut self, rows: impl Iterator<Item = usize>, person: u32, place: impl Fn(usize) -> (u32, u16)) {
        for row in rows {
            let (key, bucket) = place(row);
            self.count(key, bucket, 1, person);
        }
    }

    #[inline(always)]
    fn count(&mut self, key: u32, bucket: u16, n: u32, person: u32) {
        if bucket == OUT {
            return;
        }
        let first = key as usize * self.stride;
        let slot = &mut self.slots[first + bucket as usize];
        slot.n += n;
        let new = slot.meet(person);
        // Who is known in the bucket is known in the range.
        if self.stride > 1 && new {
            self.slots[first + self.stride - 1].meet(person);
        }
    }

    fn weigh(&mut self, key: u32, bucket: u16, weight: f64) {
        if bucket != OUT {
            self.slots[key as usize * self.stride + bucket as usize].beyond += weight - 1.0;
        }
    }
}
