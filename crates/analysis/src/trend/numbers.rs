//! What events say in a numeric prop, by value of a breakdown and bucket.

use rayon::prelude::*;

use crate::history::{Cancel, Cancelled, History, OUT, Selection, Spread};
use crate::keys::Keys;
use crate::segment::{Block, ColumnKey, Number, PropKey, PropKind, PropValue, Text, prop_of_rest};

/// The numbers of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    weight: f64,
    sum: f64,
    least: f64,
    most: f64,
    /// Each with the weight of its event, in no order; `None` where nobody asks for a quantile.
    values: Option<Vec<(f64, f64)>>,
}

impl Numbers {
    fn none(quantiles: bool) -> Self {
        Self { weight: 0.0, sum: 0.0, least: f64::INFINITY, most: f64::NEG_INFINITY, values: quantiles.then(Vec::new) }
    }

    fn push(&mut self, value: f64, weight: f64) {
        self.weight += weight;
        self.sum += value * weight;
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        if let Some(values) = &mut self.values {
            values.push((value, weight));
        }
    }

    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        if let (Some(values), Some(others)) = (&mut self.values, &other.values) {
            values.extend_from_slice(others);
        }
    }

    fn is_empty(&self) -> bool {
        self.least > self.most
    }

    /// Weighted; zero of none.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Weighted; `None` of none.
    pub fn mean(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.sum / self.weight)
    }

    /// The smallest.
    pub fn min(&self) -> Option<f64> {
        (!self.is_empty()).then_some(self.least)
    }

    /// The largest.
    pub fn max(&self) -> Option<f64> {
        (!self.is_empty()).then_some(self.most)
    }

    /// The smallest value such that this part of the weight, from 0 to 1, lies at or below it: nearest rank. `None` where it was
    /// not asked for.
    pub fn quantile(&mut self, part: f64) -> Option<f64> {
        let wanted = self.weight * part;
        let values = self.values.as_mut()?;
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut below = 0.0;
        let reached = values.iter().find(|(_, weight)| {
            below += weight;
            below >= wanted
        });
        reached.or(values.last()).map(|(value, _)| *value)
    }
}

/// One value's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberSeries {
    /// By bucket.
    pub buckets: Vec<Numbers>,
    /// Over all buckets.
    pub total: Numbers,
}

/// The numbers that the chosen rows have in a prop, one series per number of `keys`. Rows that have none there, or a text, are
/// left out. The columns of the prop are loaded. Only for `quantiles` are they held one by one, 16 bytes each.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn numbers(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    buckets: usize,
    (keys, prop): (&Keys, &str),
    quantiles: bool,
    cancel: &Cancel,
) -> Result<Vec<NumberSeries>, Cancelled> {
    let cells = keys.len() * buckets;
    let read = |mut found: Vec<Numbers>, (index, block): (usize, &std::sync::Arc<Block>)| {
        cancel.check()?;
        let (values, weight) = (Values::of(block, prop), block.number(&ColumnKey::Weight));
        if values.is_empty() || spread.whole(index) == Some(OUT) {
            return Ok(found);
        }
        let (quarters, table, reader) = (history.quarters(index), spread.quarters(index), keys.reader(history, index));
        rows[index].for_each(0..block.rows, |row| {
            let bucket = table.bucket(quarters[row]);
            if bucket != OUT
                && let Some(value) = values.at(row)
            {
                let weight = weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
                found[reader.at(row) as usize * buckets + bucket as usize].push(value, weight);
            }
        });
        Ok(found)
    };
    let empty = || vec![Numbers::none(quantiles); cells];
    let folded = history.blocks().par_iter().enumerate().try_fold(empty, read);
    let found = folded.try_reduce(empty, |mut all, others| {
        all.iter_mut().zip(&others).for_each(|(cell, other)| cell.add(other));
        Ok(all)
    })?;
    let series = |cells: &[Numbers]| {
        let mut total = Numbers::none(quantiles);
        cells.iter().for_each(|cell| total.add(cell));
        NumberSeries { buckets: cells.to_vec(), total }
    };
    Ok(found.chunks(buckets.max(1)).map(series).collect())
}

/// Where a block has the numbers of a prop.
struct Values<'a> {
    column: Option<&'a Number>,
    /// The column of the props that have none of their own, and the number in each of its texts.
    rest: Option<(&'a Text, Vec<Option<f64>>)>,
}

impl<'a> Values<'a> {
    fn of(block: &'a Block, prop: &str) -> Self {
        let in_text = |text: &str| match prop_of_rest(text, prop) {
            Some(PropValue::Number(number)) => Some(number),
            _ => None,
        };
        let numbers = |text: &'a Text| {
            let numbers: Vec<_> = (0..text.distinct() as u32).map(|code| text.value(code).and_then(in_text)).collect();
            numbers.iter().any(Option::is_some).then_some((text, numbers))
        };
        Self {
            column: block.number(&ColumnKey::Prop(PropKey { name: prop.into(), kind: PropKind::Number })),
            rest: block.text(&ColumnKey::RestProps).and_then(numbers),
        }
    }

    fn is_empty(&self) -> bool {
        self.column.is_none() && self.rest.is_none()
    }

    fn at(&self, row: usize) -> Option<f64> {
        let in_rest = || self.rest.as_ref().and_then(|(text, numbers)| numbers[text.codes.at(row) as usize]);
        self.column.and_then(|column| column.at(row)).or_else(in_rest)
    }
}
