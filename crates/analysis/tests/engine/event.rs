//! Random events, as plain values.

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::segment::{Attribute, Block, Draft, EventRow};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// An event, as the references read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub ts: DateTime<Utc>,
    pub seq: Option<i64>,
    pub id: Uuid,
    pub actor: Option<u32>,
    pub attributes: BTreeMap<Attribute, String>,
    pub weight: f64,
    pub trace: Option<[u8; 16]>,
    pub props: Map<String, Value>,
}

impl Event {
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.attributes.get(&attribute).map(String::as_str)
    }

    pub fn name(&self) -> &str {
        self.text(Attribute::Name).expect("every event has a name")
    }

    /// What one person's events are ordered by.
    pub fn order(&self) -> (i64, Option<i64>, [u8; 4], Uuid) {
        let bytes = self.id.as_bytes();
        (self.ts.timestamp_millis(), self.seq, [bytes[6], bytes[7], bytes[8], bytes[9]], self.id)
    }
}

/// Where every random history begins: a Tuesday, five days before clocks change in Europe.
pub fn origin() -> DateTime<Utc> {
    "2026-03-24T00:00:00Z".parse().expect("a time")
}

/// Every name that a random event may have.
pub const NAMES: [&str; 5] = ["$pageview", "$pageleave", "view", "add", "buy"];

fn pick<'a>(rng: &mut Rng, texts: &[&'a str]) -> &'a str {
    texts[rng.usize(..texts.len())]
}

/// Events over `days`, many of them at the same moment, some sent twice, in no order.
pub fn random(rng: &mut Rng, count: usize, days: i64) -> Vec<Event> {
    let mut events: Vec<Event> = (0..count).map(|_| one(rng, days)).collect();
    for _ in 0..count / 20 {
        let again = events[rng.usize(..events.len())].clone();
        events.push(again);
    }
    rng.shuffle(&mut events);
    events
}

fn one(rng: &mut Rng, days: i64) -> Event {
    // Coarse times make ties; a few are apart by milliseconds and by about half an hour, where sessions end.
    let minutes = rng.i64(0..days * 24 * 60 / 7) * 7;
    let ts = origin() + TimeDelta::minutes(minutes) + TimeDelta::milliseconds(if rng.bool() { 0 } else { rng.i64(0..3) });
    let mut attributes = BTreeMap::new();
    let mut put = |attribute, text: &str| attributes.insert(attribute, text.to_owned());
    put(Attribute::Name, pick(rng, &["$pageview", "$pageview", "$pageleave", "view", "add", "buy"]));
    put(Attribute::Environment, pick(rng, &["production", "production", "staging"]));
    if rng.u8(..4) > 0 {
        put(Attribute::Route, pick(rng, &["/", "/cart", "/orders/:id", "/help"]));
    }
    if rng.u8(..3) > 0 {
        put(Attribute::Session, pick(rng, &["s1", "s2", "s3", "0190f1b2-0000-7000-8000-000000000001"]));
    }
    if rng.bool() {
        put(Attribute::Country, pick(rng, &["DE", "FR", "US"]));
    }
    if rng.u8(..10) == 0 {
        put(Attribute::Bot, "agent");
    }
    let mut props = Map::new();
    if rng.bool() {
        let price = [json!(9.99), json!(10), json!("10"), json!(true), json!(null), json!({"a": 1}), json!(1e300)];
        props.insert("price".to_owned(), price[rng.usize(..price.len())].clone());
    }
    if rng.u8(..3) == 0 {
        props.insert("plan".to_owned(), json!(pick(rng, &["free", "pro", "a \"quoted\" one"])));
    }
    if rng.u8(..4) == 0 {
        props.insert("visible_ms".to_owned(), json!(rng.u32(0..90_000)));
    }
    let mut id = [0; 16];
    rng.fill(&mut id);
    if rng.bool() {
        let millis = ts.timestamp_millis().to_be_bytes();
        id[..6].copy_from_slice(&millis[2..]);
    }
    Event {
        ts,
        seq: rng.bool().then(|| rng.i64(0..4)),
        id: Uuid::from_bytes(id),
        actor: (rng.u8(..12) > 0).then(|| rng.u32(0..9)),
        attributes,
        weight: if rng.u8(..8) == 0 { 4.0 } else { 1.0 },
        trace: (rng.u8(..5) == 0).then(|| [rng.u8(..); 16]),
        props,
    }
}

/// The blocks of these events: one per day.
pub fn blocks(events: &[Event]) -> Vec<Block> {
    let props: Vec<String> = events.iter().map(|event| Value::Object(event.props.clone()).to_string()).collect();
    let rows = events.iter().zip(&props).map(|(event, props)| EventRow {
        ts: event.ts,
        seq: event.seq,
        event_id: event.id,
        actor: event.actor,
        attributes: Attribute::ALL.map(|attribute| event.text(attribute)),
        weight: event.weight,
        trace: event.trace,
        props,
    });
    Draft::by_day(rows).into_iter().map(Draft::finish).collect()
}

/// The events in blocks as they might lie: cut anywhere, some of them merged.
pub fn segmented(rng: &mut Rng, events: &[Event]) -> Vec<Arc<Block>> {
    let mut blocks_: Vec<Block> = Vec::new();
    let mut rest = events;
    while !rest.is_empty() {
        let (claim, after) = rest.split_at(rng.usize(1..=rest.len()));
        blocks_.extend(blocks(claim));
        rest = after;
    }
    for _ in 0..rng.usize(0..6) {
        let day = blocks_[rng.usize(..blocks_.len())].day;
        let (merged, mut others): (Vec<Block>, Vec<Block>) = blocks_.into_iter().partition(|block| block.day == day && rng.u8(..4) > 0);
        others.extend(analysis::segment::merge(&merged.iter().collect::<Vec<_>>(), &Default::default()));
        blocks_ = others;
    }
    blocks_.into_iter().map(Arc::new).collect()
}
