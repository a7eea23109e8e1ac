//! Segments: immutable blocks of one project's events, in columns.
//!
//! A segment holds events of one UTC day (by their corrected time), sorted by actor. Rows of one actor are a run; rows
//! without an actor stand at the end. A column that no row has a value for is not there at all, so an absent column means
//! "absent in every row" (of [`ColumnKey::Weight`]: 1 in every row).
//!
//! One actor's events are ordered by time, then by the device's own `seq`, then by what is random in their ids. Ingest
//! lets the times of one installation rise with `seq` within a batch, so a clock that was set back does not turn a step
//! and the one before it round. The order depends on nothing but the events, so it is the same however they are segmented.
//!
//! Times are kept in milliseconds. Numbers are f64, as JSON's are for everybody who reads them.

mod codec;
mod draft;
mod event_id;
mod first_times;
mod key;
mod merge;
mod meta;
mod number;
mod props;
mod runs;
mod text;
mod times;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array as _, FixedSizeBinaryArray, Int64Array};
use chrono::NaiveDate;

pub use codec::{Part, decode, encode, whole};
pub use draft::{Draft, EventRow};
pub use event_id::EventIds;
pub use first_times::first_times;
pub use key::{Attribute, ColumnKey, PropKey, PropKind};
pub use merge::{ROWS_MAX, merge};
pub use meta::{ColumnStats, Meta, PartMeta};
pub use number::Number;
pub(crate) use props::Rest;
pub use props::{PropValue, prop_of_rest};
pub use runs::{NO_ACTOR, Runs};
pub use text::{Codes, Text};
pub use times::{QUARTER_MS, QUARTERS, Times};

/// Milliseconds of a UTC day.
pub const DAY_MS: i64 = 86_400_000;

/// One column of a segment. Its length is the segment's rows, but for [`Column::Runs`].
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whose rows are whose.
    Runs(Runs),
    /// When.
    Time(Times),
    /// Whole numbers, absent where null.
    Whole(Int64Array),
    /// Numbers, absent where null.
    Number(Number),
    /// Texts by dictionary.
    Text(Text),
    /// Bytes of one length, absent where null.
    Bytes(FixedSizeBinaryArray),
}

impl Column {
    /// How many rows it has; `None` for the run table, which has rows of its own.
    pub fn rows(&self) -> Option<usize> {
        Some(match self {
            Self::Runs(_) => return None,
            Self::Time(times) => times.millis().len(),
            Self::Whole(array) => array.len(),
            Self::Number(number) => number.len(),
            Self::Text(text) => text.codes.len(),
            Self::Bytes(array) => array.len(),
        })
    }

    /// Bytes in memory, for bounding caches.
    pub fn memory(&self) -> usize {
        match self {
            Self::Runs(runs) => runs.memory(),
            Self::Time(times) => times.memory(),
            Self::Whole(array) => array.get_array_memory_size(),
            Self::Number(number) => number.memory(),
            Self::Text(text) => text.memory(),
            Self::Bytes(array) => array.get_array_memory_size(),
        }
    }
}

/// Columns of one segment: all of them where the worker writes and compaction merges, those that it reads where a query
/// holds it, see [`crate::history`].
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The UTC day of its events.
    pub day: NaiveDate,
    /// Events in it.
    pub rows: usize,
    /// The columns that are there.
    pub columns: BTreeMap<ColumnKey, Arc<Column>>,
}

impl Block {
    /// The run table.
    pub fn runs(&self) -> Option<&Runs> {
        match self.columns.get(&ColumnKey::Runs).map(AsRef::as_ref) {
            Some(Column::Runs(runs)) => Some(runs),
            _ => None,
        }
    }

    /// Each row's time.
    pub fn times(&self) -> &[u32] {
        match self.columns.get(&ColumnKey::Time).map(AsRef::as_ref) {
            Some(Column::Time(times)) => times.millis(),
            _ => &[],
        }
    }

    /// A column of texts.
    pub fn text(&self, key: &ColumnKey) -> Option<&Text> {
        match self.columns.get(key).map(AsRef::as_ref) {
            Some(Column::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A column of numbers.
    pub fn number(&self, key: &ColumnKey) -> Option<&Number> {
        match self.columns.get(key).map(AsRef::as_ref) {
            Some(Column::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// A column of whole numbers.
    pub fn whole(&self, key: &ColumnKey) -> Option<&Int64Array> {
        match self.columns.get(key).map(AsRef::as_ref) {
            Some(Column::Whole(array)) => Some(array),
            _ => None,
        }
    }

    /// A column of bytes.
    pub fn bytes(&self, key: &ColumnKey) -> Option<&FixedSizeBinaryArray> {
        match self.columns.get(key).map(AsRef::as_ref) {
            Some(Column::Bytes(array)) => Some(array),
            _ => None,
        }
    }
}
