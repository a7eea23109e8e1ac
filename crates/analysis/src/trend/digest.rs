//! What a block says about a dimension without a filter: each value's events, and who did them.
//!
//! It depends on a block and on who counts. So it is kept beside the block's columns, and a list of values over whole days
//! unites one bitmap for each value and day instead of walking every event.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::{MultiOps as _, RoaringBitmap};

use super::{By, Cell, Key, Ranked, Series};
use crate::history::Rows;
use crate::keys::{Dimension, Keys, with_keys};
use crate::persons::Persons;
use crate::segment::{Block, ColumnKey};

/// The values of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest(Vec<Value>);

#[derive(Clone, Debug, PartialEq)]
struct Value {
    /// `None` for events without one.
    text: Option<Arc<str>>,
    n: u64,
    events: f64,
    actors: RoaringBitmap,
}

impl Digest {
    /// Of more distinct values no digest is made: most are of a few events, so that it would be as large as the block.
    pub const VALUES_MAX: usize = 4_096;

    /// Of the rows of a block that count; `None` for too many values.
    pub fn of(block: &Block, counted: &Rows, dimension: &Dimension) -> Option<Self> {
        Keys::of_block(block, dimension, |texts, reader| {
            if texts.len() > Self::VALUES_MAX {
                return None;
            }
            let mut values: Vec<Making> = texts.iter().map(|_| Making::default()).collect();
            let weight = block.number(&ColumnKey::Weight);
            let weight = |row: usize| weight.and_then(|weight| weight.at(row)).unwrap_or(1.0);
            let runs = block.runs();
            let of_actors = runs.map_or(0, |runs| runs.rows());
            with_keys!(reader, key => {
                for (run, actor) in runs.map_or(&[][..], |runs| runs.actors()).iter().enumerate() {
                    let rows = runs.map_or(0..0, |runs| runs.range(run));
                    counted.for_each(rows, |row| values[key(row) as usize].add(weight(row), Some(*actor)));
                }
                counted.for_each(of_actors..block.rows, |row| values[key(row) as usize].add(weight(row), None));
            });
            Some(Self(values.into_iter().zip(texts).filter_map(|(value, text)| value.made(text.clone())).collect()))
        })
    }

    /// Bytes in memory, about, for bounding caches.
    pub fn memory(&self) -> usize {
        self.0
            .iter()
            .map(|value| size_of::<Value>() + value.text.as_ref().map_or(0, |text| text.len()) + value.actors.serialized_size())
            .sum()
    }
}

#[derive(Default)]
struct Making {
    n: u64,
    events: f64,
    /// Rising: runs lie by actor.
    actors: Vec<u32>,
}

impl Making {
    #[inline(always)]
    fn add(&mut self, weight: f64, actor: Option<u32>) {
        self.n += 1;
        self.events += weight;
        if let Some(actor) = actor
            && self.actors.last() != Some(&actor)
        {
            self.actors.push(actor);
        }
    }

    fn made(self, text: Option<Arc<str>>) -> Option<Value> {
        let Self { n, events, actors } = self;
        (n > 0).then(|| Value { text, n, events, actors: actors.into_iter().collect() })
    }
}

/// The `top` values of some blocks by a measure, as [`super::first`] has them.
pub fn first_of(digests: &[Arc<Digest>], persons: &Persons, (top, by): (usize, By)) -> Vec<Ranked> {
    let mut found = HashMap::<Option<&Arc<str>>, Vec<&Value>>::new();
    for value in digests.iter().flat_map(|digest| &digest.0) {
        found.entry(value.text.as_ref()).or_default().push(value);
    }
    let people = |values: &[&Value]| persons.of_all(&values.iter().map(|value| &value.actors).union()).len();
    let cell = |values: &[&Value]| {
        let (n, events) = values.iter().fold((0, 0.0), |(n, events), value| (n + value.n, events + value.events));
        Cell { events, n, people: if by == By::People { people(values) } else { 0 } }
    };
    let mut ranked: Vec<_> = found.into_iter().map(|(text, values)| (text, cell(&values), values)).collect();
    ranked.sort_unstable_by(|(a, one, _), (b, other, _)| by.of(other).total_cmp(&by.of(one)).then_with(|| a.cmp(b)));
    ranked.truncate(top);
    let told = ranked.into_iter().map(|(text, cell, values)| {
        let cell = Cell { people: people(&values), ..cell };
        let key = text.map_or(Key::Absent, |text| Key::Value(Arc::clone(text)));
        Ranked { key, series: Series { buckets: vec![cell], total: cell } }
    });
    told.collect()
}
