//! Where each person's runs are.

use std::ops::Range;
use std::sync::Arc;

use crate::segment::{Block, Runs};

/// A run of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Which block, by its place in the history.
    pub block: u32,
    /// Which of its runs.
    pub run: u32,
    /// The first of its rows, and the one behind its last: kept here so that a walk reads one table only.
    start: u32,
    end: u32,
}

impl Run {
    /// Its rows in the block.
    pub fn rows(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
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

/// With more numbers than this for each run, sorting is faster than a table of all numbers.
const THIN: usize = 4;

impl RunIndex {
    /// Sorts the runs of blocks, which are in the order of their days, by the people that `person_of` makes of actors.
    pub fn new(blocks: &[Arc<Block>], person_of: impl Fn(u32) -> u32) -> Self {
        let actors = || blocks.iter().filter_map(|block| block.runs()).flat_map(Runs::actors);
        let persons: Vec<u32> = actors().map(|actor| person_of(*actor)).collect();
        let numbers = persons.iter().max().map_or(0, |highest| *highest as usize + 1);
        let mut index =
            if numbers > persons.len() * THIN { Self::by_sorting(blocks, &persons) } else { Self::by_counting(blocks, &persons, numbers) };
        index.starts.push(index.runs.len() as u32);
        let mut rows = 0;
        index.rows.push(rows);
        for ends in index.starts.windows(2) {
            rows += index.runs[ends[0] as usize..ends[1] as usize].iter().map(|run| u64::from(run.end - run.start)).sum::<u64>();
            index.rows.push(rows);
        }
        index
    }

    fn by_sorting(blocks: &[Arc<Block>], persons: &[u32]) -> Self {
        let mut runs: Vec<(u32, Run)> = persons.iter().copied().zip(runs(blocks)).collect();
        runs.sort_by_key(|(person, _)| *person);
        let mut index = Self::default();
        for (person, run) in runs {
            if index.people.last() != Some(&person) {
                index.people.push(person);
                index.starts.push(index.runs.len() as u32);
            }
            index.runs.push(run);
        }
        index
    }

    /// Two passes instead of a sort: actors are numbered densely.
    fn by_counting(blocks: &[Arc<Block>], persons: &[u32], numbers: usize) -> Self {
        let mut index = Self { runs: vec![Run::default(); persons.len()], ..Self::default() };
        let mut places = vec![0_u32; numbers];
        persons.iter().for_each(|person| places[*person as usize] += 1);
        let mut next = 0;
        for (person, place) in places.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            index.people.push(person as u32);
            index.starts.push(next);
            next += std::mem::replace(place, next);
        }
        for (person, run) in persons.iter().zip(runs(blocks)) {
            let place = &mut places[*person as usize];
            index.runs[*place as usize] = run;
            *place += 1;
        }
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
        self.people.capacity() * 4 + self.starts.capacity() * 4 + self.runs.capacity() * size_of::<Run>() + self.rows.capacity() * 8
    }
}

/// The runs of all blocks, one block after the other.
fn runs(blocks: &[Arc<Block>]) -> impl Iterator<Item = Run> {
    let tables = blocks.iter().enumerate().filter_map(|(block, held)| Some((block as u32, held.runs()?.starts())));
    tables.flat_map(|(block, starts)| {
        starts.windows(2).enumerate().map(move |(run, ends)| Run { block, run: run as u32, start: ends[0], end: ends[1] })
    })
}
