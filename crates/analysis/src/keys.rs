//! What events are broken down by: one number per distinct value, the same in all blocks.
//!
//! A value is its text: the number 10 and the text `10` are one value, as they are for a filter.

use std::collections::HashMap;
use std::sync::Arc;

use crate::history::History;
use crate::segment::{Attribute, Block, Codes, Column, ColumnKey, PropKey, PropKind, PropValue, Text, prop_of_rest};

/// What to break down by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// A built-in attribute.
    Text(Attribute),
    /// A prop, whatever its values are.
    Prop(Arc<str>),
}

impl Dimension {
    /// The columns that it is read from. Blocks lack those that none of their rows has a value for.
    pub fn columns(&self) -> Vec<ColumnKey> {
        match self {
            Self::Text(attribute) => vec![ColumnKey::Text(*attribute)],
            Self::Prop(name) => {
                let kinds = PropKind::ALL.map(|kind| ColumnKey::Prop(PropKey { name: Arc::clone(name), kind }));
                kinds.into_iter().chain([ColumnKey::RestProps]).collect()
            }
        }
    }
}

/// Pairs of two dictionaries' texts beyond this many are looked for in the rows instead of all being numbered.
const PAIRS_MAX: usize = 1 << 12;
/// The number of "no value".
pub const ABSENT: u32 = 0;

/// The value of every row, as a number.
#[derive(Clone, Debug)]
pub struct Keys {
    /// By number; `None` for [`ABSENT`].
    values: Vec<Option<Arc<str>>>,
    blocks: Vec<BlockKeys>,
}

#[derive(Clone, Debug)]
enum BlockKeys {
    /// Every row has this one.
    Same(u32),
    /// By the code in the block's own dictionary.
    Codes(ColumnKey, Vec<u32>),
    /// By the codes in two of its dictionaries: the first one's times the distinct texts of the second, plus the second one's.
    Pairs([ColumnKey; 2], Vec<u32>),
    /// By row.
    Rows(Vec<u32>),
}

/// A block's numbers, for reading row by row. What reads many rows asks once what they are, see [`with_keys`].
#[derive(Clone, Copy, Debug)]
pub enum KeyReader<'a> {
    /// Every row has this one.
    Same(u32),
    /// Codes and what they stand for.
    Codes(&'a Codes, &'a [u32]),
    /// Codes of two texts, the distinct ones of the second, and what pairs of codes stand for.
    Pairs(&'a Codes, &'a Codes, usize, &'a [u32]),
    /// By row.
    Rows(&'a [u32]),
}

/// Runs a body with `$key` bound to a function from a row to its number, one for each kind of reader.
macro_rules! with_keys {
    ($reader:expr, $key:ident => $body:expr) => {{
        use $crate::keys::KeyReader;
        use $crate::segment::Codes;
        match $reader {
            KeyReader::Same(key) => {
                let $key = |_: usize| key;
                $body
            }
            KeyReader::Codes(Codes::U8(codes), keys) => {
                let codes: &[u8] = codes;
                let $key = |row: usize| keys[codes[row] as usize];
                $body
            }
            KeyReader::Pairs(Codes::U8(first), Codes::U8(second), width, keys) => {
                let (first, second): (&[u8], &[u8]) = (first, second);
                let $key = |row: usize| keys[first[row] as usize * width + second[row] as usize];
                $body
            }
            reader => {
                let $key = |row: usize| reader.at(row);
                $body
            }
        }
    }};
}
pub(crate) use with_keys;

impl KeyReader<'_> {
    /// The number of a row's value.
    pub fn at(&self, row: usize) -> u32 {
        match self {
            Self::Same(key) => *key,
            Self::Codes(codes, keys) => keys[codes.at(row) as usize],
            Self::Pairs(first, second, width, keys) => keys[first.at(row) as usize * width + second.at(row) as usize],
            Self::Rows(keys) => keys[row],
        }
    }
}

/// Gives values their numbers.
#[derive(Default)]
struct Numbers {
    values: Vec<Option<Arc<str>>>,
    numbers: HashMap<Arc<str>, u32, foldhash::fast::RandomState>,
}

impl Numbers {
    fn of(&mut self, value: &str) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let value: Arc<str> = value.into();
        let number = self.values.len() as u32;
        self.values.push(Some(Arc::clone(&value)));
        self.numbers.insert(value, number);
        number
    }
}

impl Keys {
    /// One value for everything: not broken down at all.
    pub fn none(history: &History) -> Self {
        Self { values: vec![None], blocks: vec![BlockKeys::Same(ABSENT); history.blocks().len()] }
    }

    /// The values of a dimension, whose columns are loaded.
    pub fn of(history: &History, dimension: &Dimension) -> Self {
        Self::of_blocks(history.blocks().iter().map(Arc::as_ref), dimension)
    }

    fn of_blocks<'a>(blocks: impl Iterator<Item = &'a Block>, dimension: &Dimension) -> Self {
        let mut numbers = Numbers { values: vec![None], ..Numbers::default() };
        let blocks = blocks.map(|block| block_keys(block, dimension, &mut numbers)).collect();
        Self { values: numbers.values, blocks }
    }

    /// The values of one block's rows, by number, and the number of each row.
    pub(crate) fn of_block<T>(block: &Block, dimension: &Dimension, read: impl FnOnce(&[Option<Arc<str>>], KeyReader<'_>) -> T) -> T {
        let keys = Self::of_blocks(std::iter::once(block), dimension);
        read(&keys.values, keys.of_place(block, 0))
    }

    /// The pairs of two dimensions' values; `join` makes a pair's text.
    pub fn pairs(history: &History, first: &Self, second: &Self, join: impl Fn(Option<&str>, Option<&str>) -> String) -> Self {
        let mut numbers = Numbers { values: vec![None], ..Numbers::default() };
        let mut known = HashMap::<(u32, u32), u32, foldhash::fast::RandomState>::default();
        let mut number = |a, b| *known.entry((a, b)).or_insert_with(|| numbers.of(&join(first.value(a), second.value(b))));
        let blocks = first.blocks.iter().zip(&second.blocks).enumerate().map(|(block, held)| match held {
            (BlockKeys::Same(a), BlockKeys::Same(b)) => BlockKeys::Same(number(*a, *b)),
            (BlockKeys::Codes(column, keys), BlockKeys::Codes(other, others)) if keys.len() * others.len() <= PAIRS_MAX => {
                let pairs = keys.iter().flat_map(|a| others.iter().map(|b| (*a, *b)));
                BlockKeys::Pairs([column.clone(), other.clone()], pairs.map(|(a, b)| number(a, b)).collect())
            }
            _ => {
                let (a, b) = (first.reader(history, block), second.reader(history, block));
                BlockKeys::Rows((0..history.blocks()[block].rows).map(|row| number(a.at(row), b.at(row))).collect())
            }
        });
        let blocks = blocks.collect();
        Self { values: numbers.values, blocks }
    }

    /// The same rows under fewer numbers: `to[number]` is the new number, `values` are the new values.
    #[must_use]
    pub fn fold(&self, to: &[u32], values: Vec<Option<Arc<str>>>) -> Self {
        let map = |keys: &Vec<u32>| keys.iter().map(|key| to[*key as usize]).collect();
        let blocks = self.blocks.iter().map(|block| match block {
            BlockKeys::Same(key) => BlockKeys::Same(to[*key as usize]),
            BlockKeys::Codes(column, keys) => BlockKeys::Codes(column.clone(), map(keys)),
            BlockKeys::Pairs(columns, keys) => BlockKeys::Pairs(columns.clone(), map(keys)),
            BlockKeys::Rows(keys) => BlockKeys::Rows(map(keys)),
        });
        Self { blocks: blocks.collect(), values }
    }

    /// Distinct values, "no value" included. Not every pair of values need have a row.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// There is always at least "no value".
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The text of a number; `None` for "no value".
    pub fn value(&self, key: u32) -> Option<&str> {
        self.values[key as usize].as_deref()
    }

    /// The texts by number.
    pub fn values(&self) -> &[Option<Arc<str>>] {
        &self.values
    }

    /// The number of a text, if some row has it.
    pub fn find(&self, value: &str) -> Option<u32> {
        self.values.iter().position(|found| found.as_deref() == Some(value)).map(|key| key as u32)
    }

    /// A block's numbers.
    pub fn reader<'a>(&'a self, history: &'a History, block: usize) -> KeyReader<'a> {
        self.of_place(&history.blocks()[block], block)
    }

    fn of_place<'a>(&'a self, block: &'a Block, place: usize) -> KeyReader<'a> {
        match &self.blocks[place] {
            BlockKeys::Same(key) => KeyReader::Same(*key),
            BlockKeys::Rows(keys) => KeyReader::Rows(keys),
            BlockKeys::Codes(column, keys) => match block.text(column) {
                Some(text) => KeyReader::Codes(&text.codes, keys),
                None => KeyReader::Same(ABSENT),
            },
            BlockKeys::Pairs(columns, keys) => match columns.each_ref().map(|column| block.text(column)) {
                [Some(first), Some(second)] => KeyReader::Pairs(&first.codes, &second.codes, second.distinct(), keys),
                _ => KeyReader::Same(ABSENT),
            },
        }
    }
}

fn block_keys(block: &Block, dimension: &Dimension, numbers: &mut Numbers) -> BlockKeys {
    let columns: Vec<(ColumnKey, &Column)> =
        dimension.columns().into_iter().filter_map(|key| block.columns.get(&key).map(|column| (key, column.as_ref()))).collect();
    match &columns[..] {
        [] => BlockKeys::Same(ABSENT),
        [(key, Column::Text(text))] if *key != ColumnKey::RestProps => BlockKeys::Codes(key.clone(), by_code(text, numbers)),
        many => {
            let mut rows = vec![ABSENT; block.rows];
            for (key, column) in many {
                match (key, column) {
                    (ColumnKey::RestProps, Column::Text(text)) => fill_rest(&mut rows, text, dimension, numbers),
                    (_, Column::Text(text)) => {
                        fill(&mut rows, text, &by_code(text, numbers));
                    }
                    (_, Column::Number(number)) => {
                        for (row, value) in number.iter().enumerate() {
                            if let Some(value) = value {
                                rows[row] = numbers.of(&number_text(value));
                            }
                        }
                    }
                    _ => {}
                }
            }
            BlockKeys::Rows(rows)
        }
    }
}

fn by_code(text: &Text, numbers: &mut Numbers) -> Vec<u32> {
    (0..text.distinct() as u32).map(|code| text.value(code).map_or(ABSENT, |value| numbers.of(value))).collect()
}

/// Gives rows the key of their code, where it is one.
fn fill(rows: &mut [u32], text: &Text, keys: &[u32]) {
    for (row, key) in rows.iter_mut().enumerate() {
        let found = keys[text.codes.at(row) as usize];
        if found != ABSENT {
            *key = found;
        }
    }
}

/// Values of a prop that has no column of its own in this block.
fn fill_rest(rows: &mut [u32], text: &Text, dimension: &Dimension, numbers: &mut Numbers) {
    let Dimension::Prop(name) = dimension else { return };
    let of_object = |object: &str| {
        prop_of_rest(object, name).map(|value| match value {
            PropValue::Text(text) => text.into_owned(),
            PropValue::Number(number) => number_text(number),
            PropValue::Bool(flag) => flag.to_string(),
        })
    };
    let keys: Vec<u32> =
        (0..text.distinct() as u32).map(|code| text.value(code).and_then(of_object).map_or(ABSENT, |value| numbers.of(&value))).collect();
    fill(rows, text, &keys);
}

/// A number as a value's text: the shortest that reads back as the same number, whole ones without a point.
pub fn number_text(number: f64) -> String {
    number.to_string()
}
