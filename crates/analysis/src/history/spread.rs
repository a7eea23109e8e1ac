//! Rows into the buckets of a frame.
//!
//! Bounds of buckets lie on quarters of an hour in every zone, so a table of a day's 96 quarters says which bucket a time
//! belongs to, whatever clocks do on that day.

use chrono::{DateTime, Utc};

use super::{History, RowRef};
use crate::calendar::Frame;
use crate::segment::{QUARTER_MS, QUARTERS};

/// Stands for "in no bucket".
pub const OUT: u16 = u16::MAX;

/// The bucket of every quarter of an hour of a UTC day.
#[derive(Clone, Debug)]
pub struct Quarters([u16; QUARTERS]);

impl Quarters {
    /// The bucket of a quarter of the day, or [`OUT`].
    #[inline(always)]
    pub fn bucket(&self, quarter: u8) -> u16 {
        self.0[usize::from(quarter).min(QUARTERS - 1)]
    }

    /// The bucket of all of them, if it is one.
    fn only(&self) -> Option<u16> {
        self.0.iter().all(|bucket| *bucket == self.0[0]).then_some(self.0[0])
    }
}

/// The buckets of every block's day.
#[derive(Clone, Debug)]
pub struct Spread {
    blocks: Vec<Quarters>,
    /// The one bucket that all rows of a block lie in.
    whole: Vec<Option<u16>>,
}

impl Spread {
    /// By the buckets of a frame.
    pub fn over(history: &History, frame: &Frame) -> Self {
        Self::by(history, |quarter| frame.index_of(quarter).map_or(OUT, |bucket| bucket as u16))
    }

    /// By a bucket for each quarter's start.
    pub fn by(history: &History, bucket: impl Fn(DateTime<Utc>) -> u16) -> Self {
        let start = |block: usize, quarter: usize| {
            DateTime::from_timestamp_millis(history.midnight(block) + quarter as i64 * i64::from(QUARTER_MS)).unwrap_or_default()
        };
        let table = |block: usize| Quarters(std::array::from_fn(|quarter| bucket(start(block, quarter))));
        let blocks: Vec<Quarters> = (0..history.blocks().len()).map(table).collect();
        Self { whole: blocks.iter().map(Quarters::only).collect(), blocks }
    }

    /// All buckets as one.
    #[must_use]
    pub fn joined(&self) -> Self {
        let join = |bucket: u16| if bucket == OUT { OUT } else { 0 };
        let blocks: Vec<_> = self.blocks.iter().map(|table| Quarters(table.0.map(join))).collect();
        Self { whole: blocks.iter().map(Quarters::only).collect(), blocks }
    }

    /// The bucket of a time of a block's day, or [`OUT`].
    pub fn bucket(&self, block: usize, time: u32) -> u16 {
        self.blocks[block].0[(time as usize / QUARTER_MS as usize).min(QUARTERS - 1)]
    }

    /// The bucket of a row, or [`OUT`].
    pub fn bucket_of(&self, history: &History, row: &RowRef) -> u16 {
        let block = row.block as usize;
        self.bucket(block, (row.ts_ms - history.midnight(block)) as u32)
    }

    /// The buckets of a block's day.
    pub fn quarters(&self, block: usize) -> &Quarters {
        &self.blocks[block]
    }

    /// The bucket that all of a block's rows lie in, if it is one ([`OUT`] included).
    pub fn whole(&self, block: usize) -> Option<u16> {
        self.whole[block]
    }
}
