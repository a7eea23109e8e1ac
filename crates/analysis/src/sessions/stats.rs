//! How many sessions there were, and how they went.

use std::sync::Arc;

use super::find::Finder;
use super::stretch::Stretches;
use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};

/// Sessions added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions.
    pub sessions: u64,
    /// Those with one page view at most and no other event; leaving a page is none.
    pub bounced: u64,
    /// Page views in them.
    pub page_views: u64,
    /// From the first to the last event of each, in milliseconds.
    pub duration_ms: i64,
}

impl SessionCounts {
    fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.bounced += other.bounced;
        self.page_views += other.page_views;
        self.duration_ms += other.duration_ms;
    }
}

/// The sessions of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStats {
    /// By the bucket in which they began.
    pub buckets: Vec<SessionCounts>,
    /// All of them.
    pub total: SessionCounts,
    /// The middle duration, the lower one of two; `None` without sessions.
    pub median_duration_ms: Option<i64>,
}

/// Counts the sessions of which some row is in `chosen`, which has none that the stretches leave out.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    stretches: &[Arc<Stretches>],
    chosen: &Selection,
    spread: &Spread,
    buckets: usize,
    cancel: &Cancel,
) -> Result<SessionStats, Cancelled> {
    let visitor = || Visitor {
        history,
        spread,
        finder: Finder::new(history, stretches, chosen),
        buckets: vec![SessionCounts::default(); buckets],
        durations: Vec::new(),
    };
    let mut stats =
        SessionStats { buckets: vec![SessionCounts::default(); buckets], total: SessionCounts::default(), median_duration_ms: None };
    let mut durations = Vec::new();
    for visitor in history.walk(cancel, visitor)? {
        stats.buckets.iter_mut().zip(&visitor.buckets).for_each(|(bucket, other)| bucket.add(other));
        durations.extend(visitor.durations);
    }
    stats.buckets.iter().for_each(|bucket| stats.total.add(bucket));
    if !durations.is_empty() {
        let middle = (durations.len() - 1) / 2;
        stats.median_duration_ms = Some(*durations.select_nth_unstable(middle).1);
    }
    Ok(stats)
}

struct Visitor<'a> {
    history: &'a History,
    spread: &'a Spread,
    finder: Finder<'a>,
    buckets: Vec<SessionCounts>,
    durations: Vec<i64>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        for session in self.finder.chosen(runs) {
            let bucket = self.spread.bucket_of(self.history, &session.first);
            if bucket == OUT {
                continue;
            }
            let duration_ms = session.duration_ms();
            self.durations.push(duration_ms);
            self.buckets[bucket as usize].add(&SessionCounts {
                sessions: 1,
                bounced: u64::from(session.bounced()),
                page_views: session.page_views,
                duration_ms,
            });
        }
    }
}
