//! Filters over columns: which rows of a history match.
//!
//! [`protocol::filter::Filter::matches`] is the definition. Here a test is applied once to each entry of a dictionary
//! instead of to each row, and to nothing at all where a segment's description already rules it out.

mod prune;

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use protocol::filter::{Field, Filter, Term, Value};
use rayon::prelude::*;
use roaring::RoaringBitmap;

use crate::history::{History, Mask, Rows, Selection};
use crate::keys::Dimension;
use crate::segment::{Attribute, Block, Column, ColumnKey, PropValue, Text, prop_of_rest};
use crate::with_codes;

pub use prune::may_match;

/// Actors that pass a test of their id: events hold no ids but their actors' numbers.
#[derive(Clone, Debug, Default)]
pub struct ActorSet {
    /// These.
    pub actors: RoaringBitmap,
    /// All but these, and nobody's events too.
    pub inverted: bool,
}

impl Hash for ActorSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.actors.len().hash(state);
        self.actors.iter().for_each(|actor| actor.hash(state));
        self.inverted.hash(state);
    }
}

/// The sets of a filter's tests of `user` and `anonymous`.
#[derive(Clone, Debug, Default, Hash)]
pub struct ActorSets(Vec<(Term, ActorSet)>);

impl ActorSets {
    /// The terms of a filter for which sets are needed.
    pub fn needed(filter: &Filter) -> BTreeSet<&Term> {
        filter.terms().into_iter().filter(|term| matches!(term.field, Field::User | Field::Anonymous)).collect()
    }

    /// Adds the set of a term.
    pub fn put(&mut self, term: Term, set: ActorSet) {
        self.0.push((term, set));
    }

    fn of(&self, term: &Term) -> Option<&ActorSet> {
        self.0.iter().find(|(known, _)| known == term).map(|(_, set)| set)
    }
}

/// What a field is read from; `None` for those that are in no column.
pub fn dimension(field: &Field) -> Option<Dimension> {
    Some(Dimension::Text(match field {
        Field::Name => Attribute::Name,
        Field::Route => Attribute::Route,
        Field::Release => Attribute::Release,
        Field::Environment => Attribute::Environment,
        Field::Country => Attribute::Country,
        Field::Os => Attribute::Os,
        Field::Browser => Attribute::Browser,
        Field::Device => Attribute::Device,
        Field::Referrer => Attribute::Referrer,
        Field::UtmSource => Attribute::UtmSource,
        Field::UtmMedium => Attribute::UtmMedium,
        Field::UtmCampaign => Attribute::UtmCampaign,
        Field::UtmTerm => Attribute::UtmTerm,
        Field::UtmContent => Attribute::UtmContent,
        Field::Locale => Attribute::Locale,
        Field::Timezone => Attribute::Timezone,
        Field::Bot => Attribute::Bot,
        Field::Session => Attribute::Session,
        Field::Prop(name) => return Some(Dimension::Prop(Arc::from(name.as_str()))),
        Field::User | Field::Anonymous | Field::Trace => return None,
    }))
}

/// The columns that a filter reads, where blocks have them.
pub fn columns(filter: &Filter) -> BTreeSet<ColumnKey> {
    let of_field = |field: &Field| match dimension(field) {
        Some(dimension) => dimension.columns(),
        None if *field == Field::Trace => vec![ColumnKey::Trace],
        None => vec![ColumnKey::Runs],
    };
    filter.fields().into_iter().flat_map(of_field).collect()
}

/// The rows that match, by block; the filter's columns must be loaded.
pub fn select(history: &History, filter: &Filter, actors: &ActorSets) -> Selection {
    Selection(history.blocks().par_iter().map(|block| rows(block, filter, actors)).collect())
}

fn rows(block: &Block, filter: &Filter, actors: &ActorSets) -> Rows {
    match filter {
        Filter::And(members) => members.iter().fold(Rows::All, |rows, member| match rows {
            Rows::None => Rows::None,
            rows => rows.and(self::rows(block, member, actors)),
        }),
        Filter::Or(members) => members.iter().fold(Rows::None, |rows, member| match rows {
            Rows::All => Rows::All,
            rows => rows.or(self::rows(block, member, actors)),
        }),
        Filter::Not(inner) => rows(block, inner, actors).others(),
        Filter::Term(term) => match dimension(&term.field) {
            Some(dimension) => by_value(block, &dimension, |value| term.test.matches(value)),
            None if term.field == Field::Trace => by_trace(block, |value| term.test.matches(value)),
            None => {
                let set = actors.of(term);
                debug_assert!(set.is_some(), "the actors of `{term:?}` were not looked up");
                set.map_or(Rows::None, |set| by_actor(block, set))
            }
        },
    }
}

/// Rows by what they have under a dimension. A row has one value, but a prop's values lie in several columns.
fn by_value(block: &Block, dimension: &Dimension, test: impl Fn(Value<'_>) -> bool) -> Rows {
    let columns = dimension.columns();
    let columns = || columns.iter().filter_map(|key| block.columns.get(key).map(|column| (key, column.as_ref())));
    let matching = columns().map(|(key, column)| holding(block, dimension, (key, column), &test)).fold(Rows::None, Rows::or);
    if !test(Value::Absent) {
        return matching;
    }
    let present = columns().map(|(key, column)| holding(block, dimension, (key, column), |_| true)).fold(Rows::None, Rows::or);
    matching.or(present.others())
}

/// The rows whose value is in this column and passes.
fn holding(block: &Block, dimension: &Dimension, (key, column): (&ColumnKey, &Column), test: impl Fn(Value<'_>) -> bool) -> Rows {
    let is_bool = |key: &ColumnKey| matches!(key, ColumnKey::Prop(prop) if prop.kind == crate::segment::PropKind::Bool);
    match (key, column) {
        (ColumnKey::RestProps, Column::Text(text)) => by_code(text, |object| in_object(object, dimension, &test)),
        (_, Column::Text(text)) if is_bool(key) => by_code(text, |value| test(Value::Bool(value == "true"))),
        (_, Column::Text(text)) => by_code(text, |value| test(Value::Text(value))),
        (_, Column::Number(number)) => Mask::of(block.rows, |row| number.at(row).is_some_and(|value| test(Value::Number(value)))).into(),
        _ => Rows::None,
    }
}

/// Whether a JSON object has a key whose value passes.
fn in_object(object: &str, dimension: &Dimension, test: impl Fn(Value<'_>) -> bool) -> bool {
    let Dimension::Prop(name) = dimension else { return false };
    prop_of_rest(object, name).is_some_and(|value| match value {
        PropValue::Text(text) => test(Value::Text(&text)),
        PropValue::Number(number) => test(Value::Number(number)),
        PropValue::Bool(flag) => test(Value::Bool(flag)),
    })
}

/// The rows that have a text which passes.
fn by_code(text: &Text, passes: impl Fn(&str) -> bool) -> Rows {
    let table: Vec<bool> = (0..text.distinct() as u32).map(|code| text.value(code).is_some_and(&passes)).collect();
    of_codes(text, &table)
}

fn of_codes(text: &Text, table: &[bool]) -> Rows {
    if !table.contains(&true) {
        return Rows::None;
    }
    if !table.contains(&false) {
        return Rows::All;
    }
    with_codes!(text.codes, codes => Mask::of_codes(codes, table)).into()
}

fn by_trace(block: &Block, test: impl Fn(Value<'_>) -> bool) -> Rows {
    match block.bytes(&ColumnKey::Trace) {
        None if test(Value::Absent) => Rows::All,
        None => Rows::None,
        Some(traces) => {
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let mut traces = traces.iter();
            Mask::of(block.rows, |_| match traces.next().flatten() {
                Some(trace) => test(Value::Text(&hex(trace))),
                None => test(Value::Absent),
            })
            .into()
        }
    }
}

fn by_actor(block: &Block, set: &ActorSet) -> Rows {
    let Some(runs) = block.runs() else { return if set.inverted { Rows::All } else { Rows::None } };
    let mut mask = Mask::filled(block.rows, false);
    for (run, actor) in runs.actors().iter().enumerate() {
        if set.actors.contains(*actor) {
            mask.fill(runs.range(run));
        }
    }
    let rows = Rows::from(mask);
    if set.inverted { rows.others() } else { rows }
}
