//! The Metrics explorer: catalogue, aggregates, samples.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::metric::{Aggregate, MetricKind};
use crate::range::{Range, Step};
use crate::receipt::Receipt;
use crate::trace::{SpanId, TraceId};

/// Series drawn before the rest is summed up as "other".
pub const SERIES_SHOWN_MAX: usize = 7;
/// Samples in one answer.
pub const SAMPLES_MAX: usize = 50;

/// What identifies a metric. Points of one name with another kind or unit are another metric: they do not add up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricKey {
    /// Such as `http.server.duration_ms`.
    pub name: String,
    /// What its values mean.
    pub kind: MetricKind,
    /// Such as `ms`; empty when the sender names none.
    pub unit: String,
}

/// One row of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricSummary {
    /// Which metric.
    pub metric: MetricKey,
    /// Attribute sets seen.
    pub series: u64,
    /// Points of the last 24 hours.
    pub points: u64,
    /// Its default aggregate per hour of the last 24, oldest first; `None` where there were no points.
    pub spark: Vec<Option<f64>>,
    /// The newest point.
    pub last_seen: DateTime<Utc>,
    /// What it can be grouped by.
    pub tag_keys: Vec<String>,
}

/// Every metric of the project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricCatalogue {
    /// By name.
    pub metrics: Vec<MetricSummary>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// A metric over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateAnswer {
    /// Which metric.
    pub metric: MetricKey,
    /// How each bucket's points became one number.
    pub aggregate: Aggregate,
    /// The tag it is grouped by.
    pub by: Option<String>,
    /// What it could be grouped by.
    pub tag_keys: Vec<String>,
    /// The range that was asked for.
    pub range: Range,
    /// The width of a bucket.
    pub step: Step,
    /// The buckets' bounds and state, oldest first.
    pub buckets: Vec<AggregateBucket>,
    /// One series, or the largest and "other" when grouped; by points, largest first.
    pub series: Vec<AggregateSeries>,
    /// Points in the range.
    pub points: u64,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// The bounds of one bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateBucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Seconds that the zone is ahead of UTC at `start`.
    pub utc_offset_seconds: i32,
    /// It is not over, or not all of it has been counted.
    pub open: bool,
}

/// One line of the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateSeries {
    /// The tag's value; `None` without grouping, for points without the tag, and for the rest.
    pub label: Option<String>,
    /// This is the rest: everything beyond the largest series, taken together.
    pub other: bool,
    /// One value per bucket; `None` where there were no points.
    pub values: Vec<Option<f64>>,
    /// The aggregate over the whole range.
    pub total: Option<f64>,
    /// Points in the range.
    pub points: u64,
}

/// One stored metric point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Sample {
    pub ts: DateTime<Utc>,
    /// The number; 1 in a set, whose points name a member each.
    pub value: f64,
    /// Sets: which member, as the 16 hex digits of its 64-bit hash; the value itself is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub release: Option<String>,
    pub environment: String,
}

/// The order of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SampleOrder {
    /// Newest first.
    #[default]
    Latest,
    /// Largest value first.
    Largest,
}

impl SampleOrder {
    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Largest => "largest",
        }
    }
}

/// Stored points of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SamplesAnswer {
    /// Which metric.
    pub metric: MetricKey,
    /// The range that was asked for.
    pub range: Range,
    /// In which order.
    pub order: SampleOrder,
    /// At most 50.
    pub samples: Vec<Sample>,
    /// Points in the range, so that a reader knows what the samples stand for.
    pub points: u64,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
