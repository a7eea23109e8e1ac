//! Events and distinct people over time, whole or broken down.
//!
//! People of a bucket, of a range or of a value are distinct persons, never sums. Since a history is walked person by
//! person, a cell needs to remember only who was counted last.

use std::sync::Arc;

use crate::history::{Cancel, Cancelled, History, OUT, Rows, Run, Selection, Spread, Visit};
use crate::keys::{KeyReader, Keys, with_keys};
use crate::segment::{ColumnKey, Number};

/// The events of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// Sum of the events' weights.
    pub events: f64,
    /// Distinct persons.
    pub people: u64,
    /// Events as stored, each once.
    pub n: u64,
}

/// One value's counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// By bucket.
    pub buckets: Vec<Cell>,
    /// Over all buckets.
    pub total: Cell,
}

/// Counts the chosen rows by value and bucket, `buckets` of them; one series per number of `keys`.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    buckets: usize,
    keys: &Keys,
    cancel: &Cancel,
) -> Result<Vec<Series>, Cancelled> {
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
    let weights = history.columns(&ColumnKey::Weight, |column| match column {
        crate::segment::Column::Number(number) => Some(number),
        _ => None,
    });
    let visitor = || Counter {
        history,
        rows,
        spread,
        readers: &readers,
        weights: &weights,
        stride: buckets + 1,
        slots: vec![Slot { cell: Cell::default(), counted: NOBODY }; keys.len() * (buckets + 1)],
    };
    let visited = history.walk(cancel, visitor)?;
    let mut cells = vec![Cell::default(); keys.len() * (buckets + 1)];
    for counter in &visited {
        cells.iter_mut().zip(&counter.slots).for_each(|(cell, slot)| cell.add(&slot.cell));
    }
    Ok(cells.chunks(buckets + 1).map(|cells| Series::of(&cells[..buckets], cells[buckets].people)).collect())
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.people += other.people;
        self.n += other.n;
    }
}

impl Series {
    /// Events of the buckets add up, people do not.
    fn of(buckets: &[Cell], people: u64) -> Self {
        let mut total = Cell::default();
        buckets.iter().for_each(|cell| total.add(cell));
        Self { buckets: buckets.to_vec(), total: Cell { people, ..total } }
    }
}

/// A person that no number stands for, who is never counted.
const NOBODY: u32 = u32::MAX;

/// A cell in the making.
#[derive(Clone, Copy)]
struct Slot {
    cell: Cell,
    /// Who was counted in it last.
    counted: u32,
}

impl Slot {
    /// Whether the person had not been counted yet.
    fn meets(&mut self, person: u32) -> bool {
        let new = self.counted != person;
        if new {
            self.counted = person;
            self.cell.people += 1;
        }
        new
    }
}

struct Counter<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    readers: &'a [KeyReader<'a>],
    weights: &'a [Option<&'a Number>],
    /// Buckets of one value, and a slot for the people of all of them.
    stride: usize,
    slots: Vec<Slot>,
}

impl Visit for Counter<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        for run in runs {
            self.add(run.block as usize, run.rows(), person);
        }
    }

    fn nobody(&mut self, block: usize, rows: std::ops::Range<usize>) {
        self.add(block, rows, NOBODY);
    }
}

impl Counter<'_> {
    fn add(&mut self, block: usize, range: std::ops::Range<usize>, person: u32) {
        let (rows, reader, weight) = (&self.rows[block], self.readers[block], self.weights[block]);
        let whole = self.spread.whole(block);
        if let (Some(bucket), KeyReader::Same(key), None) = (whole, reader, weight) {
            // Nothing tells these rows apart: they are counted at once.
            let n = match rows {
                Rows::All => range.len(),
                Rows::None => 0,
                Rows::Some(mask) => mask.within(range).count(),
            };
            if bucket != OUT && n > 0 {
                self.count(key, bucket, n as u64, n as f64, person);
            }
            return;
        }
        let (history, spread) = (self.history, self.spread);
        with_keys!(reader, key => match whole {
            Some(OUT) => {}
            Some(bucket) => rows.for_each(range, |row| self.count_row(key(row), bucket, weight, row, person)),
            None => {
                let times = history.times(block);
                rows.for_each(range, |row| self.count_row(key(row), spread.bucket(block, times[row]), weight, row, person));
            }
        });
    }

    fn count_row(&mut self, key: u32, bucket: u16, weight: Option<&Number>, row: usize, person: u32) {
        if bucket != OUT {
            let weight = weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
            self.count(key, bucket, 1, weight, person);
        }
    }

    fn count(&mut self, key: u32, bucket: u16, n: u64, events: f64, person: u32) {
        let first = key as usize * self.stride;
        let slot = &mut self.slots[first + bucket as usize];
        slot.cell.n += n;
        slot.cell.events += events;
        // Who is known in the bucket is known in the range.
        if slot.meets(person) {
            self.slots[first + self.stride - 1].meets(person);
        }
    }
}

/// A value of a breakdown.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Which value.
    pub key: Key,
    /// Its counts.
    pub series: Series,
}

/// Which value of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// This text.
    Value(Arc<str>),
    /// No value.
    Absent,
    /// Every value beyond the first ones, together.
    Other,
}

/// What values are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum By {
    Events,
    People,
}

impl By {
    fn of(self, cell: &Cell) -> f64 {
        match self {
            Self::Events => cell.events,
            Self::People => cell.people as f64,
        }
    }
}

/// The `top` values by a measure, largest first (of equal ones the first by text), and the others together, whose people
/// are counted anew: somebody with two of the other values is one person.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn break_down(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    buckets: usize,
    keys: &Keys,
    (top, by): (usize, By),
    cancel: &Cancel,
) -> Result<Vec<Ranked>, Cancelled> {
    let totals = count(history, rows, &spread.joined(), 1, keys, cancel)?;
    let mut ranked: Vec<u32> = (0..keys.len() as u32).filter(|key| totals[*key as usize].total.n > 0).collect();
    ranked.sort_unstable_by(|a, b| {
        let measure = |key: &u32| by.of(&totals[*key as usize].total);
        measure(b).total_cmp(&measure(a)).then_with(|| keys.value(*a).cmp(&keys.value(*b)))
    });
    if buckets == 1 && ranked.len() <= top {
        return Ok(ranked.into_iter().map(|key| Ranked { key: named(keys, key), series: totals[key as usize].clone() }).collect());
    }
    let shown = ranked.len().min(top);
    let other = shown as u32;
    let mut to = vec![other; keys.len()];
    let mut values = Vec::with_capacity(shown + 1);
    for (place, key) in ranked[..shown].iter().enumerate() {
        to[*key as usize] = place as u32;
        values.push(keys.values()[*key as usize].clone());
    }
    values.push(None);
    let folded = keys.fold(&to, values);
    let mut series = count(history, rows, spread, buckets, &folded, cancel)?;
    if ranked.len() <= top {
        series.truncate(shown);
    }
    let key = |place: usize| ranked[..shown].get(place).map_or(Key::Other, |key| named(keys, *key));
    Ok(series.into_iter().enumerate().map(|(place, series)| Ranked { key: key(place), series }).collect())
}

fn named(keys: &Keys, key: u32) -> Key {
    keys.values()[key as usize].clone().map_or(Key::Absent, Key::Value)
}
