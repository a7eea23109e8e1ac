//! Events and distinct people over time, whole or broken down.
//!
//! People of a bucket, of a range or of a value are distinct persons, never sums. Since a history is walked person by
//! person, a cell needs to remember only who was counted last.

mod counter;
mod digest;
mod numbers;
mod people;
mod tally;

use std::sync::Arc;

use crate::history::{Cancel, Cancelled, History, Selection, Spread};
use crate::keys::Keys;

pub use digest::{Digest, first_of};
pub use numbers::{NumberSeries, Numbers, numbers};
pub use tally::events;

use counter::Counting;
use people::people_of;
use tally::tally;

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
    let counting = Counting::of(history, rows, spread, buckets, keys);
    let mut cells = vec![Cell::default(); counting.slots()];
    for counter in history.walk(cancel, || counting.begin())? {
        cells.iter_mut().zip(counter.cells()).for_each(|(cell, counted)| cell.add(&counted));
    }
    Ok(cells.chunks(counting.stride()).map(|cells| Series::of(cells, buckets)).collect())
}

impl Cell {
    pub(crate) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.people += other.people;
        self.n += other.n;
    }
}

impl Series {
    /// Events of the buckets add up, people do not: the last cell has those of all buckets.
    fn of(cells: &[Cell], buckets: usize) -> Self {
        let mut total = Cell::default();
        cells[..buckets].iter().for_each(|cell| total.add(cell));
        total.people = cells.last().map_or(0, |cell| cell.people);
        Self { buckets: cells[..buckets].to_vec(), total }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum By {
    Events,
    People,
}

impl By {
    /// The measure of a cell.
    pub fn of(self, cell: &Cell) -> f64 {
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
    let totals = match by {
        // People are counted below, of what is shown.
        By::Events if buckets > 1 => tally(history, rows, &spread.joined(), keys, cancel)?,
        By::Events | By::People => totals(history, rows, spread, keys, cancel)?,
    };
    let ranked = rank(&totals, keys, by);
    let shown = ranked.len().min(top);
    if buckets == 1 {
        // What is shown is counted, and of the others so are the events.
        let mut found: Vec<_> = ranked[..shown].iter().map(|key| whole(named(keys, *key), totals[*key as usize])).collect();
        if shown < ranked.len() {
            let mut cell = Cell::default();
            ranked[shown..].iter().for_each(|key| cell.add(&totals[*key as usize]));
            cell.people = people_of(history, rows, spread, (keys, &ranked[shown..]), cancel)?;
            found.push(whole(Key::Other, cell));
        }
        return Ok(found);
    }
    let grouped = group(keys, &ranked, shown);
    let series = count(history, rows, spread, buckets, &grouped.keys, cancel)?;
    // What is shown has a series each; the last one is of the others, and left out where there are none.
    Ok(grouped.names.into_iter().zip(series).map(|(key, series)| Ranked { key, series }).collect())
}

/// Rows under the values that are shown, and the others together.
#[derive(Clone, Debug)]
pub struct Grouped {
    /// A number for each value that is shown, in their order, and one behind them for all others.
    pub keys: Keys,
    /// What the numbers stand for: without the others where there are none.
    pub names: Vec<Key>,
}

/// The values that [`break_down`] shows, for whoever counts something else of them.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn grouped(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    keys: &Keys,
    (top, by): (usize, By),
    cancel: &Cancel,
) -> Result<Grouped, Cancelled> {
    let ranked = rank(&totals(history, rows, spread, keys, cancel)?, keys, by);
    Ok(group(keys, &ranked, ranked.len().min(top)))
}

fn group(keys: &Keys, ranked: &[u32], shown: usize) -> Grouped {
    let mut to = vec![shown as u32; keys.len()];
    let mut values = Vec::with_capacity(shown + 1);
    for (place, key) in ranked[..shown].iter().enumerate() {
        to[*key as usize] = place as u32;
        values.push(keys.values()[*key as usize].clone());
    }
    values.push(None);
    let others = (shown < ranked.len()).then_some(Key::Other);
    Grouped { names: ranked[..shown].iter().map(|key| named(keys, *key)).chain(others).collect(), keys: keys.fold(&to, values) }
}

/// The `top` values by a measure over all buckets together, as [`break_down`] has them, without the others.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn first(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    keys: &Keys,
    (top, by): (usize, By),
    cancel: &Cancel,
) -> Result<Vec<Ranked>, Cancelled> {
    let totals = totals(history, rows, spread, keys, cancel)?;
    let mut ranked = rank(&totals, keys, by);
    ranked.truncate(top);
    Ok(ranked.into_iter().map(|key| whole(named(keys, key), totals[key as usize])).collect())
}

/// Each value over all buckets together.
fn totals(history: &History, rows: &Selection, spread: &Spread, keys: &Keys, cancel: &Cancel) -> Result<Vec<Cell>, Cancelled> {
    Ok(count(history, rows, &spread.joined(), 1, keys, cancel)?.into_iter().map(|series| series.total).collect())
}

/// The values that have a row, largest first; of equal ones the first by text.
fn rank(totals: &[Cell], keys: &Keys, by: By) -> Vec<u32> {
    let mut ranked: Vec<u32> = (0..keys.len() as u32).filter(|key| totals[*key as usize].n > 0).collect();
    ranked.sort_unstable_by(|a, b| {
        let measure = |key: &u32| by.of(&totals[*key as usize]);
        measure(b).total_cmp(&measure(a)).then_with(|| keys.value(*a).cmp(&keys.value(*b)))
    });
    ranked
}

/// A value of one bucket.
fn whole(key: Key, cell: Cell) -> Ranked {
    Ranked { key, series: Series { buckets: vec![cell], total: cell } }
}

fn named(keys: &Keys, key: u32) -> Key {
    keys.values()[key as usize].clone().map_or(Key::Absent, Key::Value)
}
