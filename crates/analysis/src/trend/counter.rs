//! The inner loop of counting: a row costs a look at its codes and one slot.

use std::ops::Range;

use super::Cell;
use crate::history::{History, OUT, Quarters, Rows, Run, Selection, Spread, Visit};
use crate::keys::{KeyReader, Keys, with_keys};
use crate::segment::{Codes, Number};

/// A person that no number stands for, who is never counted.
const NOBODY: u32 = u32::MAX;

/// What is counted.
pub(super) struct Counting<'a> {
    days: Vec<Day<'a>>,
    weighted: bool,
    buckets: usize,
    keys: usize,
}

/// What is read of one block: at hand together, since there are nearly as many runs as events.
struct Day<'a> {
    rows: &'a Rows,
    /// The quarter of the day of each row.
    quarters: &'a [u8],
    spread: &'a Quarters,
    /// The bucket that all of its rows lie in.
    whole: Option<u16>,
    reader: KeyReader<'a>,
    weight: Option<&'a Number>,
}

impl<'a> Counting<'a> {
    pub(super) fn of(history: &'a History, rows: &'a Selection, spread: &'a Spread, buckets: usize, keys: &'a Keys) -> Self {
        let weights = history.weights();
        let weighted = weights.iter().any(Option::is_some);
        let day = |(block, weight)| Day {
            rows: &rows[block],
            quarters: history.quarters(block),
            spread: spread.quarters(block),
            whole: spread.whole(block),
            reader: keys.reader(history, block),
            weight,
        };
        Self { days: weights.into_iter().enumerate().map(day).collect(), weighted, buckets, keys: keys.len() }
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
        let slots = self.slots();
        Counter {
            counting: self,
            stride: self.stride(),
            slots: vec![Slot::default(); slots],
            beyond: vec![0.0; if self.weighted { slots } else { 0 }],
        }
    }
}

/// A cell of one slice in the making.
#[derive(Clone, Copy)]
#[repr(align(16))]
struct Slot {
    n: u32,
    people: u32,
    /// Who was counted last.
    counted: u32,
}

impl Default for Slot {
    fn default() -> Self {
        Self { n: 0, people: 0, counted: NOBODY }
    }
}

impl Slot {
    /// Counts a person who has not been counted yet. Without a branch, which would often be mispredicted.
    #[inline(always)]
    fn meet(&mut self, person: u32) {
        self.people += u32::from(self.counted != person);
        self.counted = person;
    }
}

/// The counts of one slice of people.
pub(super) struct Counter<'a> {
    counting: &'a Counting<'a>,
    stride: usize,
    slots: Vec<Slot>,
    /// What weights add to the number of events of each slot, if any event has one.
    beyond: Vec<f64>,
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

impl<'a> Counter<'a> {
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> {
        let beyond = |place: usize| self.beyond.get(place).copied().unwrap_or_default();
        let cell = move |(place, slot): (usize, &Slot)| Cell {
            events: f64::from(slot.n) + beyond(place),
            people: slot.people.into(),
            n: slot.n.into(),
        };
        self.slots.iter().enumerate().map(cell)
    }

    fn add(&mut self, block: usize, range: Range<usize>, person: u32) {
        let counting: &'a Counting<'a> = self.counting;
        let day = &counting.days[block];
        match (day.whole, day.reader, day.weight) {
            (Some(OUT), _, _) => {}
            // Nothing tells these rows apart: they are counted at once.
            (Some(bucket), KeyReader::Same(key), None) => match day.rows.count(range) {
                0 => {}
                n => self.count(key, bucket, n as u32, person),
            },
            (Some(bucket), reader, None) => {
                if let Some(key) = one_of_all(reader, day.rows, &range) {
                    return self.count(key, bucket, range.len() as u32, person);
                }
                with_keys!(reader, key => each_row(day.rows, range, |row| self.count(key(row), bucket, 1, person)));
            }
            (None, KeyReader::Same(key), None) => self.add_to_one(key, day, range, person),
            (None, reader, None) => {
                with_keys!(reader, key => each_row(day.rows, range, |row| self.count(key(row), day.spread.bucket(day.quarters[row]), 1, person)));
            }
            (_, reader, Some(weight)) => day.rows.for_each(range, |row| {
                let (key, bucket) = (reader.at(row), day.spread.bucket(day.quarters[row]));
                self.count(key, bucket, 1, person);
                self.weigh(key, bucket, weight.at(row).unwrap_or(1.0));
            }),
        }
    }

    /// Rows of one value: the person is met in the range once, not at each row.
    fn add_to_one(&mut self, key: u32, day: &Day<'_>, range: Range<usize>, person: u32) {
        let first = key as usize * self.stride;
        let slots = &mut self.slots[first..first + self.stride];
        let mut met = false;
        each_row(day.rows, range, |row| {
            let bucket = day.spread.bucket(day.quarters[row]);
            if bucket != OUT {
                let slot = &mut slots[bucket as usize];
                slot.n += 1;
                slot.meet(person);
                met = true;
            }
        });
        if met && let [_, .., range] = slots {
            range.meet(person);
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
        slot.meet(person);
        if self.stride > 1 {
            self.slots[first + self.stride - 1].meet(person);
        }
    }

    fn weigh(&mut self, key: u32, bucket: u16, weight: f64) {
        if bucket != OUT {
            self.beyond[key as usize * self.stride + bucket as usize] += weight - 1.0;
        }
    }
}

/// The value that all rows of a range have, where that is seen at a glance: on one day, people have one country and one OS.
#[inline(always)]
fn one_of_all(reader: KeyReader<'_>, rows: &Rows, range: &Range<usize>) -> Option<u32> {
    let (KeyReader::Codes(Codes::U8(codes), keys), Rows::All) = (reader, rows) else { return None };
    let (first, others) = codes[range.clone()].split_first()?;
    others.iter().all(|code| code == first).then(|| keys[*first as usize])
}

/// A loop for each kind of choice: one for all would ask for each row which it is.
#[inline(always)]
fn each_row(rows: &Rows, range: Range<usize>, mut each: impl FnMut(usize)) {
    match rows {
        Rows::All => range.for_each(&mut each),
        Rows::None => {}
        Rows::Some(mask) => mask.within(range).for_each(&mut each),
    }
}
