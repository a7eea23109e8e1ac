//! A bit per row.

use std::ops::Range;

/// Some of the rows of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    /// The rows for which `is` holds.
    pub fn of(rows: usize, mut is: impl FnMut(usize) -> bool) -> Self {
        let words = (0..rows.div_ceil(64)).map(|word| {
            let rows = word * 64..rows.min(word * 64 + 64);
            rows.enumerate().fold(0, |bits, (bit, row)| bits | (u64::from(is(row)) << bit))
        });
        Self { words: words.collect(), rows }
    }

    /// No row, or every row.
    pub fn filled(rows: usize, with: bool) -> Self {
        let mut mask = Self { words: vec![if with { u64::MAX } else { 0 }; rows.div_ceil(64)], rows };
        mask.trim();
        mask
    }

    /// The rows whose code's place in `table` holds true.
    pub fn of_codes<C: Copy + Into<u32>>(codes: &[C], table: &[bool]) -> Self {
        let words = codes
            .chunks(64)
            .map(|codes| codes.iter().enumerate().fold(0, |bits, (bit, code)| bits | (u64::from(table[(*code).into() as usize]) << bit)));
        Self { words: words.collect(), rows: codes.len() }
    }

    /// Takes in a range of rows.
    pub fn fill(&mut self, range: Range<usize>) {
        for row in range {
            self.words[row / 64] |= 1 << (row % 64);
        }
    }

    /// Keeps what both hold.
    pub fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Takes in what the other holds.
    pub fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Turns every bit round.
    pub fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    fn trim(&mut self) {
        if let (Some(last), over @ 1..) = (self.words.last_mut(), self.rows % 64) {
            *last &= (1 << over) - 1;
        }
    }

    /// Whether it holds a row.
    pub fn has(&self, row: usize) -> bool {
        self.words[row / 64] & (1 << (row % 64)) != 0
    }

    /// Rows that it holds.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Rows that it was made for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows that it holds within `range`, rising.
    pub fn within(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let words = if range.is_empty() { 0..0 } else { range.start / 64..range.end.div_ceil(64) };
        words.flat_map(move |index| {
            let mut word = self.words[index];
            if index == range.start / 64 {
                word &= u64::MAX << (range.start % 64);
            }
            if index == range.end / 64 {
                word &= (1_u64 << (range.end % 64)) - 1;
            }
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_mask_is_the_set_of_its_rows(bits in prop::collection::vec(any::<bool>(), 1..300), from in 0_usize..300, len in 0_usize..300) {
            let range = from.min(bits.len())..(from + len).min(bits.len());
            let mut mask = Mask::of(bits.len(), |row| bits[row]);
            prop_assert_eq!(mask.within(range.clone()).collect::<Vec<_>>(), range.clone().filter(|row| bits[*row]).collect::<Vec<_>>());
            prop_assert_eq!(mask.count(), bits.iter().filter(|bit| **bit).count());
            mask.invert();
            prop_assert_eq!(mask.within(range.clone()).collect::<Vec<_>>(), range.filter(|row| !bits[*row]).collect::<Vec<_>>());
        }
    }
}
