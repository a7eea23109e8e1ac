//! Events and distinct people over time, whole or broken down.
//!
//! People of a bucket, of a range or of a value are distinct persons, never sums. Since a history is walked person by
//! person, a cell needs to remember only who was counted last.

use std::sync::Arc;

use crate::history::{Cancel, Cancelled, History, OUT, Rows, Run, Selection, Spread, Visit};
use crate::keys::{ABSENT, KeyReader, Keys};
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
        cells: vec![Cell::default(); keys.len() * (buckets + 1)],
        counted: vec![u32::MAX; keys.len() * (buckets + 1)],
    };
    let visited = history.walk(cancel, visitor)?;
    let mut cells = vec![Cell::default(); keys.len() * (buckets + 1)];
    for counter in &visited {
        for (cell, other) in cells.iter_mut().zip(&counter.cells) {
            cell.events += other.events;
            cell.people += other.people;
            cell.n += other.n;
        }
    }
    Ok(cells.chunks(buckets + 1).map(|cells| Series { buckets: cells[..buckets].to_vec(), total: cells[buckets] }).collect())
}

struct Counter<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    readers: &'a [KeyReader<'a>],
    weights: &'a [Option<&'a Number>],
    /// Buckets of one value, and its total.
    stride: usize,
    cells: Vec<Cell>,
    /// Who was counted in each cell last.
    counted: Vec<u32>,
}

impl Visit for Counter<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        for run in runs {
            self.add(run.block as usize, self.history.range(*run), Some(person));
        }
    }

    fn nobody(&mut self, block: usize, rows: std::ops::Range<usize>) {
        self.add(block, rows, None);
    }
}

impl Counter<'_> {
    fn add(&mut self, block: usize, range: std::ops::Range<usize>, person: Option<u32>) {
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
        let times = self.history.blocks()[block].times();
        rows.for_each(range, |row| {
            let bucket = whole.unwrap_or_else(|| self.spread.bucket(block, times[row]));
            if bucket != OUT {
                let weight = weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
                self.count(reader.at(row), bucket, 1, weight, person);
            }
        });
    }

    fn count(&mut self, key: u32, bucket: u16, n: u64, events: f64, person: Option<u32>) {
        let first = key as usize * self.stride;
        for place in [first + bucket as usize, first + self.stride - 1] {
            let cell = &mut self.cells[place];
            cell.n += n;
            cell.events += events;
            if let Some(person) = person
                && self.counted[place] != person
            {
                self.counted[place] = person;
                cell.people += 1;
            }
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
    let key = |place: usize| match ranked.get(place).filter(|_| place < shown) {
        None => Key::Other,
        Some(&ABSENT) => Key::Absent,
        Some(key) => keys.values()[*key as usize].clone().map_or(Key::Absent, Key::Value),
    };
    Ok(series.into_iter().enumerate().map(|(place, series)| Ranked { key: key(place), series }).collect())
}
