//! The events as our engine stores them, and what storing costs.
//!
//! Each day arrives in pieces, as the worker writes them, and is merged as compaction does it.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use analysis::segment::{Attribute, ColumnKey, Draft, EventRow, Meta, Part, decode, encode, merge};

use storage::segments::NewSegment;

use crate::row::{ENVIRONMENT, Row, day};
use crate::traffic::{DAYS, Hit, Person};

/// Events that the worker finds at once.
const PIECE_ROWS: usize = 1 << 14;

/// A stored segment.
pub struct Stored {
    pub day: chrono::NaiveDate,
    pub rows: usize,
    pub meta: Meta,
    pub parts: Vec<Part>,
}

impl Stored {
    /// As it is written to the database.
    pub fn numbered(&self, segment_id: i64) -> NewSegment {
        NewSegment {
            segment_id,
            day: self.day,
            events: self.rows as i64,
            meta: serde_json::to_value(&self.meta).expect("json"),
            parts: self.parts.iter().map(|part| part.0.clone()).collect(),
        }
    }
}

/// The segments, and how long each kind of work took.
#[derive(Default)]
pub struct Segments {
    pub stored: Vec<Stored>,
    pub events: usize,
    pub drafting: Duration,
    pub merging: Duration,
    pub encoding: Duration,
    pub decoding: Duration,
    /// Bytes of the pieces before they were merged.
    pub piece_bytes: usize,
    /// By column, or by the first of several that lie together because there are few rows.
    pub bytes: BTreeMap<ColumnKey, usize>,
    memory: BTreeMap<ColumnKey, usize>,
}

impl Segments {
    /// From the events by time; `actors` are the actors' numbers by user.
    pub fn of(hits: &[Hit], people: &[Person], actors: &[u32]) -> Self {
        let mut made = Self { events: hits.len(), ..Self::default() };
        for number in 0..DAYS {
            let begin = hits.partition_point(|hit| day(hit) < number);
            let end = hits.partition_point(|hit| day(hit) <= number);
            made.day(&hits[begin..end], people, actors);
        }
        made
    }

    fn day(&mut self, hits: &[Hit], people: &[Person], actors: &[u32]) {
        let mut pieces = Vec::new();
        for hits in hits.chunks(PIECE_ROWS) {
            let rows: Vec<Row> = hits.iter().map(|hit| Row::of(hit, people)).collect();
            let begin = Instant::now();
            pieces.extend(Draft::by_day(rows.iter().map(|row| event_row(row, actors))).into_iter().map(Draft::finish));
            self.drafting += begin.elapsed();
        }
        self.piece_bytes +=
            pieces.iter().map(|piece| encode(piece).expect("bytes").1.iter().map(|part| part.0.len()).sum::<usize>()).sum::<usize>();
        let begin = Instant::now();
        let merged = merge(&pieces.iter().collect::<Vec<_>>(), &HashSet::new());
        self.merging += begin.elapsed();
        for block in merged {
            let begin = Instant::now();
            let (meta, parts) = encode(&block).expect("bytes");
            self.encoding += begin.elapsed();
            for (part, described) in parts.iter().zip(&meta.parts) {
                *self.bytes.entry(described.columns[0].clone()).or_default() += part.0.len();
            }
            self.stored.push(Stored { day: block.day, rows: block.rows, meta, parts });
        }
    }

    /// Decodes every part once, for what that costs.
    pub fn decode(&mut self) {
        for stored in &self.stored {
            for (part, described) in stored.parts.iter().zip(&stored.meta.parts) {
                let begin = Instant::now();
                let decoded = decode(&part.0).expect("columns");
                self.decoding += begin.elapsed();
                assert!(decoded.keys().eq(&described.columns), "a part holds what its description says");
                for (key, column) in decoded {
                    *self.memory.entry(key).or_default() += column.memory();
                }
            }
        }
    }

    pub fn print(&self) {
        let each = |bytes: usize| bytes as f64 / self.events as f64;
        let rate = |took: Duration| self.events as f64 / took.as_secs_f64() / 1e6;
        println!(
            "\nSegments: {} of {} events, {:.1} bytes per event; in pieces of {PIECE_ROWS} rows {:.1}",
            self.stored.len(),
            self.events,
            each(self.bytes.values().sum()),
            each(self.piece_bytes)
        );
        println!(
            "  one thread, million events/s: draft {:.2}, merge {:.2}, encode {:.2}, decode {:.2}",
            rate(self.drafting),
            rate(self.merging),
            rate(self.encoding),
            rate(self.decoding)
        );
        println!("  {:<26} {:>8} {:>8}", "bytes per event", "stored", "memory");
        for (key, bytes) in &self.bytes {
            println!("  {:<26} {:>8.2} {:>8.2}", key.to_string(), each(*bytes), each(self.memory.get(key).copied().unwrap_or_default()));
        }
    }
}

fn event_row<'a>(row: &'a Row, actors: &[u32]) -> EventRow<'a> {
    let mut attributes = [None; Attribute::ALL.len()];
    for (place, attribute) in Attribute::ALL.into_iter().enumerate() {
        attributes[place] = match attribute {
            Attribute::Name => Some(row.name.as_str()),
            Attribute::Route => Some(&row.route),
            Attribute::Environment => Some(ENVIRONMENT),
            Attribute::Release => Some(&row.release),
            Attribute::Country => Some(&row.country),
            Attribute::Os => Some(row.os),
            Attribute::Browser => Some(row.browser),
            Attribute::Session => Some(&row.session_id),
            Attribute::Install => Some(&row.install_id),
            _ => None,
        };
    }
    EventRow {
        ts: row.ts,
        seq: Some(row.seq),
        event_id: row.event_id,
        actor: Some(actors[row.user as usize]),
        attributes,
        weight: 1.0,
        trace: None,
        props: &row.props,
    }
}

/// The number of each user's actor: dense, by first appearance.
pub fn actors(hits: &[Hit], users: usize) -> Vec<u32> {
    let mut actors = vec![u32::MAX; users];
    let mut next = 0;
    for hit in hits {
        let actor = &mut actors[hit.user as usize];
        if *actor == u32::MAX {
            *actor = next;
            next += 1;
        }
    }
    actors
}
