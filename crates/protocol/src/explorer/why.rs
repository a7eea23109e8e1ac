//! How values are spread, and what is different about a part of them.

use serde::{Deserialize, Serialize};

use super::{MetricKey, MetricQuery, Sample};
use crate::analyses::TimeBucket;
use crate::filter::Filter;
use crate::range::{Period, Range, Step};
use crate::receipt::Receipt;

/// With fewer points inside, or around, nothing is compared: shares of so few mean nothing.
pub const WHY_POINTS_MIN: u64 = 5;
/// Values that are told of one comparison.
pub const WHY_SHOWN_MAX: usize = 20;

/// What is different about the points of a part of the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhyQuery {
    /// Of which metric.
    pub metric: MetricQuery,
    /// With which attributes, releases, users, sessions and traces.
    pub filter: Filter,
    /// The part; what lies around it, three times as long on either side, is the outside.
    pub period: Period,
    /// Only points from this value on are inside; those below it are outside.
    pub least: Option<f64>,
}

impl Default for WhyQuery {
    fn default() -> Self {
        Self { metric: MetricQuery::default(), filter: Filter::all(), period: Period::Last(Range::Hour1), least: None }
    }
}

/// What is over-represented inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyAnswer {
    /// Which metric.
    pub metric: MetricKey,
    /// Points inside.
    pub inside: u64,
    /// Points outside.
    pub outside: u64,
    /// What is more frequent inside, the largest difference first.
    pub rows: Vec<WhyRow>,
    /// Points inside that have what stands first.
    pub samples: Vec<Sample>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// A value that is more frequent inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyRow {
    /// The attribute, or `release`, `environment`, `user`.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Points inside with it.
    pub inside: u64,
    /// Points outside with it.
    pub outside: u64,
    /// Its share inside less its share outside, from 0 to 1.
    pub effect: f64,
}

/// A distribution over time: how many values of each size every bucket has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeatAnswer {
    /// Which metric.
    pub metric: MetricKey,
    /// The width of a bucket.
    pub step: Step,
    /// Oldest first.
    pub buckets: Vec<TimeBucket>,
    /// Between which values each row lies, rising: one more than there are rows.
    pub bounds: Vec<f64>,
    /// For each bucket the points of each row, smallest values first.
    pub counts: Vec<Vec<u64>>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
