//! Where each person's runs are.

use std::ops::Range;
use std::sync::Arc;

use crate::segment::Block;

/// A run of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Which block, by its place in the history.
    pub block: u32,
    /// Which of its runs.
    pub run: u32,
}

/// The runs of all blocks, by person and then by block.
#[derive(Clone, Debug, Default)]
pub struct RunIndex {
    /// Each person that has a run, rising.
    people: Vec<u32>,
    /// Where each person's runs begin; one more than there are people.
    starts: Vec<u32>,
    runs: Vec<Run>,
    /// Rows of all people up to each, for cutting slices.
    rows: Vec<u64>,
}

/// Numbers above this many per run are spread too thin for a table of all numbers.
const THIN: usize = 16;

impl RunIndex {
    /// Sorts the runs of blocks, which are in the order of their days.
    pub(super) fn new(blocks: &[Arc<Block>], person_of: impl Fn(u32) -> u32) -> Self {
        let tables: Vec<_> = blocks.iter().map(|block| block.runs()).collect();
        let total: usize = tables.iter().flatten().map(|runs| runs.len()).sum();
        let highest = tables.iter().flatten().filter_map(|runs| runs.actors().last()).max().map_or(0, |actor| *actor as usize + 1);
        let all = || {
            let runs = tables.iter().enumerate().filter_map(|(block, runs)| Some((block as u32, (*runs)?)));
            runs.flat_map(|(block, runs)| {
                runs.actors().iter().enumerate().map(move |(run, actor)| (*actor, Run { block, run: run as u32 }))
            })
            .map(|(actor, run)| (person_of(actor), run))
        };
        let sorted = if highest > total * THIN + 1024 {
            let mut runs: Vec<(u32, Run)> = all().collect();
            runs.sort_by_key(|(person, _)| *person);
            runs
        } else {
            by_counting(total, highest, all)
        };
        let mut index = Self { runs: Vec::with_capacity(total), ..Self::default() };
        let mut rows = 0;
        for (person, run) in sorted {
            if index.people.last() != Some(&person) {
                index.people.push(person);
                index.starts.push(index.runs.len() as u32);
                index.rows.push(rows);
            }
            index.runs.push(run);
            rows += tables[run.block as usize].map_or(0, |runs| runs.range(run.run as usize).len()) as u64;
        }
        index.starts.push(index.runs.len() as u32);
        index.rows.push(rows);
        index
    }

    /// Pieces of about so many rows.
    pub(super) fn slices(&self, rows: usize) -> Vec<Range<usize>> {
        let mut slices = Vec::new();
        let mut start = 0;
        while start < self.people.len() {
            let end = self.rows.partition_point(|before| *before < self.rows[start] + rows as u64).clamp(start + 1, self.people.len());
            slices.push(start..end);
            start = end;
        }
        slices
    }

    /// The people of a slice with their runs.
    pub(super) fn people(&self, slice: Range<usize>) -> impl Iterator<Item = (u32, &[Run])> {
        slice.map(|place| (self.people[place], &self.runs[self.starts[place] as usize..self.starts[place + 1] as usize]))
    }

    /// Everybody with at least one run.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Nobody has a run.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Bytes in memory, for bounding caches.
    pub fn memory(&self) -> usize {
        self.people.capacity() * 4 + self.starts.capacity() * 4 + self.runs.capacity() * 8 + self.rows.capacity() * 8
    }
}

/// Two passes instead of a sort: actors are numbered densely.
fn by_counting<I: Iterator<Item = (u32, Run)>>(total: usize, highest: usize, all: impl Fn() -> I) -> Vec<(u32, Run)> {
    let mut places = vec![0_u32; highest + 1];
    for (person, _) in all() {
        places[person as usize + 1] += 1;
    }
    for person in 0..highest {
        places[person + 1] += places[person];
    }
    let mut sorted = vec![(0, Run::default()); total];
    for (person, run) in all() {
        let place = &mut places[person as usize];
        sorted[*place as usize] = (person, run);
        *place += 1;
    }
    sorted
}
