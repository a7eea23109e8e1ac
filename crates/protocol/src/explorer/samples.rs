//! Single points, and what went on beside one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{MetricKey, MetricQuery};
use crate::filter::Filter;
use crate::range::{Period, Range};
use crate::receipt::{Accuracy, Receipt};
use crate::span::SpanStatus;
use crate::timeline::TimelineItem;
use crate::trace::{SpanId, TraceId};

/// Samples in one answer.
pub const SAMPLES_MAX: usize = 50;

/// Which points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SamplesQuery {
    /// Of which metric.
    pub metric: MetricQuery,
    /// With which attributes, releases, users, sessions and traces.
    pub filter: Filter,
    /// Of when.
    pub period: Period,
    /// Which of them.
    pub order: SampleOrder,
    /// [`SamplesAnswer::next`] of the page before.
    pub after: Option<String>,
    /// [`SamplesAnswer::previous`] of the page behind, in place of `after`.
    pub before: Option<String>,
}

impl Default for SamplesQuery {
    fn default() -> Self {
        Self {
            metric: MetricQuery::default(),
            filter: Filter::all(),
            period: Period::Last(Range::Hours24),
            order: SampleOrder::default(),
            after: None,
            before: None,
        }
    }
}

/// One stored metric point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Sample {
    /// Names this point among all of the project's.
    pub id: String,
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

/// Which points are shown, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SampleOrder {
    /// Newest first.
    #[default]
    Latest,
    /// Oldest first.
    Oldest,
    /// Largest value first.
    Largest,
    /// Smallest value first.
    Smallest,
    /// Those nearest to the median.
    P50,
    /// Those nearest to the 95th percentile.
    P95,
}

impl SampleOrder {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Latest, Self::Oldest, Self::Largest, Self::Smallest, Self::P50, Self::P95];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Oldest => "oldest",
            Self::Largest => "largest",
            Self::Smallest => "smallest",
            Self::P50 => "p50",
            Self::P95 => "p95",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Latest => "Latest",
            Self::Oldest => "Oldest",
            Self::Largest => "Largest",
            Self::Smallest => "Smallest",
            Self::P50 => "Near p50",
            Self::P95 => "Near p95",
        }
    }
}

/// Stored points of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SamplesAnswer {
    /// Which metric.
    pub metric: MetricKey,
    /// The time that was asked for.
    pub period: Period,
    /// Which of them.
    pub order: SampleOrder,
    /// At most 50.
    pub samples: Vec<Sample>,
    /// What to ask for as `after` to see those behind them. Null at the end.
    pub next: Option<String>,
    /// What to ask for as `before` to see those before them. Null at the begin.
    pub previous: Option<String>,
    /// Points in the range that match, so that a reader knows what the samples stand for.
    pub points: u64,
    /// The median of these; null where their kind keeps no values.
    pub p50: Option<f64>,
    /// Their 95th percentile; null where their kind keeps no values.
    pub p95: Option<f64>,
    /// How exact the two percentiles are.
    pub percentiles: Accuracy,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// One point with what went on in the same moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleAnswer {
    /// Of which metric.
    pub metric: MetricKey,
    /// The point.
    pub sample: Sample,
    /// Its trace, or the nearest one; null where there is none.
    pub trace: Option<SampleTrace>,
    /// Errors of the same moment.
    pub errors: Vec<TimelineItem>,
    /// Log records of the same moment, oldest first.
    pub logs: Vec<TimelineItem>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// A trace as a preview shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleTrace {
    /// Which.
    pub id: TraceId,
    /// Null when the point names this trace itself; else what it was found by.
    pub nearest_by: Option<NearestBy>,
    /// Its first spans by their start.
    pub spans: Vec<SampleSpan>,
    /// It has more of them.
    pub more: bool,
}

/// What a trace was found by that the point does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NearestBy {
    /// The point's session.
    Session,
    /// The point's user.
    User,
}

/// A span of a preview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct SampleSpan {
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub ts: DateTime<Utc>,
    pub duration_ms: f64,
    pub name: String,
    pub service: Option<String>,
    pub status: SpanStatus,
}
