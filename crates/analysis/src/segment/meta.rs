//! What is known of a segment without reading its columns: enough to leave out those that cannot matter.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::key::ColumnKey;
use super::{Block, Column, Number, Text, props};

/// Texts are listed where there are at most so many, of at most so many bytes.
const VALUES_MAX: usize = 256;
const VALUES_BYTES_MAX: usize = 4_096;

/// The description of a segment, stored as JSON beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Events.
    pub rows: usize,
    /// Actors.
    pub actors: usize,
    /// The earliest time, in milliseconds since midnight UTC.
    pub first: u32,
    /// The latest time.
    pub last: u32,
    /// What is stored apart: a query reads the parts that hold its columns.
    pub parts: Vec<PartMeta>,
    /// What is known of columns whose values can rule the segment out.
    pub columns: BTreeMap<ColumnKey, ColumnStats>,
}

/// One stored part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartMeta {
    /// Its columns.
    pub columns: Vec<ColumnKey>,
    /// Its size as stored.
    pub bytes: usize,
}

/// What is known of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnStats {
    /// Every text that occurs, and whether some rows have none.
    Values {
        /// The texts, sorted.
        values: BTreeSet<String>,
        /// Some rows have none.
        absent: bool,
    },
    /// Too many texts to list them.
    Distinct(usize),
    /// The least and the greatest number.
    Span(f64, f64),
    /// The keys of the objects, when there are few.
    Keys(BTreeSet<String>),
}

impl Meta {
    /// Describes a block; its parts are added as they are encoded.
    pub(super) fn of(block: &Block) -> Self {
        let stats = |(key, column): (&ColumnKey, &std::sync::Arc<Column>)| {
            let stats = match (key, column.as_ref()) {
                (ColumnKey::RestProps, Column::Text(text)) => ColumnStats::of_rest(text)?,
                (ColumnKey::Text(_) | ColumnKey::Prop(_), Column::Text(text)) => ColumnStats::of_text(text),
                (ColumnKey::Prop(_), Column::Number(number)) => ColumnStats::of_number(number)?,
                _ => return None,
            };
            Some((key.clone(), stats))
        };
        let times = block.times();
        Self {
            rows: block.rows,
            actors: block.runs().map_or(0, super::Runs::len),
            first: times.iter().copied().min().unwrap_or(0),
            last: times.iter().copied().max().unwrap_or(0),
            parts: Vec::new(),
            columns: block.columns.iter().filter_map(stats).collect(),
        }
    }

    /// Bytes of all parts.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// The part that holds a column.
    pub fn part_of(&self, key: &ColumnKey) -> Option<usize> {
        self.parts.iter().position(|part| part.columns.contains(key))
    }

    /// Whether some JSON object of [`ColumnKey::RestProps`] may hold this key.
    pub fn rest_may_hold(&self, name: &str) -> bool {
        self.part_of(&ColumnKey::RestProps).is_some()
            && match self.columns.get(&ColumnKey::RestProps) {
                Some(ColumnStats::Keys(keys)) => keys.contains(name),
                _ => true,
            }
    }
}

impl ColumnStats {
    fn of_text(text: &Text) -> Self {
        let bytes: usize = text.values.iter().flatten().map(str::len).sum();
        if text.distinct() > VALUES_MAX || bytes > VALUES_BYTES_MAX {
            return Self::Distinct(text.distinct() - 1);
        }
        let absent = crate::with_codes!(text.codes, codes => codes.contains(&0));
        Self::Values { values: text.values.iter().flatten().map(str::to_owned).collect(), absent }
    }

    fn of_number(number: &Number) -> Option<Self> {
        let mut values = number.iter().flatten();
        let first = values.next()?;
        let (least, most) = values.fold((first, first), |(least, most), value| (least.min(value), most.max(value)));
        Some(Self::Span(least, most))
    }

    fn of_rest(text: &Text) -> Option<Self> {
        let mut keys = BTreeSet::new();
        for object in text.values.iter().flatten() {
            keys.extend(props::keys(object));
            if keys.len() > VALUES_MAX {
                return None;
            }
        }
        Some(Self::Keys(keys))
    }
}
