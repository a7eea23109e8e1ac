//! The events of a range with their people: what every analysis walks.
//!
//! A [`History`] holds blocks of several days, of which only some columns need to be loaded, and knows for each person
//! where in them the person's runs are. Analyses are person-major: they see one person after the other, with all of the
//! person's runs in the order of their days, so that distinct people are counted without a set. People are cut into
//! slices of about equal numbers of rows, and slices are walked in parallel.

mod cancel;
mod index;
mod mask;
mod ordered;
mod selection;
mod spread;

use std::sync::Arc;

use arrow_buffer::ScalarBuffer;
use rayon::prelude::*;

use crate::segment::{Block, Column, ColumnKey, DAY_MS, Number};

pub use cancel::{Cancel, Cancelled};
pub use index::{Run, RunIndex};
pub use mask::Mask;
pub use ordered::{Ordered, RowRef};
pub use selection::{Rows, Selection};
pub use spread::{OUT, Quarters, Spread};

/// Rows of a slice: enough work to be worth a thread's turn, few enough that the last slice holds nobody up.
const SLICE_ROWS: usize = 1 << 16;

/// Blocks and their people.
#[derive(Clone, Debug)]
pub struct History {
    blocks: Vec<Arc<Block>>,
    /// Each block's times and first millisecond: every run asks for them.
    days: Vec<(ScalarBuffer<u32>, i64)>,
    index: Arc<RunIndex>,
}

/// What an analysis does with some of the people.
pub trait Visit: Send {
    /// One person's runs, by day.
    fn person(&mut self, person: u32, runs: &[Run]);
    /// Rows of a block that nobody did.
    fn nobody(&mut self, _block: usize, _rows: std::ops::Range<usize>) {}
}

impl History {
    /// The blocks, which need not be sorted, with the people that `person_of` makes of actors.
    pub fn new(mut blocks: Vec<Arc<Block>>, person_of: impl Fn(u32) -> u32) -> Self {
        blocks.sort_by_key(|block| block.day);
        let index = Arc::new(RunIndex::new(&blocks, person_of));
        Self::indexed(blocks, index)
    }

    /// Blocks in the order of their days, with the index that was made of their run tables before.
    pub fn indexed(blocks: Vec<Arc<Block>>, index: Arc<RunIndex>) -> Self {
        let day = |block: &Arc<Block>| (times(block), i64::from(block.day.to_epoch_days()) * DAY_MS);
        Self { days: blocks.iter().map(day).collect(), blocks, index }
    }

    /// The blocks, by day.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// Events in all blocks.
    pub fn rows(&self) -> usize {
        self.blocks.iter().map(|block| block.rows).sum()
    }

    /// The first millisecond of a block's day.
    pub fn midnight(&self, block: usize) -> i64 {
        self.days[block].1
    }

    /// The time of each row of a block, in milliseconds since its midnight.
    pub fn times(&self, block: usize) -> &[u32] {
        &self.days[block].0
    }

    /// The quarter of an hour of each row of a block.
    pub fn quarters(&self, block: usize) -> &[u8] {
        match self.blocks[block].columns.get(&ColumnKey::Time).map(AsRef::as_ref) {
            Some(Column::Time(times)) => times.quarters(),
            _ => &[],
        }
    }

    /// The actor of a run.
    pub fn actor(&self, run: Run) -> Option<u32> {
        self.blocks[run.block as usize].runs().map(|runs| runs.actors()[run.run as usize])
    }

    /// A column of each block, where it has it.
    pub fn columns<'a, T>(&'a self, key: &ColumnKey, read: impl Fn(&'a Column) -> Option<T>) -> Vec<Option<T>> {
        self.blocks.iter().map(|block| block.columns.get(key).and_then(|column| read(column))).collect()
    }

    /// The weights of each block's rows; `None` where all of them weigh 1.
    pub fn weights(&self) -> Vec<Option<&Number>> {
        self.columns(&ColumnKey::Weight, |column| match column {
            Column::Number(number) => Some(number),
            _ => None,
        })
    }

    /// Walks all people, in parallel, and returns the visitors, each of which saw some of the slices.
    ///
    /// # Errors
    /// When it was cancelled meanwhile.
    pub fn walk<V: Visit>(&self, cancel: &Cancel, visitor: impl Fn() -> V + Sync) -> Result<Vec<V>, Cancelled> {
        let slices = self.index.slices(SLICE_ROWS);
        let nobody = self.blocks.iter().enumerate().filter_map(|(index, block)| {
            let rows = block.runs().map_or(0, crate::segment::Runs::rows)..block.rows;
            (!rows.is_empty()).then_some((index, rows))
        });
        let nobody: Vec<_> = nobody.collect();
        // A visitor goes on with the next slice of its thread: it may hold a cell for each of many values.
        let mut visited = slices
            .into_par_iter()
            .try_fold(&visitor, |mut visitor, slice| {
                cancel.check()?;
                self.index.people(slice).for_each(|(person, runs)| visitor.person(person, runs));
                Ok(visitor)
            })
            .collect::<Result<Vec<V>, Cancelled>>()?;
        if !nobody.is_empty() {
            let mut visitor = visitor();
            nobody.into_iter().for_each(|(block, rows)| visitor.nobody(block, rows));
            visited.push(visitor);
        }
        cancel.check()?;
        Ok(visited)
    }
}

fn times(block: &Block) -> ScalarBuffer<u32> {
    match block.columns.get(&ColumnKey::Time).map(AsRef::as_ref) {
        Some(Column::Time(times)) => times.millis().clone(),
        _ => ScalarBuffer::from(Vec::new()),
    }
}
