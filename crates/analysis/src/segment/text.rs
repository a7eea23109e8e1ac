//! Texts by dictionary: a small number per row, each text once.

use std::collections::HashMap;

use arrow_array::{Array as _, StringArray};
use arrow_buffer::ScalarBuffer;
use foldhash::fast::RandomState;

/// A column of texts. Code 0 means that the row has none; code `c` is `values[c]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// One per row.
    pub codes: Codes,
    /// By code; the first is null.
    pub values: StringArray,
}

/// Numbers into a dictionary, as narrow as they can be.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Codes {
    U8(ScalarBuffer<u8>),
    U16(ScalarBuffer<u16>),
    U32(ScalarBuffer<u32>),
}

/// Runs a body with `$codes` bound to the slice of codes, whatever its width.
#[macro_export]
macro_rules! with_codes {
    ($column:expr, $codes:ident => $body:expr) => {
        match &$column {
            $crate::segment::Codes::U8(buffer) => {
                let $codes: &[u8] = buffer;
                $body
            }
            $crate::segment::Codes::U16(buffer) => {
                let $codes: &[u16] = buffer;
                $body
            }
            $crate::segment::Codes::U32(buffer) => {
                let $codes: &[u32] = buffer;
                $body
            }
        }
    };
}

impl Codes {
    /// The narrowest form for codes below `distinct`.
    pub(super) fn narrow(codes: Vec<u32>, distinct: usize) -> Self {
        if distinct <= 1 << 8 {
            Self::U8(codes.into_iter().map(|code| code as u8).collect())
        } else if distinct <= 1 << 16 {
            Self::U16(codes.into_iter().map(|code| code as u16).collect())
        } else {
            Self::U32(codes.into())
        }
    }

    /// Rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    /// The code of a row.
    pub fn at(&self, row: usize) -> u32 {
        match self {
            Self::U8(codes) => codes[row].into(),
            Self::U16(codes) => codes[row].into(),
            Self::U32(codes) => codes[row],
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::U8(codes) => codes.inner().capacity(),
            Self::U16(codes) => codes.inner().capacity(),
            Self::U32(codes) => codes.inner().capacity(),
        }
    }
}

impl Text {
    /// Distinct texts, plus one for absent.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    /// The text of a code; `None` for code 0.
    pub fn value(&self, code: u32) -> Option<&str> {
        (code != 0).then(|| self.values.value(code as usize))
    }

    /// The text of a row.
    pub fn at(&self, row: usize) -> Option<&str> {
        self.value(self.codes.at(row))
    }

    pub(super) fn memory(&self) -> usize {
        self.codes.memory() + self.values.get_array_memory_size()
    }
}

/// Gives texts their codes, in the order of their first use.
pub(super) struct Dictionary<'a> {
    values: Vec<&'a str>,
    codes: HashMap<&'a str, u32, RandomState>,
    /// Text of the row before and its code: neighbours are often equal.
    last: (&'a str, u32),
}

impl<'a> Dictionary<'a> {
    pub(super) fn new() -> Self {
        Self { values: Vec::new(), codes: HashMap::default(), last: ("", 0) }
    }

    pub(super) fn code(&mut self, text: &'a str) -> u32 {
        if self.last.1 != 0 && self.last.0 == text {
            return self.last.1;
        }
        let next = self.values.len() as u32 + 1;
        let code = *self.codes.entry(text).or_insert(next);
        if code == next {
            self.values.push(text);
        }
        self.last = (text, code);
        code
    }

    /// Distinct texts, plus one for absent.
    pub(super) fn distinct(&self) -> usize {
        self.values.len() + 1
    }

    pub(super) fn into_values(self) -> StringArray {
        std::iter::once(None).chain(self.values.into_iter().map(Some)).collect()
    }
}

/// A column from the texts of its rows; `None` when no row has one.
pub(super) fn column<'a>(rows: impl Iterator<Item = Option<&'a str>>) -> Option<Text> {
    let mut dictionary = Dictionary::new();
    let codes: Vec<u32> = rows.map(|text| text.map_or(0, |text| dictionary.code(text))).collect();
    finish(codes, dictionary)
}

pub(super) fn finish(codes: Vec<u32>, dictionary: Dictionary<'_>) -> Option<Text> {
    let distinct = dictionary.distinct();
    (distinct > 1).then(|| Text { codes: Codes::narrow(codes, distinct), values: dictionary.into_values() })
}
