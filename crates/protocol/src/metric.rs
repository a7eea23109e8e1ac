//! Metric points: numbers that describe how the product runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::trace::{SpanId, TraceId, lenient};

/// What a metric's values mean, and so which aggregates are right for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// Increments that add up.
    #[serde(alias = "count", alias = "increment", alias = "c")]
    Counter,
    /// The state at a moment; the latest value replaces the one before.
    #[serde(alias = "g")]
    Gauge,
    /// Values that vary and need percentiles. The kind of a point that names none.
    #[default]
    #[serde(alias = "histogram", alias = "timer", alias = "timing", alias = "d", alias = "h", alias = "ms")]
    Distribution,
    /// Distinct values; each is kept as its 64-bit hash.
    #[serde(alias = "s")]
    Set,
}

impl MetricKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Counter, Self::Gauge, Self::Distribution, Self::Set];

    /// The number in the `kind` columns.
    pub const fn code(self) -> i16 {
        match self {
            Self::Counter => 1,
            Self::Gauge => 2,
            Self::Distribution => 3,
            Self::Set => 4,
        }
    }

    /// The kind of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Counter),
            2 => Some(Self::Gauge),
            3 => Some(Self::Distribution),
            4 => Some(Self::Set),
            _ => None,
        }
    }

    /// The word on screen and in URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Distribution => "distribution",
            Self::Set => "set",
        }
    }

    /// The aggregates that make sense for this kind; the first is the default.
    pub const fn aggregates(self) -> &'static [Aggregate] {
        use Aggregate as A;
        match self {
            Self::Counter => &[A::Sum, A::PerSecond, A::PerMinute],
            Self::Gauge => &[A::Avg, A::Min, A::Max, A::Last, A::PerSecond, A::PerMinute],
            Self::Distribution => {
                &[A::P95, A::P50, A::P75, A::P90, A::P99, A::Avg, A::Sum, A::Min, A::Max, A::Count, A::PerSecond, A::PerMinute]
            }
            Self::Set => &[A::Unique, A::PerSecond, A::PerMinute],
        }
    }
}

/// How the points of a bucket become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Aggregate {
    Sum,
    Count,
    Avg,
    Min,
    Max,
    Last,
    /// Counters: increments per second. Gauges and distributions: points per second.
    PerSecond,
    /// As `per_second`, for a minute.
    PerMinute,
    P50,
    P75,
    P90,
    P95,
    P99,
    /// Distinct values of a set.
    Unique,
}

impl Aggregate {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::Sum,
        Self::Count,
        Self::Avg,
        Self::Min,
        Self::Max,
        Self::Last,
        Self::PerSecond,
        Self::PerMinute,
        Self::P50,
        Self::P75,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::Unique,
    ];

    /// The quantile of a percentile, from 0 to 1.
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.50),
            Self::P75 => Some(0.75),
            Self::P90 => Some(0.90),
            Self::P95 => Some(0.95),
            Self::P99 => Some(0.99),
            _ => None,
        }
    }

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Last => "last",
            Self::PerSecond => "per_second",
            Self::PerMinute => "per_minute",
            Self::P50 => "p50",
            Self::P75 => "p75",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Unique => "unique",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PerSecond => "per second",
            Self::PerMinute => "per minute",
            other => other.word(),
        }
    }
}

/// One metric point as a client sends it. `name` and `value` are required; unknown fields are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricPoint {
    /// Such as `db.query.duration_ms`. At most 200 bytes.
    #[serde(alias = "metric")]
    pub name: String,
    /// What the value means.
    #[serde(default, alias = "type")]
    pub kind: MetricKind,
    /// The number; a set also takes text.
    pub value: MetricValue,
    /// Such as `ms`, `bytes`, `usd`.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// When it was measured, by the sender's clock; the time of receipt when absent.
    #[serde(default, alias = "timestamp", alias = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// What the metric can be grouped and filtered by. `trace_id` and `span_id` in here are lifted out of it.
    #[serde(default, alias = "attributes", deserialize_with = "crate::text::tags", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The trace during which it was measured.
    #[serde(default, alias = "traceId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// The span during which it was measured.
    #[serde(default, alias = "spanId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
    /// The user for whom it was measured.
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The session in which it was measured.
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The release of the sending application.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Such as `prod`; `prod` when absent.
    #[serde(default, alias = "env", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// A point's value: a number, or text for a set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
#[allow(missing_docs, reason = "the names say it")]
pub enum MetricValue {
    Number(f64),
    Text(String),
}

impl Default for MetricValue {
    fn default() -> Self {
        Self::Number(0.0)
    }
}

impl From<f64> for MetricValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}
