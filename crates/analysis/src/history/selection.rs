//! Which rows an analysis counts.

use std::ops::Range;

use rayon::prelude::*;

use super::History;
use super::mask::Mask;
use crate::segment::Block;

/// The chosen rows of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Rows {
    All,
    None,
    Some(Mask),
}

impl Rows {
    /// Whether a row is chosen.
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Some(mask) => mask.has(row),
        }
    }

    /// Which of the rows `index * 64..index * 64 + 64` are chosen, a bit for each; rows beyond the block may be, too.
    #[inline]
    pub fn word(&self, index: usize) -> u64 {
        match self {
            Self::All => u64::MAX,
            Self::None => 0,
            Self::Some(mask) => mask.word(index),
        }
    }

    /// The words (see [`Self::word`]) that `range` touches, with their places, and of them only the rows of `range`.
    #[inline]
    pub fn words(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> + '_ {
        (range.start / 64..range.end.div_ceil(64)).map(move |index| {
            let from = range.start.saturating_sub(index * 64);
            let until = (range.end - index * 64).min(64);
            (index, self.word(index) & (u64::MAX << from) & (u64::MAX >> (64 - until)))
        })
    }

    /// How many rows of `range` are chosen.
    pub fn count(&self, range: Range<usize>) -> usize {
        match self {
            Self::All => range.len(),
            Self::None => 0,
            Self::Some(mask) => mask.count_within(range),
        }
    }

    /// Calls `each` for the chosen rows of `range`, rising.
    #[inline]
    pub fn for_each(&self, range: Range<usize>, each: impl FnMut(usize)) {
        match self {
            Self::All => range.for_each(each),
            Self::None => {}
            Self::Some(mask) => mask.within(range).for_each(each),
        }
    }

    /// Whether `is` holds for a chosen row of `range`.
    pub fn any(&self, mut range: Range<usize>, is: impl Fn(usize) -> bool) -> bool {
        match self {
            Self::All => range.any(is),
            Self::None => false,
            Self::Some(mask) => mask.within(range).any(is),
        }
    }

    /// The first chosen row of `range`.
    pub fn first(&self, mut range: Range<usize>) -> Option<usize> {
        match self {
            Self::All => range.next(),
            Self::None => None,
            Self::Some(mask) => mask.within(range).next(),
        }
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::All, rows) | (rows, Self::All) => rows,
            (Self::Some(mut mask), Self::Some(other)) => {
                mask.and(&other);
                mask.into()
            }
        }
    }

    /// Those that are in one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::None, rows) | (rows, Self::None) => rows,
            (Self::Some(mut mask), Self::Some(other)) => {
                mask.or(&other);
                mask.into()
            }
        }
    }

    /// The others.
    #[must_use]
    pub fn others(self) -> Self {
        match self {
            Self::All => Self::None,
            Self::None => Self::All,
            Self::Some(mut mask) => {
                mask.invert();
                Self::Some(mask)
            }
        }
    }
}

impl From<Mask> for Rows {
    fn from(mask: Mask) -> Self {
        match mask.count() {
            0 => Self::None,
            count if count == mask.rows() => Self::All,
            _ => Self::Some(mask),
        }
    }
}

/// The chosen rows of each block of a history, by the block's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection(pub Vec<Rows>);

impl Selection {
    /// Every row of so many blocks.
    pub fn all(blocks: usize) -> Self {
        Self(vec![Rows::All; blocks])
    }

    /// No row of so many blocks.
    pub fn none(blocks: usize) -> Self {
        Self(vec![Rows::None; blocks])
    }

    /// What is chosen of each block, found in parallel.
    pub fn of(history: &History, rows: impl Fn(&Block) -> Rows + Sync) -> Self {
        Self(history.blocks().par_iter().map(|block| rows(block)).collect())
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.into_iter().zip(other.0).map(|(a, b)| a.and(b)).collect())
    }

    /// Those that are in one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.into_iter().zip(other.0).map(|(a, b)| a.or(b)).collect())
    }
}

impl std::ops::Index<usize> for Selection {
    type Output = Rows;

    fn index(&self, block: usize) -> &Rows {
        &self.0[block]
    }
}
