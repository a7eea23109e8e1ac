//! People, page views and events over time, from quarters of an hour.
//!
//! People of a bucket or a range are the distinct actors of all its quarters, never a sum. A quarter belongs to the bucket
//! that holds its start: bounds of buckets lie on quarters in every zone.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use protocol::audience::Counts;
use roaring::RoaringBitmap;

use crate::calendar::Frame;

/// Counts over the buckets of a frame, and over the part of it that lies before a cut.
#[derive(Clone, Debug)]
pub struct Tally {
    frame: Frame,
    until: DateTime<Utc>,
    buckets: Vec<Counted>,
    total: Counted,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    actors: RoaringBitmap,
    page_views: f64,
    events: f64,
}

impl Counted {
    fn counts(&self) -> Counts {
        Counts { people: self.actors.len(), page_views: self.page_views, events: self.events, sessions: None }
    }
}

impl Tally {
    /// Nothing counted yet. Totals take in the quarters that begin before `until`.
    pub fn new(frame: Frame, until: DateTime<Utc>) -> Self {
        let buckets = vec![Counted::default(); frame.buckets.len()];
        Self { frame, until, buckets, total: Counted::default() }
    }

    /// Adds the events of a quarter; one outside of the frame is left out. Several rows may have the same quarter.
    pub fn add_events(&mut self, quarter: DateTime<Utc>, weight: f64, actors: &RoaringBitmap) {
        self.add(quarter, |counted| {
            counted.events += weight;
            counted.actors |= actors;
        });
    }

    /// Adds the page views of a quarter, whose events and actors are added apart.
    pub fn add_page_views(&mut self, quarter: DateTime<Utc>, weight: f64) {
        self.add(quarter, |counted| counted.page_views += weight);
    }

    fn add(&mut self, quarter: DateTime<Utc>, add: impl Fn(&mut Counted)) {
        if let Some(bucket) = self.frame.index_of(quarter) {
            add(&mut self.buckets[bucket]);
            if quarter < self.until {
                add(&mut self.total);
            }
        }
    }

    /// The counts before the cut.
    pub fn totals(&self) -> Counts {
        self.total.counts()
    }

    /// The counts of each bucket, whole, in the frame's order.
    pub fn buckets(&self) -> Vec<Counts> {
        self.buckets.iter().map(Counted::counts).collect()
    }
}

/// Names or routes, with their people and events.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    by_value: HashMap<String, Counted>,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Ranked {
    pub value: String,
    pub people: u64,
    pub events: f64,
}

impl Ranking {
    /// Adds events of `value`.
    pub fn add(&mut self, value: &str, weight: f64, actors: &RoaringBitmap) {
        if !self.by_value.contains_key(value) {
            self.by_value.insert(value.to_owned(), Counted::default());
        }
        if let Some(counted) = self.by_value.get_mut(value) {
            counted.events += weight;
            counted.actors |= actors;
        }
    }

    /// The first `count` rows by `measure`, largest first; of equal ones the first by name.
    pub fn top(self, count: usize, measure: impl Fn(&Ranked) -> f64) -> Vec<Ranked> {
        let ranked = |(value, counted): (String, Counted)| Ranked { value, people: counted.actors.len(), events: counted.events };
        let mut rows: Vec<Ranked> = self.by_value.into_iter().map(ranked).collect();
        rows.sort_unstable_by(|a, b| measure(b).total_cmp(&measure(a)).then_with(|| a.value.cmp(&b.value)));
        rows.truncate(count);
        rows
    }
}
