//! Which columns a table has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, TimeUnit};

use crate::segment::{Attribute, ColumnKey, Meta, PropKey, PropKind};

/// Keys of props that have columns; what is rarer stays together as JSON. Programs that read a table open every column.
const PROPS_MAX: usize = 1_000;

/// Where a column's values come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The event's corrected time, in milliseconds of UTC.
    Time,
    /// The event's id as text: binary UUIDs are read as such by few programs.
    EventId,
    /// What kind of id the actor's is.
    ActorKind,
    /// The actor's id.
    Actor,
    /// An attribute.
    Text(Attribute),
    /// The device's own order within its installation.
    Seq,
    /// 1 / sample rate.
    Weight,
    /// The trace's id, as 32 hex digits.
    Trace,
    /// The values of a prop of one kind.
    Prop(PropKey),
    /// A JSON object of the other props.
    RestProps,
}

impl Source {
    /// The column's name, the same in every table.
    pub fn name(&self) -> String {
        match self {
            Self::Time => "ts".to_owned(),
            Self::EventId => "event_id".to_owned(),
            Self::ActorKind => "actor_kind".to_owned(),
            Self::Actor => "actor".to_owned(),
            Self::Trace => "trace_id".to_owned(),
            Self::Text(attribute) => ColumnKey::Text(*attribute).to_string(),
            Self::Seq => ColumnKey::Seq.to_string(),
            Self::Weight => ColumnKey::Weight.to_string(),
            Self::Prop(prop) => ColumnKey::Prop(prop.clone()).to_string(),
            Self::RestProps => ColumnKey::RestProps.to_string(),
        }
    }

    fn field(&self) -> Field {
        let (kind, nullable) = match self {
            Self::Time => (DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false),
            Self::EventId => (DataType::Utf8, false),
            Self::Seq => (DataType::Int64, true),
            Self::Weight => (DataType::Float64, false),
            Self::Prop(PropKey { kind: PropKind::Number, .. }) => (DataType::Float64, true),
            Self::Prop(PropKey { kind: PropKind::Bool, .. }) => (DataType::Boolean, true),
            Self::ActorKind | Self::Actor | Self::Text(_) | Self::Trace | Self::Prop(_) | Self::RestProps => (DataType::Utf8, true),
        };
        Field::new(self.name(), kind, nullable)
    }
}

/// The columns of a table, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    columns: Vec<Source>,
}

impl Layout {
    /// All that these segments need: every attribute, and their props.
    pub fn of<'m>(metas: impl IntoIterator<Item = &'m Meta>) -> Self {
        let mut rows = BTreeMap::<PropKey, usize>::new();
        for meta in metas {
            for prop in meta.parts.iter().flat_map(|part| &part.columns).filter_map(prop) {
                *rows.entry(prop.clone()).or_default() += meta.rows;
            }
        }
        let room = frequent(&rows);
        let props = rows.into_keys().filter(|prop| room.contains(&prop.name)).map(Source::Prop);
        let first = [Source::Time, Source::EventId, Source::ActorKind, Source::Actor];
        let then = [Source::Seq, Source::Weight, Source::Trace];
        let columns = first.into_iter().chain(Attribute::ALL.map(Source::Text)).chain(then).chain(props).chain([Source::RestProps]);
        Self { columns: columns.collect() }
    }

    /// The columns.
    pub fn columns(&self) -> &[Source] {
        &self.columns
    }

    /// As Arrow says it.
    pub fn schema(&self) -> Arc<Schema> {
        Arc::new(Schema::new(self.columns.iter().map(Source::field).collect::<Vec<_>>()))
    }

    /// Whether this prop has a column.
    pub(super) fn has(&self, prop: &PropKey) -> bool {
        self.columns.iter().any(|column| matches!(column, Source::Prop(known) if known == prop))
    }
}

pub(super) fn prop(key: &ColumnKey) -> Option<&PropKey> {
    match key {
        ColumnKey::Prop(prop) => Some(prop),
        _ => None,
    }
}

/// The names with the most rows in segments that have them; of equal ones the first.
fn frequent(rows: &BTreeMap<PropKey, usize>) -> BTreeSet<Arc<str>> {
    let mut names = BTreeMap::<&Arc<str>, usize>::new();
    for (prop, rows) in rows {
        *names.entry(&prop.name).or_default() += rows;
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    names.into_iter().take(PROPS_MAX).map(|(name, _)| name.clone()).collect()
}
