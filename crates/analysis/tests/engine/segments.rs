//! A segment holds what went in, whatever happens to it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use analysis::segment::{Attribute, Block, ColumnKey, EventIds, PropKey, PropKind, PropValue, decode, encode, merge, prop_of_rest};
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::event::{self, Event};

/// The events of a block, read back.
fn read(block: &Block) -> Vec<Event> {
    let runs = block.runs().expect("a run table");
    let ids = EventIds::new(
        block.whole(&ColumnKey::IdTime),
        block.bytes(&ColumnKey::IdTie).expect("ids"),
        block.bytes(&ColumnKey::IdRest).expect("ids"),
    );
    let midnight = block.day.and_time(chrono::NaiveTime::MIN).and_utc();
    let actors = (0..runs.len()).flat_map(|run| runs.range(run).map(move |_| Some(runs.actors()[run])));
    let actors: Vec<Option<u32>> = actors.chain(std::iter::repeat(None)).take(block.rows).collect();
    (0..block.rows)
        .map(|row| {
            let ts = midnight + chrono::TimeDelta::milliseconds(block.times()[row].into());
            let attributes = Attribute::ALL
                .into_iter()
                .filter_map(|attribute| Some((attribute, block.text(&ColumnKey::Text(attribute))?.at(row)?.to_owned())))
                .collect();
            let seq = block.whole(&ColumnKey::Seq).and_then(|seq| seq.iter().nth(row).flatten());
            let trace = block.bytes(&ColumnKey::Trace).and_then(|trace| trace.iter().nth(row).flatten());
            Event {
                ts,
                seq,
                id: ids.at(row, ts.timestamp_millis()),
                actor: actors[row],
                attributes,
                weight: block.number(&ColumnKey::Weight).and_then(|weight| weight.at(row)).unwrap_or(1.0),
                trace: trace.and_then(|trace| trace.try_into().ok()),
                props: props(block, row),
            }
        })
        .collect()
}

fn props(block: &Block, row: usize) -> Map<String, Value> {
    let mut props = Map::new();
    for key in block.columns.keys() {
        let ColumnKey::Prop(PropKey { name, kind }) = key else { continue };
        let value = match kind {
            PropKind::Number => block.number(key).and_then(|number| number.at(row)).map(Value::from),
            PropKind::Text => block.text(key).and_then(|text| text.at(row)).map(Value::from),
            PropKind::Bool => block.text(key).and_then(|text| text.at(row)).map(|flag| json!(flag == "true")),
        };
        props.extend(value.map(|value| (name.to_string(), value)));
    }
    if let Some(rest) = block.text(&ColumnKey::RestProps).and_then(|rest| rest.at(row)) {
        let rest: Map<String, Value> = serde_json::from_str(rest).expect("an object");
        props.extend(rest);
    }
    props
}

/// Events as they are comparable: numbers are f64, null is absent.
fn plain(events: &[Event]) -> Vec<Event> {
    let number = |value: &Value| value.as_f64().map_or_else(|| value.clone(), |number| json!(number));
    let mut events: Vec<Event> = events
        .iter()
        .map(|event| {
            let props = event.props.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), number(value))).collect();
            Event { props, ..event.clone() }
        })
        .collect();
    events.sort_by(|a, b| {
        (a.ts.date_naive(), a.actor.unwrap_or(u32::MAX), a.order()).cmp(&(b.ts.date_naive(), b.actor.unwrap_or(u32::MAX), b.order()))
    });
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_block_holds_the_events_that_went_in_sorted_by_actor_and_order(seed: u64, count in 1_usize..300) {
        let events = event::random(&mut Rng::with_seed(seed), count, 2);
        let read: Vec<Event> = event::blocks(&events).iter().flat_map(read).collect();
        prop_assert_eq!(read, plain(&events));
    }

    #[test]
    fn encoded_and_decoded_it_is_the_same(seed: u64, count in 1_usize..300) {
        let mut events = event::random(&mut Rng::with_seed(seed), count, 1);
        if seed % 8 == 0 {
            events.iter_mut().for_each(|event| event.actor = None);
        }
        for block in event::blocks(&events) {
            let (meta, parts) = encode(&block).expect("bytes");
            prop_assert_eq!(meta.rows, block.rows);
            let mut columns = BTreeMap::new();
            for (part, described) in parts.iter().zip(&meta.parts) {
                let decoded = decode(&part.0).expect("columns");
                prop_assert_eq!(decoded.keys().collect::<Vec<_>>(), described.columns.iter().collect::<Vec<_>>());
                columns.extend(decoded.into_iter().map(|(key, column)| (key, Arc::new(column))));
            }
            prop_assert_eq!(&columns, &block.columns);
        }
    }

    #[test]
    fn merged_in_any_order_it_is_the_block_of_all_its_events(seed: u64, count in 1_usize..300) {
        let mut rng = Rng::with_seed(seed);
        let events = event::random(&mut rng, count, 1);
        let mut blocks = event::segmented(&mut rng, &events);
        rng.shuffle(&mut blocks);
        let merged = merge(&blocks.iter().map(AsRef::as_ref).collect::<Vec<_>>(), &HashSet::new());
        prop_assert_eq!(merged.len(), 1);
        prop_assert_eq!(read(&merged[0]), plain(&events));
    }

    #[test]
    fn without_an_actor_nothing_is_left_of_it(seed: u64, count in 1_usize..200) {
        let events = event::random(&mut Rng::with_seed(seed), count, 1);
        let blocks = event::blocks(&events);
        let merged = merge(&blocks.iter().collect::<Vec<_>>(), &HashSet::from([3, 5]));
        let left: Vec<Event> = events.into_iter().filter(|event| !matches!(event.actor, Some(3 | 5))).collect();
        prop_assert_eq!(merged.iter().flat_map(read).collect::<Vec<_>>(), plain(&left));
    }

    #[test]
    fn a_damaged_or_cut_part_is_an_error(seed: u64, at: prop::sample::Index, bit in 0_u8..8) {
        let events = event::random(&mut Rng::with_seed(seed), 20, 1);
        let (_, parts) = encode(&event::blocks(&events)[0]).expect("bytes");
        for part in parts {
            let mut bytes = part.0;
            let place = at.index(bytes.len());
            bytes[place] ^= 1 << bit;
            prop_assert!(decode(&bytes).is_err());
            prop_assert!(decode(&bytes[..place]).is_err());
        }
    }
}

#[test]
fn keys_beyond_the_limit_stay_together_and_keep_their_values() {
    let mut rng = Rng::with_seed(7);
    let mut events = event::random(&mut rng, 300, 1);
    for (index, event) in events.iter_mut().enumerate() {
        event.id = uuid::Uuid::from_u128(index as u128);
        event.props.insert(format!("key{}", index % 260), json!(index));
    }
    let (some, others) = events.split_at(150);
    let blocks: Vec<Block> = [event::blocks(some), event::blocks(others)].concat();
    let merged = merge(&blocks.iter().collect::<Vec<_>>(), &HashSet::new());
    let names: HashSet<&str> = merged[0]
        .columns
        .keys()
        .filter_map(|key| match key {
            ColumnKey::Prop(prop) => Some(prop.name.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!(names.len(), 200);
    assert_eq!(read(&merged[0]), plain(&events));
    let (meta, _) = encode(&merged[0]).expect("bytes");
    assert!(meta.rest_may_hold("key259") || names.contains("key259"));
}

#[test]
fn what_is_nested_is_found_as_its_text() {
    assert_eq!(prop_of_rest(r#"{"a":{"b":1},"c":2}"#, "a"), Some(PropValue::Text(r#"{"b":1}"#.into())));
    assert_eq!(prop_of_rest(r#"{"a":{"b":1},"c":2}"#, "c"), Some(PropValue::Number(2.0)));
    assert_eq!(prop_of_rest(r#"{"a":{"b":1},"c":2}"#, "d"), None);
}
