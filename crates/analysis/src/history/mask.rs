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
    pub fn of_codes<C: Copy + PartialEq + Into<u32> + TryFrom<u32>>(codes: &[C], table: &[bool]) -> Self {
        let mut chosen = (0..table.len() as u32).filter(|code| table[*code as usize]);
        match (chosen.next(), chosen.next()) {
            (None, _) => Self::filled(codes.len(), false),
            // By far the most frequent, and without a look at the table it is a comparison of whole registers.
            (Some(only), None) => match C::try_from(only) {
                Ok(only) => Self::of_chunks(codes, |code| code == only),
                Err(_) => Self::filled(codes.len(), false),
            },
            _ => Self::of_chunks(codes, |code| table[code.into() as usize]),
        }
    }

    fn of_chunks<C: Copy>(codes: &[C], is: impl Fn(C) -> bool) -> Self {
        /// Flags become bits eight at a time: the product moves the lowest bit of each byte into the highest byte.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let word = |flags: &[u8; 64]| {
            let bytes = flags.as_chunks::<8>().0.iter().map(|flags| u64::from_le_bytes(*flags).wrapping_mul(GATHER) >> 56);
            bytes.enumerate().fold(0, |word, (place, byte)| word | (byte << (place * 8)))
        };
        // Chunks whose length is known become comparisons of whole registers.
        let (chunks, rest) = codes.as_chunks::<64>();
        let mut words = Vec::with_capacity(codes.len().div_ceil(64));
        words.extend(chunks.iter().map(|codes| word(&codes.map(|code| u8::from(is(code))))));
        if !rest.is_empty() {
            let mut flags = [0_u8; 64];
            flags.iter_mut().zip(rest).for_each(|(flag, code)| *flag = u8::from(is(*code)));
            words.push(word(&flags));
        }
        Self { words, rows: codes.len() }
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
    #[inline]
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
        let mut within = Within { words: &self.words, index: range.start / 64, word: 0, range };
        within.load();
        within
    }

    /// 64 rows at once: a bit for each row from `index * 64` on.
    #[inline]
    pub fn word(&self, index: usize) -> u64 {
        self.words[index]
    }

    /// How many rows it holds within `range`.
    pub fn count_within(&self, range: Range<usize>) -> usize {
        let mut within = Within { words: &self.words, index: range.start / 64, word: 0, range };
        let mut count = 0;
        while within.index * 64 < within.range.end {
            within.load();
            count += within.word.count_ones() as usize;
            within.index += 1;
        }
        count
    }
}

/// Most ranges are one person's rows on one day, so beginning must be as cheap as going on.
struct Within<'a> {
    words: &'a [u64],
    index: usize,
    /// What is left of the word at hand.
    word: u64,
    range: Range<usize>,
}

impl Within<'_> {
    fn load(&mut self) {
        let first = self.index * 64;
        if first >= self.range.end {
            return;
        }
        self.word = self.words[self.index];
        if first < self.range.start {
            self.word &= u64::MAX << (self.range.start - first);
        }
        if self.range.end - first < 64 {
            self.word &= (1 << (self.range.end - first)) - 1;
        }
    }
}

impl Iterator for Within<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.index += 1;
            if self.index * 64 >= self.range.end {
                return None;
            }
            self.load();
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.index * 64 + bit)
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
            prop_assert_eq!(mask.count_within(range.clone()), mask.within(range.clone()).count());
            prop_assert_eq!(mask.count(), bits.iter().filter(|bit| **bit).count());
            mask.invert();
            prop_assert_eq!(mask.within(range.clone()).collect::<Vec<_>>(), range.filter(|row| !bits[*row]).collect::<Vec<_>>());
        }

        #[test]
        fn codes_are_chosen_by_their_places_in_the_table(codes in prop::collection::vec(0_u8..6, 0..300), table: [bool; 6]) {
            prop_assert_eq!(Mask::of_codes(&codes, &table), Mask::of(codes.len(), |row| table[codes[row] as usize]));
            let wide: Vec<u32> = codes.iter().map(|code| (*code).into()).collect();
            prop_assert_eq!(Mask::of_codes(&wide, &table), Mask::of_codes(&codes, &table));
        }
    }
}
