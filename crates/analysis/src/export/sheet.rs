//! Rows of one segment, as a table's columns.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{ArrowError, Schema};
use protocol::id::ActorKind;
use protocol::trace::TraceId;

use super::layout::{Layout, Source, prop};
use crate::segment::{Block, ColumnKey, DAY_MS, EventIds, PropKey, PropKind, PropValue, Rest, Text};

/// Who the numbers of a segment are. One that is not here has been forgotten: its events are shown as nobody's.
pub type Actors = HashMap<u32, (ActorKind, String)>;

/// The wanted rows of a segment.
#[derive(Debug)]
pub struct Sheet<'a> {
    layout: &'a Layout,
    schema: Arc<Schema>,
    block: &'a Block,
    /// The actor of each of `rows`.
    actors: Vec<Option<&'a (ActorKind, String)>>,
    rest: Option<Text>,
    rows: Vec<usize>,
}

impl<'a> Sheet<'a> {
    /// The rows whose time lies in `range`, in milliseconds since 1970.
    pub fn new(layout: &'a Layout, block: &'a Block, range: Range<i64>, actors: &'a Actors) -> Self {
        let midnight = i64::from(block.day.to_epoch_days()) * DAY_MS;
        let is_in = |time: u32| range.contains(&(midnight + i64::from(time)));
        let numbers = block.runs().map(|runs| runs.expand(block.rows)).unwrap_or_default();
        let rows: Vec<usize> = block.times().iter().enumerate().filter(|(_, time)| is_in(**time)).map(|(row, _)| row).collect();
        let actors = rows.iter().map(|row| actors.get(numbers.get(*row)?)).collect();
        Self { layout, schema: layout.schema(), block, actors, rest: rest(layout, block), rows }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No row lies in the range.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Some of the rows, by their places.
    ///
    /// # Errors
    /// Never for blocks as this crate makes them.
    pub fn batch(&self, places: Range<usize>) -> Result<RecordBatch, ArrowError> {
        let columns = self.layout.columns().iter().map(|source| self.column(source, places.clone())).collect();
        RecordBatch::try_new(self.schema.clone(), columns)
    }

    fn column(&self, source: &Source, places: Range<usize>) -> ArrayRef {
        let block = self.block;
        let rows = &self.rows[places.clone()];
        match source {
            Source::Time => {
                Arc::new(TimestampMillisecondArray::from_iter_values(rows.iter().map(|row| self.time(*row))).with_timezone("UTC"))
            }
            Source::EventId => self.event_ids(rows),
            Source::ActorKind => texts(self.actors[places].iter().map(|actor| actor.map(|(kind, _)| kind.word()))),
            Source::Actor => texts(self.actors[places].iter().map(|actor| actor.map(|(_, id)| id.as_str()))),
            Source::Text(attribute) => text(block.text(&ColumnKey::Text(*attribute)), rows),
            Source::Seq => self.seq(rows),
            Source::Weight => {
                let weights = block.number(&ColumnKey::Weight);
                let weight = |row: &usize| weights.and_then(|weights| weights.at(*row)).unwrap_or(1.0);
                Arc::new(Float64Array::from_iter_values(rows.iter().map(weight)))
            }
            Source::Trace => self.traces(rows),
            Source::Prop(prop) => self.prop(prop, rows),
            Source::RestProps => text(self.rest.as_ref(), rows),
        }
    }

    fn time(&self, row: usize) -> i64 {
        i64::from(self.block.day.to_epoch_days()) * DAY_MS + i64::from(self.block.times()[row])
    }

    fn event_ids(&self, rows: &[usize]) -> ArrayRef {
        let (ties, rests) = (self.block.bytes(&ColumnKey::IdTie), self.block.bytes(&ColumnKey::IdRest));
        let ids = ties.zip(rests).map(|(ties, rests)| EventIds::new(self.block.whole(&ColumnKey::IdTime), ties, rests));
        let id = |row: &usize| ids.as_ref().map(|ids| ids.at(*row, self.time(*row)).to_string());
        Arc::new(rows.iter().map(id).collect::<StringArray>())
    }

    fn seq(&self, rows: &[usize]) -> ArrayRef {
        let seqs = self.block.whole(&ColumnKey::Seq);
        let seq = |row: &usize| seqs.filter(|seqs| !seqs.is_null(*row)).map(|seqs| seqs.value(*row));
        Arc::new(rows.iter().map(seq).collect::<Int64Array>())
    }

    fn traces(&self, rows: &[usize]) -> ArrayRef {
        let traces = self.block.bytes(&ColumnKey::Trace);
        let trace = |row: &usize| {
            let bytes = traces.filter(|traces| !traces.is_null(*row))?.value(*row);
            Some(TraceId(bytes.try_into().ok()?).to_string())
        };
        Arc::new(rows.iter().map(trace).collect::<StringArray>())
    }

    fn prop(&self, prop: &PropKey, rows: &[usize]) -> ArrayRef {
        let key = ColumnKey::Prop(prop.clone());
        match prop.kind {
            PropKind::Text => text(self.block.text(&key), rows),
            PropKind::Bool => {
                let flags = self.block.text(&key);
                let flag = |row: &usize| Some(flags?.at(*row)? == "true");
                Arc::new(rows.iter().map(flag).collect::<BooleanArray>())
            }
            PropKind::Number => {
                let numbers = self.block.number(&key);
                Arc::new(rows.iter().map(|row| numbers?.at(*row)).collect::<Float64Array>())
            }
        }
    }
}

fn texts<'t>(values: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn text(text: Option<&Text>, rows: &[usize]) -> ArrayRef {
    texts(rows.iter().map(|row| text?.at(*row)))
}

/// The block's own rest, and the props for which the table has no column.
fn rest(layout: &Layout, block: &Block) -> Option<Text> {
    let own = block.text(&ColumnKey::RestProps);
    let left_out: Vec<&PropKey> = block.columns.keys().filter_map(prop).filter(|prop| !layout.has(prop)).collect();
    if left_out.is_empty() {
        return own.cloned();
    }
    let mut rest = Rest::new(block.rows);
    for row in 0..block.rows {
        own.and_then(|own| own.at(row)).into_iter().for_each(|object| rest.begin(row, object));
        for prop in &left_out {
            value(block, prop, row).into_iter().for_each(|value| rest.add_value(row, &prop.name, &value));
        }
    }
    rest.finish()
}

fn value<'b>(block: &'b Block, prop: &PropKey, row: usize) -> Option<PropValue<'b>> {
    let key = ColumnKey::Prop(prop.clone());
    Some(match prop.kind {
        PropKind::Number => PropValue::Number(block.number(&key)?.at(row)?),
        PropKind::Text => PropValue::Text(block.text(&key)?.at(row)?.into()),
        PropKind::Bool => PropValue::Bool(block.text(&key)?.at(row)? == "true"),
    })
}
