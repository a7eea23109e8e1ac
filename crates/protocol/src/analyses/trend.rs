use serde::{Deserialize, Serialize};

use super::{GroupKey, Scope, TimeBucket, TrendMeasure};
use crate::filter::{Field, Filter};
use crate::range::{Compare, Step};
use crate::receipt::Receipt;

/// Events and distinct people over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrendQuery {
    /// Which events.
    pub scope: Scope,
    /// The width of a bucket; hours up to two days, else days.
    pub step: Option<Step>,
    /// One series each, A, B, C and so on: events that match the scope's filter and this one.
    pub series: Vec<Filter>,
    /// What each series is measured by, in their order; those that are not said are measured by `rank`.
    pub measures: Vec<TrendMeasure>,
    /// What a single series is broken down by: nothing, a field, or two fields' pairs.
    pub by: Vec<Field>,
    /// Values of the breakdown that are shown by themselves.
    pub top: usize,
    /// Which come first.
    pub rank: TrendRank,
    /// A figure from what the series are measured by, such as `B/A*100`.
    pub formula: Option<String>,
    /// What the series are compared with; nothing when absent. A breakdown is compared with nothing.
    pub compare: Compare,
}

impl TrendQuery {
    /// Series of one question, at most.
    pub const SERIES_MAX: usize = 10;
    /// Fields of a breakdown, at most.
    pub const FIELDS_MAX: usize = 2;
    /// Values of a breakdown, at most.
    pub const TOP_MAX: usize = 1_000;

    /// What a series is measured by, by its place.
    pub fn measure(&self, place: usize) -> TrendMeasure {
        let usual = match self.rank {
            TrendRank::Events => TrendMeasure::Events,
            TrendRank::People => TrendMeasure::People,
        };
        self.measures.get(place).cloned().unwrap_or(usual)
    }
}

impl Default for TrendQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            step: None,
            series: vec![Filter::all()],
            measures: Vec::new(),
            by: Vec::new(),
            top: 10,
            rank: TrendRank::Events,
            formula: None,
            compare: Compare::Nothing,
        }
    }
}

/// What values of a breakdown are ranked by, and what a series is measured by where nothing else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum TrendRank {
    #[default]
    Events,
    People,
}

/// What is counted in one bucket or range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendCounts {
    /// Weighted by sample rate; whole where nothing was sampled.
    pub events: f64,
    /// Distinct persons: over a range not the sum of its buckets.
    pub people: u64,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendSeries {
    /// Which of the question's series.
    pub letter: char,
    /// Which value of the breakdown.
    pub key: GroupKey,
    /// What it is measured by, such as `events` or `sum(price)`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub measure: TrendMeasure,
    /// That, by bucket; null where there is none, such as the mean of nothing.
    pub values: Vec<Option<f64>>,
    /// That, over the whole range: mostly not the sum of the buckets.
    pub value: Option<f64>,
    /// By bucket.
    pub counts: Vec<TrendCounts>,
    /// Over the whole range.
    pub total: TrendCounts,
}

/// The formula's line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendFormula {
    /// The formula, as it was understood.
    pub text: String,
    /// By bucket; null where it has no value, such as a share of nothing.
    pub values: Vec<Option<f64>>,
    /// Of the totals: not a sum or a mean of the values.
    pub total: Option<f64>,
}

/// The same question of an earlier range. Where the range is not over, the earlier one is cut at the same time on the wall, to
/// the quarter of an hour, so that a morning is compared with a morning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendBefore {
    /// Oldest first; where the earlier range is cut, there are fewer than in the range itself.
    pub buckets: Vec<TimeBucket>,
    /// In the order of the answer's.
    pub series: Vec<TrendSeries>,
    /// The formula's line, if there is one.
    pub formula: Option<TrendFormula>,
}

/// The answer to [`TrendQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendAnswer {
    /// The width of a bucket.
    pub step: Step,
    /// Oldest first.
    pub buckets: Vec<TimeBucket>,
    /// In the order of the question, or of the rank.
    pub series: Vec<TrendSeries>,
    /// The formula's line, if there is one.
    pub formula: Option<TrendFormula>,
    /// What it is compared with; null where nothing is, or where the earlier range is kept only in part.
    pub before: Option<TrendBefore>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
