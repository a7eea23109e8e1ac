//! Props into columns: one per top-level key and kind of value, the rest as JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::key::{PropKey, PropKind};
use super::{Column, Number, Text, text};

/// Keys that have columns in one segment: those that most events have. The others stay together as JSON.
pub const KEYS_MAX: usize = 200;

/// A prop's value; nested ones are not looked into.
#[derive(Clone, Debug, PartialEq)]
pub enum PropValue<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl<'a> PropValue<'a> {
    /// The value of JSON text; `None` for null and for what is nested.
    fn of(json: &'a str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' => serde_json::from_str::<Borrowed<'a>>(json).ok().map(|text| Self::Text(text.0)),
            b't' => Some(Self::Bool(true)),
            b'f' => Some(Self::Bool(false)),
            b'-' | b'0'..=b'9' => serde_json::from_str(json).ok().map(Self::Number),
            _ => None,
        }
    }

    fn kind(&self) -> PropKind {
        match self {
            Self::Text(_) => PropKind::Text,
            Self::Number(_) => PropKind::Number,
            Self::Bool(_) => PropKind::Bool,
        }
    }
}

/// A text that borrows from the JSON where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of a JSON object, values as they are written.
fn entries(json: &str) -> Vec<(Cow<'_, str>, &str)> {
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<(Cow<'de, str>, &'de str)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some((key, value)) = map.next_entry::<Borrowed<'de>, &'de RawValue>()? {
                entries.push((key.0, value.get()));
            }
            Ok(entries)
        }
    }
    // Ingest stores objects and nothing else.
    serde_json::Deserializer::from_str(json).deserialize_map(Entries).unwrap_or_default()
}

/// The columns of the rows' props, and what has none.
pub(super) fn columns<'a>(rows: impl ExactSizeIterator<Item = &'a str>) -> (BTreeMap<PropKey, Column>, Option<Text>) {
    let count = rows.len();
    let rows: Vec<Vec<(Cow<'a, str>, &'a str)>> = rows.map(entries).collect();
    let mut values = BTreeMap::<(&str, PropKind), Vec<(usize, PropValue<'_>)>>::new();
    let mut rest = Rest::new(count);
    for (row, entries) in rows.iter().enumerate() {
        for (key, json) in entries {
            match PropValue::of(json) {
                Some(value) => values.entry((key, value.kind())).or_default().push((row, value)),
                None if *json == "null" => {}
                None => rest.add(row, key, json),
            }
        }
    }
    let crowd = crowded_out(values.iter().map(|((key, _), values)| (*key, values.len())));
    let mut columns = BTreeMap::new();
    for ((key, kind), values) in values {
        if crowd.contains(key) {
            values.iter().for_each(|(row, value)| rest.add(*row, key, &json(value)));
        } else {
            columns.insert(PropKey { name: key.into(), kind }, column(count, kind, &values));
        }
    }
    (columns, rest.finish())
}

/// The keys that find no room: all but the most frequent ones, of equal ones the last by name.
pub(super) fn crowded_out<'k>(keys: impl Iterator<Item = (&'k str, usize)>) -> HashSet<String> {
    let mut counts = HashMap::<&str, usize>::new();
    for (key, count) in keys {
        *counts.entry(key).or_default() += count;
    }
    if counts.len() <= KEYS_MAX {
        return HashSet::new();
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts.split_off(KEYS_MAX).into_iter().map(|(key, _)| key.to_owned()).collect()
}

fn column(rows: usize, kind: PropKind, values: &[(usize, PropValue<'_>)]) -> Column {
    if kind == PropKind::Number {
        let mut column = vec![None; rows];
        for (row, value) in values {
            if let PropValue::Number(number) = value {
                column[*row] = Some(*number);
            }
        }
        return Column::Number(Number::pack(&column).expect("a key has a value"));
    }
    let mut column = vec![None; rows];
    for (row, value) in values {
        column[*row] = match value {
            PropValue::Text(text) => Some(text.as_ref()),
            PropValue::Bool(flag) => Some(if *flag { "true" } else { "false" }),
            PropValue::Number(_) => None,
        };
    }
    Column::Text(text::column(column.into_iter()).expect("a key has a value"))
}

fn json(value: &PropValue<'_>) -> String {
    match value {
        PropValue::Text(text) => serde_json::Value::from(text.as_ref()).to_string(),
        PropValue::Number(number) => serde_json::Value::from(*number).to_string(),
        PropValue::Bool(flag) => flag.to_string(),
    }
}

/// Objects in the making, one per row.
pub(crate) struct Rest(Vec<Option<String>>);

impl Rest {
    pub(crate) fn new(rows: usize) -> Self {
        Self(vec![None; rows])
    }

    /// Begins a row with the entries of an object.
    pub(crate) fn begin(&mut self, row: usize, object: &str) {
        self.0[row] = object.strip_suffix('}').map(str::to_owned);
    }

    pub(super) fn add(&mut self, row: usize, key: &str, json: &str) {
        let text = self.0[row].get_or_insert_with(|| "{".to_owned());
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&serde_json::Value::from(key).to_string());
        text.push(':');
        text.push_str(json);
    }

    pub(crate) fn add_value(&mut self, row: usize, key: &str, value: &PropValue<'_>) {
        self.add(row, key, &json(value));
    }

    pub(crate) fn finish(mut self) -> Option<Text> {
        self.0.iter_mut().flatten().for_each(|text| text.push('}'));
        text::column(self.0.iter().map(Option::as_deref))
    }
}

/// The value that a JSON object of [`super::ColumnKey::RestProps`] holds under `key`. Nested ones are their JSON text.
pub fn prop_of_rest<'a>(object: &'a str, key: &str) -> Option<PropValue<'a>> {
    let (_, json) = entries(object).into_iter().find(|(found, _)| found == key)?;
    if json == "null" { None } else { Some(PropValue::of(json).unwrap_or(PropValue::Text(json.into()))) }
}

/// The keys of an object.
pub(super) fn keys(object: &str) -> Vec<String> {
    entries(object).into_iter().map(|(key, _)| key.into_owned()).collect()
}
