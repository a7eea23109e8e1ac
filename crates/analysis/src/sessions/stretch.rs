//! Rows of one run that follow one another in one session: what sessions are put together from.
//!
//! They depend on a block and on who counts, and on no range, link or filter. So they are kept beside the block's columns
//! (see `query-api`'s engine), and a question about sessions reads one of them where it would read about ten rows.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::assign::GAP_MS;
use super::find::{Kind, Names};
use crate::history::{History, Ordered, RowRef, Rows, Run, Selection};
use crate::segment::{Attribute, Block, ColumnKey};

/// Stands for "no row".
const NO_ROW: u32 = u32::MAX;

/// Rows of one run with one session id, or with none and gaps under [`GAP_MS`]; rows that do not count are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// A hash of the session's id; zero without one.
    id: u64,
    first: u32,
    last: u32,
    /// Since midnight, as [`Block::times`] has them.
    first_ms: u32,
    last_ms: u32,
    pub(super) events: u32,
    pub(super) views: u32,
    /// Neither a page view nor the leaving of a page.
    pub(super) others: u32,
    /// The first and the last page view.
    entry: u32,
    exit: u32,
}

impl Stretch {
    fn begun(id: u64, row: u32, ms: u32) -> Self {
        Self { id, first: row, last: row, first_ms: ms, last_ms: ms, events: 0, views: 0, others: 0, entry: NO_ROW, exit: NO_ROW }
    }

    fn add(&mut self, row: u32, ms: u32, kind: Kind) {
        (self.last, self.last_ms) = (row, ms);
        self.events += 1;
        match kind {
            Kind::View => {
                self.views += 1;
                self.entry = self.entry.min(row);
                self.exit = row;
            }
            Kind::Other => self.others += 1,
            Kind::Leave => {}
        }
    }

    /// What tells the session's id from most others: see [`super::Join`].
    pub(super) fn id(&self) -> Option<u64> {
        (self.id != 0).then_some(self.id)
    }

    /// Only other events than of pages.
    pub(crate) fn has_no_page(&self) -> bool {
        self.others == self.events
    }

    /// From the first to behind the last of its rows; of other sessions there is none between, but of some that do not count.
    pub(crate) fn rows(&self) -> std::ops::Range<usize> {
        self.first as usize..self.last as usize + 1
    }
}

/// The stretches of a block, by run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretches {
    /// Where each run's begin; one more than there are runs.
    starts: Vec<u32>,
    all: Vec<Stretch>,
}

impl Stretches {
    /// The columns that it reads, where blocks have them.
    pub const COLUMNS: [ColumnKey; 2] = [ColumnKey::Text(Attribute::Session), ColumnKey::Text(Attribute::Name)];

    /// Of the rows of a block that count.
    pub fn of(block: &Block, counted: &Rows) -> Self {
        let Some(runs) = block.runs() else { return Self::default() };
        let (names, times) = (Names::of(block), block.times());
        let ids = block.text(&ColumnKey::Text(Attribute::Session));
        let id = |row: usize| ids.map_or(0, |ids| ids.codes.at(row));
        let hashes = FixedState::default();
        let hash = |code: u32| ids.and_then(|ids| ids.value(code)).map_or(0, |id| hashes.hash_one(id).max(1));
        let mut stretches = Self { starts: Vec::with_capacity(runs.len() + 1), all: Vec::new() };
        for run in 0..runs.len() {
            let begin = stretches.all.len();
            stretches.starts.push(begin as u32);
            let mut latest_id = 0;
            counted.for_each(runs.range(run), |row| {
                let (id, ms) = (id(row), times[row]);
                let goes_on = |stretch: &Stretch| id == latest_id && (id != 0 || i64::from(ms - stretch.last_ms) < GAP_MS);
                if !stretches.all[begin..].last().is_some_and(goes_on) {
                    stretches.all.push(Stretch::begun(hash(id), row as u32, ms));
                    latest_id = id;
                }
                if let Some(stretch) = stretches.all.last_mut() {
                    stretch.add(row as u32, ms, names.at(row));
                }
            });
        }
        stretches.starts.push(stretches.all.len() as u32);
        stretches.all.shrink_to_fit();
        stretches
    }

    /// Of each block of a history, none of which is kept.
    pub fn of_all(history: &History, counted: &Selection) -> Vec<Arc<Self>> {
        history.blocks().iter().enumerate().map(|(index, block)| Arc::new(Self::of(block, &counted[index]))).collect()
    }

    /// Bytes in memory, for bounding caches.
    pub fn memory(&self) -> usize {
        self.starts.capacity() * 4 + self.all.capacity() * size_of::<Stretch>()
    }

    fn of_run(&self, run: u32) -> &[Stretch] {
        match self.starts.get(run as usize..run as usize + 2) {
            Some(ends) => &self.all[ends[0] as usize..ends[1] as usize],
            None => &[],
        }
    }
}

/// A stretch of one of a person's runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) stretch: &'a Stretch,
    /// Of its first and last row.
    pub(crate) first: RowRef,
    pub(crate) last: RowRef,
    midnight: i64,
    times: &'a [u32],
}

impl Piece<'_> {
    pub(crate) fn row(&self, row: u32) -> RowRef {
        RowRef { row, ts_ms: self.midnight + i64::from(self.times[row as usize]), ..self.first }
    }

    /// The first page view.
    pub(super) fn entry(&self) -> Option<RowRef> {
        (self.stretch.entry != NO_ROW).then(|| self.row(self.stretch.entry))
    }

    /// The last page view.
    pub(super) fn exit(&self) -> Option<RowRef> {
        (self.stretch.exit != NO_ROW).then(|| self.row(self.stretch.exit))
    }
}

/// Puts a person's stretches in order; its room is used again for everybody.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    history: &'a History,
    stretches: &'a [Arc<Stretches>],
    pieces: Vec<Piece<'a>>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(history: &'a History, stretches: &'a [Arc<Stretches>]) -> Self {
        Self { history, stretches, pieces: Vec::new() }
    }

    /// Those of a person's runs, in the order of their first rows.
    pub(crate) fn of(&mut self, runs: &[Run]) -> &[Piece<'a>] {
        self.pieces.clear();
        for (place, run) in runs.iter().enumerate() {
            let (midnight, times) = (self.history.midnight(run.block as usize), self.history.times(run.block as usize));
            let at = |row: u32, ms: u32| RowRef { ts_ms: midnight + i64::from(ms), block: run.block, row, run: place as u32 };
            self.pieces.extend(self.stretches[run.block as usize].of_run(run.run).iter().map(|stretch| Piece {
                stretch,
                first: at(stretch.first, stretch.first_ms),
                last: at(stretch.last, stretch.last_ms),
                midnight,
                times,
            }));
        }
        if !Ordered::already(self.history, runs) {
            self.pieces.sort_by(|a, b| Ordered::compare(self.history, &a.first, &b.first));
        }
        &self.pieces
    }

    /// One of those that were put in order last.
    pub(crate) fn at(&self, place: usize) -> Piece<'a> {
        self.pieces[place]
    }
}
