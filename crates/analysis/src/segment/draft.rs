//! Events into a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{FixedSizeBinaryArray, Int64Array};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::event_id::Parts;
use super::key::{Attribute, ColumnKey};
use super::props;
use super::runs::{NO_ACTOR, Runs};
use super::{Block, Column, DAY_MS, Number, text};

/// One event, as the worker reads it back.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct EventRow<'a> {
    pub ts: DateTime<Utc>,
    pub seq: Option<i64>,
    pub event_id: Uuid,
    /// Dense number of the actor; `None` for an event without any.
    pub actor: Option<u32>,
    /// In the order of [`Attribute::ALL`].
    pub attributes: [Option<&'a str>; Attribute::ALL.len()],
    /// 1 / sample rate.
    pub weight: f64,
    pub trace: Option<[u8; 16]>,
    /// JSON text of an object.
    pub props: &'a str,
}

/// The events of one UTC day, in any order.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    day: NaiveDate,
    rows: Vec<EventRow<'a>>,
}

impl<'a> Draft<'a> {
    /// Sorts events into days.
    pub fn by_day(rows: impl IntoIterator<Item = EventRow<'a>>) -> Vec<Self> {
        let mut days = BTreeMap::<NaiveDate, Vec<EventRow<'a>>>::new();
        for row in rows {
            days.entry(row.ts.date_naive()).or_default().push(row);
        }
        days.into_iter().map(|(day, rows)| Self { day, rows }).collect()
    }

    /// The block of these events.
    pub fn finish(mut self) -> Block {
        self.rows.sort_unstable_by_key(key);
        let rows = &self.rows;
        let millis = |row: &EventRow<'_>| row.ts.timestamp_millis().rem_euclid(DAY_MS) as u32;
        let ids: Vec<Parts> = rows.iter().map(|row| Parts::of(row.event_id)).collect();
        let mut columns = BTreeMap::new();
        let mut put = |key, column: Option<Column>| columns.extend(column.map(|column| (key, Arc::new(column))));
        put(ColumnKey::Runs, Some(Column::Runs(Runs::of_sorted(rows.iter().map(|row| row.actor.unwrap_or(NO_ACTOR))))));
        put(ColumnKey::Time, Some(Column::Time(rows.iter().map(millis).collect())));
        put(ColumnKey::Seq, whole(rows.iter().map(|row| row.seq)));
        put(ColumnKey::Weight, weights(rows.iter().map(|row| row.weight)));
        for (place, attribute) in Attribute::ALL.into_iter().enumerate() {
            put(ColumnKey::Text(attribute), text::column(rows.iter().map(|row| row.attributes[place])).map(Column::Text));
        }
        put(ColumnKey::Trace, bytes(rows.iter().map(|row| row.trace)));
        let offsets = rows.iter().zip(&ids).map(|(row, id)| id.millis - row.ts.timestamp_millis());
        put(ColumnKey::IdTime, offset(offsets));
        put(ColumnKey::IdTie, bytes(ids.iter().map(|id| Some(id.tie))));
        put(ColumnKey::IdRest, bytes(ids.iter().map(|id| Some(id.rest))));
        let (props, rest) = props::columns(rows.iter().map(|row| row.props));
        for (key, column) in props {
            put(ColumnKey::Prop(key), Some(column));
        }
        put(ColumnKey::RestProps, rest.map(Column::Text));
        Block { day: self.day, rows: self.rows.len(), columns }
    }
}

/// What rows are sorted by, as [`super::merge`] sorts them too.
fn key(row: &EventRow<'_>) -> (u32, i64, Option<i64>, [u8; 4], [u8; 16]) {
    (row.actor.unwrap_or(NO_ACTOR), row.ts.timestamp_millis(), row.seq, Parts::of(row.event_id).tie, *row.event_id.as_bytes())
}

pub(super) fn whole(values: impl Iterator<Item = Option<i64>>) -> Option<Column> {
    let values: Vec<Option<i64>> = values.collect();
    values.iter().any(Option::is_some).then(|| Column::Whole(Int64Array::from(values)))
}

/// Absent where every id carries its event's own time.
pub(super) fn offset(values: impl Iterator<Item = i64>) -> Option<Column> {
    let values: Vec<i64> = values.collect();
    values.iter().any(|value| *value != 0).then(|| Column::Whole(Int64Array::from(values)))
}

/// Absent where every weight is 1.
pub(super) fn weights(values: impl Iterator<Item = f64>) -> Option<Column> {
    let values: Vec<Option<f64>> = values.map(Some).collect();
    if values.iter().all(|value| *value == Some(1.0)) { None } else { Number::pack(&values).map(Column::Number) }
}

pub(super) fn bytes<const N: usize>(values: impl Iterator<Item = Option<[u8; N]>>) -> Option<Column> {
    let values: Vec<Option<[u8; N]>> = values.collect();
    if values.iter().all(Option::is_none) {
        return None;
    }
    let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(values.into_iter(), N as i32);
    Some(Column::Bytes(array.expect("every value has the same length")))
}
