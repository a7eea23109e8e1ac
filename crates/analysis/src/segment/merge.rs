//! Several blocks of one day into few large ones. What is counted never changes by it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::{Array as _, FixedSizeBinaryArray};

use super::draft::{bytes, offset, weights, whole};
use super::key::{ColumnKey, PropKey, PropKind};
use super::props::{self, PropValue, Rest};
use super::runs::Runs;
use super::text::{self, Dictionary};
use super::{Block, Column, Number, Text};

/// Rows of one segment. More of one day make several, cut between actors, so that each actor's rows stay together.
pub const ROWS_MAX: usize = 1 << 20;

/// A row of one of the blocks.
#[derive(Clone, Copy, Debug)]
struct Source {
    block: u32,
    row: u32,
}

/// The rows of all blocks whose actor is not in `without`, sorted, in blocks of about [`ROWS_MAX`] rows. Nothing is left
/// of what no row holds any more: dictionaries are made anew.
pub fn merge(blocks: &[&Block], without: &HashSet<u32>) -> Vec<Block> {
    let Some(day) = blocks.first().map(|block| block.day) else { return Vec::new() };
    let rows = sorted(blocks, without);
    cut(&rows)
        .into_iter()
        .map(|rows| Block { day, rows: rows.len(), columns: Gather { blocks, rows }.columns() })
        .filter(|block| block.rows > 0)
        .collect()
}

/// A row's place: actor and time in one number, which decides nearly always.
type Sorted = (u64, Source);

fn sorted(blocks: &[&Block], without: &HashSet<u32>) -> Vec<Sorted> {
    let mut rows = Vec::with_capacity(blocks.iter().map(|block| block.rows).sum());
    for (index, block) in blocks.iter().enumerate() {
        let actors = block.runs().map(|runs| runs.expand(block.rows)).unwrap_or_default();
        let places = actors.iter().zip(block.times()).enumerate();
        rows.extend(
            places.filter(|(_, (actor, _))| !without.contains(actor)).map(|(row, (actor, time))| {
                ((u64::from(*actor) << 32) | u64::from(*time), Source { block: index as u32, row: row as u32 })
            }),
        );
    }
    let ties: Vec<Ties<'_>> = blocks.iter().map(|block| Ties::of(block)).collect();
    rows.sort_unstable_by(|(a_place, a), (b_place, b)| {
        a_place.cmp(b_place).then_with(|| {
            let (a_ties, b_ties) = (&ties[a.block as usize], &ties[b.block as usize]);
            a_ties.cmp(a.row as usize, b_ties, b.row as usize)
        })
    });
    rows
}

/// What tells rows of one actor and millisecond apart.
struct Ties<'a> {
    seq: Option<&'a arrow_array::Int64Array>,
    id: [Option<&'a FixedSizeBinaryArray>; 2],
    id_time: Option<&'a arrow_array::Int64Array>,
}

impl<'a> Ties<'a> {
    fn of(block: &'a Block) -> Self {
        Self {
            seq: block.whole(&ColumnKey::Seq),
            id: [block.bytes(&ColumnKey::IdTie), block.bytes(&ColumnKey::IdRest)],
            id_time: block.whole(&ColumnKey::IdTime),
        }
    }

    fn seq(&self, row: usize) -> Option<i64> {
        self.seq.filter(|seq| !seq.is_null(row)).map(|seq| seq.value(row))
    }

    /// The order is that of `draft::key`: `seq`, tie, then the whole id, whose front is the time within it.
    fn cmp(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        let part = |ties: &Self, part: usize, row: usize| ties.id[part].map(|array| array.value(row).to_vec());
        let time = |ties: &Self, row: usize| ties.id_time.map_or(0, |times| times.value(row));
        self.seq(row)
            .cmp(&other.seq(other_row))
            .then_with(|| part(self, 0, row).cmp(&part(other, 0, other_row)))
            .then_with(|| time(self, row).cmp(&time(other, other_row)))
            .then_with(|| part(self, 1, row).cmp(&part(other, 1, other_row)))
    }
}

fn actor(row: &Sorted) -> u32 {
    (row.0 >> 32) as u32
}

/// Pieces of about equal size, cut between actors.
fn cut(rows: &[Sorted]) -> Vec<&[Sorted]> {
    let pieces = rows.len().div_ceil(ROWS_MAX).max(1);
    let size = rows.len().div_ceil(pieces);
    let mut cut = Vec::with_capacity(pieces);
    let mut rest = rows;
    while rest.len() > size {
        let last = actor(&rest[size - 1]);
        let end = size + rest[size..].iter().take_while(|row| actor(row) == last).count();
        let (piece, after) = rest.split_at(end);
        cut.push(piece);
        rest = after;
    }
    cut.push(rest);
    cut
}

/// The columns of some rows.
struct Gather<'a> {
    blocks: &'a [&'a Block],
    rows: &'a [Sorted],
}

impl<'a> Gather<'a> {
    fn columns(&self) -> BTreeMap<ColumnKey, Arc<Column>> {
        let keys: BTreeSet<&ColumnKey> = self.blocks.iter().flat_map(|block| block.columns.keys()).collect();
        let crowd = self.crowded_out(&keys);
        let mut columns = BTreeMap::new();
        for key in keys {
            let column = match key {
                ColumnKey::Runs => Some(Column::Runs(Runs::of_sorted(self.rows.iter().map(actor)))),
                ColumnKey::Time => Some(Column::Time(self.rows.iter().map(|(place, _)| *place as u32).collect())),
                ColumnKey::Seq => whole(self.wholes(key)),
                ColumnKey::IdTime => offset(self.wholes(key).map(Option::unwrap_or_default)),
                ColumnKey::Weight => weights(self.numbers(key).map(|weight| weight.unwrap_or(1.0))),
                ColumnKey::Trace => bytes(self.bytes::<16>(key)),
                ColumnKey::IdTie => bytes(self.bytes::<4>(key)),
                ColumnKey::IdRest => bytes(self.bytes::<6>(key)),
                ColumnKey::Text(_) => self.text(key),
                ColumnKey::Prop(prop) if crowd.contains(prop.name.as_ref()) => None,
                ColumnKey::Prop(PropKey { kind: PropKind::Number, .. }) => {
                    Number::pack(&self.numbers(key).collect::<Vec<_>>()).map(Column::Number)
                }
                ColumnKey::Prop(_) => self.text(key),
                ColumnKey::RestProps if crowd.is_empty() => self.text(key),
                ColumnKey::RestProps => None,
            };
            columns.extend(column.map(|column| (key.clone(), Arc::new(column))));
        }
        if !crowd.is_empty() {
            columns.extend(self.rest(&crowd).map(|rest| (ColumnKey::RestProps, Arc::new(Column::Text(rest)))));
        }
        columns
    }

    /// For each row its block's column, and its row there.
    fn of<T: Copy + 'a>(&self, column: impl Fn(&'a Block) -> Option<T>) -> impl Iterator<Item = (Option<T>, usize)> {
        let columns: Vec<Option<T>> = self.blocks.iter().map(|block| column(block)).collect();
        self.rows.iter().map(move |(_, source)| (columns[source.block as usize], source.row as usize))
    }

    fn wholes(&self, key: &ColumnKey) -> impl Iterator<Item = Option<i64>> {
        self.of(|block| block.whole(key)).map(|(array, row)| array.filter(|array| !array.is_null(row)).map(|array| array.value(row)))
    }

    fn numbers(&self, key: &ColumnKey) -> impl Iterator<Item = Option<f64>> {
        self.of(|block| block.number(key)).map(|(number, row)| number.and_then(|number| number.at(row)))
    }

    fn bytes<const N: usize>(&self, key: &ColumnKey) -> impl Iterator<Item = Option<[u8; N]>> {
        self.of(|block| block.bytes(key))
            .map(|(array, row)| array.filter(|array| !array.is_null(row)).and_then(|array| array.value(row).try_into().ok()))
    }

    fn text(&self, key: &ColumnKey) -> Option<Column> {
        let texts: Vec<Option<&Text>> = self.blocks.iter().map(|block| block.text(key)).collect();
        let mut dictionary = Dictionary::new();
        let mut known: Vec<Vec<u32>> = texts.iter().map(|text| vec![0; text.map_or(0, Text::distinct)]).collect();
        let codes = self.rows.iter().map(|(_, Source { block, row })| {
            let block = *block as usize;
            let Some(text) = texts[block] else { return 0 };
            let code = text.codes.at(*row as usize);
            let known = &mut known[block][code as usize];
            match text.value(code) {
                Some(value) if *known == 0 => *known = dictionary.code(value),
                _ => {}
            }
            *known
        });
        let codes = codes.collect();
        text::finish(codes, dictionary).map(Column::Text)
    }

    /// Props for which there are too many keys now.
    fn crowded_out(&self, keys: &BTreeSet<&ColumnKey>) -> HashSet<String> {
        let names: HashSet<&str> = keys.iter().filter_map(|key| prop(key)).map(|prop| prop.name.as_ref()).collect();
        if names.len() <= props::KEYS_MAX {
            return HashSet::new();
        }
        let mut counts = HashMap::<&str, usize>::new();
        for key in keys {
            let Some(prop) = prop(key) else { continue };
            let count = match prop.kind {
                PropKind::Number => self.numbers(key).flatten().count(),
                PropKind::Text | PropKind::Bool => self.texts(key).flatten().count(),
            };
            *counts.entry(&prop.name).or_default() += count;
        }
        props::crowded_out(counts.into_iter())
    }

    fn texts(&self, key: &ColumnKey) -> impl Iterator<Item = Option<&'a str>> {
        self.of(|block| block.text(key)).map(|(text, row)| text.and_then(|text| text.at(row)))
    }

    /// What had no column, and what has none any more.
    fn rest(&self, crowd: &HashSet<String>) -> Option<Text> {
        let mut rest = Rest::new(self.rows.len());
        for (row, object) in self.texts(&ColumnKey::RestProps).enumerate() {
            if let Some(object) = object {
                rest.begin(row, object);
            }
        }
        let keys: BTreeSet<&ColumnKey> = self.blocks.iter().flat_map(|block| block.columns.keys()).collect();
        for key in keys {
            let Some(prop) = prop(key).filter(|prop| crowd.contains(prop.name.as_ref())) else { continue };
            let mut add = |row: usize, value: PropValue<'_>| rest.add_value(row, &prop.name, &value);
            match prop.kind {
                PropKind::Number => {
                    self.numbers(key)
                        .enumerate()
                        .for_each(|(row, value)| value.into_iter().for_each(|value| add(row, PropValue::Number(value))));
                }
                PropKind::Text => {
                    let texts = self.texts(key).enumerate();
                    texts.for_each(|(row, text)| text.into_iter().for_each(|text| add(row, PropValue::Text(text.into()))));
                }
                PropKind::Bool => {
                    let flags = self.texts(key).enumerate();
                    flags.for_each(|(row, flag)| flag.into_iter().for_each(|flag| add(row, PropValue::Bool(flag == "true"))));
                }
            }
        }
        rest.finish()
    }
}

fn prop(key: &ColumnKey) -> Option<&PropKey> {
    match key {
        ColumnKey::Prop(prop) => Some(prop),
        _ => None,
    }
}
