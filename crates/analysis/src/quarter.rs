//! Quarter cells: the events of 15 minutes, by name, route, environment and bot class. Quarters add up to the days of
//! every time zone.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use roaring::RoaringBitmap;

use crate::cell::Corrupt;

/// The route that takes what is beyond a project's limit.
pub const OTHER: &str = "__other__";

/// The format of a bitmap's bytes: this one byte, then roaring's portable serialisation.
const VERSION: u8 = 1;

/// One event, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountedEvent<'a> {
    /// When it happened.
    pub ts: DateTime<Utc>,
    /// Its name.
    pub name: &'a str,
    /// Its route, or the one it is folded into.
    pub route: Option<&'a str>,
    /// Its environment.
    pub environment: &'a str,
    /// A bot caused it.
    pub is_bot: bool,
    /// 1 / sample rate.
    pub weight: f64,
    /// Who did it; `None` for an event without any actor.
    pub actor: Option<u32>,
}

/// What an event is counted under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slice<'a> {
    /// Everything.
    All,
    /// The events of one name.
    Name(&'a str),
    /// The events on one route.
    Route(&'a str),
}

/// Which cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuarterKey<'a> {
    /// The quarter's start.
    pub bucket: DateTime<Utc>,
    /// Which events of it.
    pub slice: Slice<'a>,
    /// In which environment.
    pub environment: &'a str,
    /// Caused by bots, or not.
    pub is_bot: bool,
}

/// Events, added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuarterCell {
    /// Events.
    pub n: i64,
    /// Sum of their weights.
    pub weight: f64,
    /// The numbers of their actors.
    pub actors: RoaringBitmap,
}

impl QuarterCell {
    fn add(&mut self, event: &CountedEvent<'_>) {
        self.n += 1;
        self.weight += event.weight;
        self.actors.extend(event.actor);
    }

    /// Adds the events of another cell.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.weight += other.weight;
        self.actors |= &other.actors;
    }
}

/// The start of the quarter of an hour that `ts` lies in.
pub fn bucket(ts: DateTime<Utc>) -> DateTime<Utc> {
    // Only times 200,000 years from now cannot be truncated.
    ts.duration_trunc(TimeDelta::minutes(15)).unwrap_or(ts)
}

/// Counts events into their cells: each into all, its name, and its route if it has one.
pub fn fold<'a>(events: impl IntoIterator<Item = CountedEvent<'a>>) -> BTreeMap<QuarterKey<'a>, QuarterCell> {
    let mut cells = BTreeMap::<_, QuarterCell>::new();
    for event in events {
        let bucket = bucket(event.ts);
        let slices = [Some(Slice::All), Some(Slice::Name(event.name)), event.route.map(Slice::Route)];
        for slice in slices.into_iter().flatten() {
            cells.entry(QuarterKey { bucket, slice, environment: event.environment, is_bot: event.is_bot }).or_default().add(&event);
        }
    }
    cells
}

/// The bytes of the `actors` column.
pub fn encode(actors: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + actors.serialized_size());
    bytes.push(VERSION);
    actors.serialize_into(&mut bytes).expect("writing to memory does not fail");
    bytes
}

/// The bitmap of stored bytes.
///
/// # Errors
/// When the bytes are not what [`encode`] writes.
pub fn decode(bytes: &[u8]) -> Result<RoaringBitmap, Corrupt> {
    match bytes.split_first() {
        Some((&VERSION, bitmap)) => RoaringBitmap::deserialize_from(bitmap).map_err(|_| Corrupt("a damaged bitmap of actors")),
        Some(_) => Err(Corrupt("a bitmap of an unknown version")),
        None => Err(Corrupt("an empty bitmap")),
    }
}

/// The actors of several stored bitmaps.
///
/// # Errors
/// When one of them is not what [`encode`] writes.
pub fn union<'a>(bitmaps: impl IntoIterator<Item = &'a [u8]>) -> Result<RoaringBitmap, Corrupt> {
    let mut actors = RoaringBitmap::new();
    for bytes in bitmaps {
        actors |= decode(bytes)?;
    }
    Ok(actors)
}
