//! What a worker may take on, and how often it looks.

use std::time::Duration;

use protocol::limits::METRIC_SERIES_MAX;
use storage::pending::ClaimSize;

use crate::stage::{AtStage, Stage};

/// How a worker works.
#[derive(Clone)]
pub struct Config {
    /// Flushes and items of one transaction.
    pub claim: ClaimSize,
    /// How long it waits after it found nothing.
    pub poll_every: Duration,
    /// A random number from 0 to below 1, which spreads several workers' polls and chooses what is recounted.
    pub jitter: fn() -> f64,
    /// Longest pause after a database error.
    pub pause_max: Duration,
    /// How long a stop waits for the transaction at hand; then it is rolled back.
    pub stop_max: Duration,
    /// How many series of a metric name are told apart, and when a heavier one takes the place of another.
    pub series: SeriesLimit,
    /// Called as each stage of a claim ends; an error ends the claim there. Tests break a worker off with it.
    pub at_stage: Option<AtStage>,
}

impl Config {
    /// The usual figures. Items are few enough that a transaction holds its project for about a second.
    pub fn new(jitter: fn() -> f64) -> Self {
        Self {
            claim: ClaimSize { flushes_max: 64, items_max: 50_000 },
            poll_every: Duration::from_millis(200),
            jitter,
            pause_max: Duration::from_secs(5),
            stop_max: Duration::from_secs(5),
            series: SeriesLimit::default(),
            at_stage: None,
        }
    }

    /// A stage has ended.
    pub(crate) fn reached(&self, stage: Stage) -> anyhow::Result<()> {
        self.at_stage.as_ref().map_or(Ok(()), |at_stage| at_stage(stage))
    }
}

/// The places that a metric name has for series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesLimit {
    /// Series that have a place.
    pub places_max: usize,
    /// Series that had one and keep their history and number. Readers take in as many: see `storage::metric_series`.
    pub folded_max: usize,
    /// Series without a place that are counted one by one, to find heavy ones: one with a 500th of what they send is found.
    pub candidates_max: usize,
    /// Places that change hands in one run, at most.
    pub exchanges_max: usize,
    /// Whoever sends fewer points in a day gets no place.
    pub points_min: u64,
}

impl Default for SeriesLimit {
    fn default() -> Self {
        Self { places_max: METRIC_SERIES_MAX, folded_max: METRIC_SERIES_MAX, candidates_max: 500, exchanges_max: 100, points_min: 20 }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("claim", &self.claim).field("poll_every", &self.poll_every).finish_non_exhaustive()
    }
}
