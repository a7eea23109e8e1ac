//! What other programs read of segments.

use std::collections::HashMap;

use analysis::export::{Actors, Layout, Sheet};
use analysis::segment::{Attribute, Block, Draft, EventRow, Meta, encode, merge};
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array as _, RecordBatch};
use chrono::{DateTime, Utc};
use protocol::id::ActorKind;
use uuid::Uuid;

fn event(second: i64, actor: Option<u32>, props: &str) -> EventRow<'_> {
    let mut attributes = [None; Attribute::ALL.len()];
    attributes[0] = Some("order.paid");
    let ts = noon() + chrono::TimeDelta::seconds(second);
    EventRow { ts, seq: None, event_id: Uuid::from_u128(second as u128), actor, attributes, weight: 1.0, trace: None, props }
}

fn noon() -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse().expect("a time")
}

fn block(events: Vec<EventRow<'_>>) -> Block {
    Draft::by_day(events).remove(0).finish()
}

fn meta(block: &Block) -> Meta {
    encode(block).expect("bytes").0
}

fn all(layout: &Layout, block: &Block, actors: &Actors) -> RecordBatch {
    let sheet = Sheet::new(layout, block, i64::MIN..i64::MAX, actors);
    sheet.batch(0..sheet.len()).expect("a batch")
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn a_key_has_a_column_for_each_kind_of_its_values_and_what_is_nested_is_json() {
    let rows = [r#"{"n": 1.5, "ok": true}"#, r#"{"n": "many", "list": [1, 2]}"#, r#"{"ok": false}"#];
    let block = block((0..).zip(rows).map(|(second, props)| event(second, Some(7), props)).collect());
    let actors = HashMap::from([(7, (ActorKind::Anonymous, "a7".to_owned()))]);
    let batch = all(&Layout::of([&meta(&block)]), &block, &actors);
    let numbers: Vec<Option<f64>> = batch.column_by_name("props.number.n").expect("numbers").as_primitive::<Float64Type>().iter().collect();
    assert_eq!(numbers, [Some(1.5), None, None]);
    assert_eq!(texts(&batch, "props.text.n"), [None, Some("many".to_owned()), None]);
    let flags: Vec<Option<bool>> = batch.column_by_name("props.bool.ok").expect("flags").as_boolean().iter().collect();
    assert_eq!(flags, [Some(true), None, Some(false)]);
    assert_eq!(texts(&batch, "rest_props"), [None, Some(r#"{"list":[1, 2]}"#.to_owned()), None]);
    assert_eq!(texts(&batch, "actor_kind"), some(&["anonymous"; 3]));
    assert_eq!(texts(&batch, "actor"), some(&["a7"; 3]));
    assert_eq!(texts(&batch, "event_id")[2], Some(Uuid::from_u128(2).to_string()));
}

#[test]
fn a_prop_without_a_column_is_not_lost() {
    let known = block(vec![event(0, None, r#"{"known": 1}"#)]);
    let layout = Layout::of([&meta(&known)]);
    let later = block(vec![event(0, None, r#"{"known": 2, "new": "x", "deep": {"er": 1}}"#), event(1, None, r#"{"new": true}"#)]);
    let batch = all(&layout, &later, &Actors::new());
    assert_eq!(batch.schema(), layout.schema());
    assert_eq!(texts(&batch, "rest_props"), some(&[r#"{"deep":{"er": 1},"new":"x"}"#, r#"{"new":true}"#]));
}

#[test]
fn keys_beyond_the_limit_stay_together_as_json() {
    let wide = |of: char| format!("{{{}}}", (0..180).map(|n| format!(r#""{of}{n}": 1"#)).collect::<Vec<_>>().join(","));
    let rows: Vec<String> = ('a'..='g').map(wide).collect();
    let blocks: Vec<Block> = rows.iter().map(|props| block(vec![event(0, None, props)])).collect();
    let metas: Vec<Meta> = blocks.iter().map(meta).collect();
    let layout = Layout::of(&metas);
    let is_prop = |name: &str| name.starts_with("props.");
    assert_eq!(layout.schema().fields().iter().filter(|field| is_prop(field.name())).count(), 1_000);
    let values = |block: &Block| {
        let batch = all(&layout, block, &Actors::new());
        let rest = texts(&batch, "rest_props").remove(0).map_or(0, |rest| rest.matches(":1.0").count());
        let schema = batch.schema();
        rest + schema.fields().iter().zip(batch.columns()).filter(|(field, column)| is_prop(field.name()) && column.is_valid(0)).count()
    };
    assert_eq!(blocks.iter().map(values).collect::<Vec<_>>(), [180; 7]);
}

#[test]
fn only_rows_of_the_range_are_there_however_they_are_segmented() {
    let events: Vec<EventRow<'_>> = (0..60).map(|second| event(second, (second % 7 != 0).then_some(second as u32 % 5), "{}")).collect();
    let parts: Vec<Block> = events.chunks(11).map(|some| block(some.to_vec())).collect();
    let merged = merge(&parts.iter().collect::<Vec<_>>(), &Default::default());
    let metas: Vec<Meta> = parts.iter().map(meta).collect();
    let layout = Layout::of(&metas);
    let range = (noon().timestamp_millis() + 10_000)..(noon().timestamp_millis() + 50_000);
    let times = |blocks: &[Block]| {
        let mut times = Vec::new();
        for block in blocks {
            let actors = Actors::new();
            let sheet = Sheet::new(&layout, block, range.clone(), &actors);
            for place in 0..sheet.len() {
                let batch = sheet.batch(place..place + 1).expect("a batch");
                times.push(batch.column(0).as_primitive::<TimestampMillisecondType>().value(0) - noon().timestamp_millis());
            }
        }
        times.sort_unstable();
        times
    };
    assert_eq!(times(&parts), (10..50).map(|second| second * 1_000).collect::<Vec<_>>());
    assert_eq!(times(&merged), times(&parts));
}
