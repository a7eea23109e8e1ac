//! Two counts of the same quarters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use analysis::quarter::{self, QuarterCell};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use storage::audit::Sums;
use storage::event_quarters::{Dimension, Quarter};

/// Sums of the same fractions in another order differ by less, relative to the greater.
const WEIGHT_TOLERANCE: f64 = 1e-9;
/// What taking a person's events off a sum may leave of them.
const WEIGHT_REST: f64 = 1e-6;

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    bucket: DateTime<Utc>,
    dimension: i16,
    value: String,
    environment: String,
    is_bot: bool,
}

impl Key {
    pub(super) fn of(row: &Quarter) -> Self {
        Self {
            bucket: row.bucket,
            dimension: row.dimension,
            value: row.value.clone(),
            environment: row.environment.clone(),
            is_bot: row.is_bot,
        }
    }

    /// Such as `events on route /cart of people in production`.
    fn events(&self) -> String {
        let slice = match self.dimension {
            code if code == Dimension::Name.code() => format!("events named {}", self.value),
            code if code == Dimension::Route.code() => format!("events on route {}", self.value),
            _ => "events".to_owned(),
        };
        let who = if self.is_bot { "bots" } else { "people" };
        format!("{slice} of {who} in {}", self.environment)
    }
}

/// What was counted on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Events.
    pub events: i64,
    /// Sum of their weights.
    pub weight: f64,
    /// Actors; `None` where they were not compared.
    pub actors: Option<u64>,
}

impl Counts {
    fn of(cell: &QuarterCell) -> Self {
        Self { events: cell.n, weight: cell.weight, actors: Some(cell.actors.len()) }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events", self.events)?;
        if self.weight != self.events as f64 {
            write!(f, " of weight {:.3}", self.weight)?;
        }
        self.actors.map_or(Ok(()), |actors| write!(f, ", {actors} actors"))
    }
}

/// A quarter, or a whole day, that rollup and segments count differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// It is a day's sum, not a quarter's.
    pub is_day: bool,
    /// Which events, such as `route /cart in production`.
    pub of: String,
    /// By the rollup.
    pub rollup: Counts,
    /// By the segments.
    pub segments: Counts,
}

impl Drift {
    pub(super) fn of_day(day: NaiveDate, sums: Sums) -> Self {
        let counts = |events: i64| Counts { events, weight: events as f64, actors: None };
        Self {
            from: day.and_time(NaiveTime::MIN).and_utc(),
            is_day: true,
            of: "all events".to_owned(),
            rollup: counts(sums.counted),
            segments: counts(sums.in_segments),
        }
    }

    fn of_key(key: &Key, rollup: Counts, segments: Counts) -> Self {
        Self { from: key.bucket, is_day: false, of: key.events(), rollup, segments }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.is_day { self.from.format("%Y-%m-%d") } else { self.from.format("%Y-%m-%d %H:%M") };
        let Self { of, rollup, segments, .. } = self;
        write!(f, "{when} UTC, {of}: the rollup has {rollup}; the segments have {segments}")?;
        let same = rollup.events == segments.events && rollup.actors == segments.actors && rollup.weight == segments.weight;
        if same { write!(f, ", but not the same ones") } else { Ok(()) }
    }
}

/// What the comparison of some quarters came to.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) quarters: usize,
    pub(super) events: u64,
    pub(super) drifts: Vec<Drift>,
    pub(super) damaged: Vec<String>,
}

/// Compares rows of the rollup with what was recounted: every key of either, to the event and to the actor.
pub(super) fn compare(stored: Vec<Quarter>, mut recounted: BTreeMap<Key, QuarterCell>) -> Compared {
    let mut compared = Compared::default();
    let mut buckets = BTreeSet::new();
    let mut pairs = Vec::with_capacity(stored.len());
    for row in stored {
        let key = Key::of(&row);
        let other = recounted.remove(&key).unwrap_or_default();
        let actors = match quarter::decode(&row.actors) {
            Ok(actors) => actors,
            Err(error) => {
                compared.damaged.push(format!("{} of {}: {error}", key.events(), row.bucket.format("%Y-%m-%d %H:%M UTC")));
                continue;
            }
        };
        let cell = QuarterCell { n: row.n, weight: row.weight, actors };
        pairs.push((key, cell, other));
    }
    pairs.extend(recounted.into_iter().map(|(key, cell)| (key, QuarterCell::default(), cell)));
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, rollup, segments) in pairs {
        buckets.insert(key.bucket);
        if key.dimension == Dimension::All.code() {
            compared.events += segments.n.unsigned_abs();
        }
        if !agree(&rollup, &segments) {
            compared.drifts.push(Drift::of_key(&key, Counts::of(&rollup), Counts::of(&segments)));
        }
    }
    compared.quarters = buckets.len();
    compared
}

fn agree(a: &QuarterCell, b: &QuarterCell) -> bool {
    let tolerance = (WEIGHT_TOLERANCE * a.weight.abs().max(b.weight.abs())).max(WEIGHT_REST);
    a.n == b.n && a.actors == b.actors && (a.weight - b.weight).abs() <= tolerance
}
