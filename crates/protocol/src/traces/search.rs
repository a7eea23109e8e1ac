//! Looking for traces.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::range::{Period, Range};
use crate::receipt::Receipt;
use crate::span::SpanStatus;
use crate::trace::{SpanId, TraceId};

/// Rows in one answer.
pub const SEARCH_ROWS: usize = 50;

/// Which traces, or spans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TracesQuery {
    /// Of which spans.
    pub of: TracesOf,
    /// What these have. `name`, `op`, `service`, `status`, `duration` (milliseconds), `route`, `release`, `environment`, `user`,
    /// `session` and `trace` are the span's own, `errors` is how many spans of its trace failed; any other key is one of its attributes.
    pub filter: Filter,
    /// When they began.
    pub period: Period,
    /// Which come first.
    pub sort: TraceSort,
}

impl Default for TracesQuery {
    fn default() -> Self {
        Self { of: TracesOf::default(), filter: Filter::all(), period: Period::Last(Range::Hours6), sort: TraceSort::default() }
    }
}

/// Which spans are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TracesOf {
    /// Those that are part of no other: one for each trace.
    #[default]
    Roots,
    /// Every one, also of traces whose root never came.
    Spans,
}

impl TracesOf {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Roots, Self::Spans];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Roots => "roots",
            Self::Spans => "spans",
        }
    }
}

/// Which come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TraceSort {
    /// The one that began last.
    #[default]
    Latest,
    /// The one that took longest.
    Slowest,
}

impl TraceSort {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Latest, Self::Slowest];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Slowest => "slowest",
        }
    }
}

/// A span that was found, and its trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct TraceRow {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    /// When it began.
    pub ts: DateTime<Utc>,
    pub duration_ms: f64,
    pub name: String,
    pub op: Option<String>,
    pub service: Option<String>,
    pub status: SpanStatus,
    pub release: Option<String>,
    pub user_id: Option<String>,
    /// Spans of its trace that are stored.
    pub spans: u64,
    /// How many of these failed.
    pub failed: u64,
    /// The services of its trace, by name; at most eight.
    pub services: Vec<String>,
}

/// How many of them took about so long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DurationBin {
    /// From so many milliseconds.
    pub from_ms: f64,
    /// To so many, exclusive.
    pub until_ms: f64,
    /// Spans.
    pub spans: u64,
    /// How many of these failed.
    pub failed: u64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TracesAnswer {
    /// Which spans were looked at.
    pub of: TracesOf,
    /// Which come first.
    pub sort: TraceSort,
    /// At most 50.
    pub rows: Vec<TraceRow>,
    /// Spans that match, of those that were looked at.
    pub matching: u64,
    /// How many of these failed themselves, whatever else of their traces did.
    pub failed: u64,
    /// How many of these are of a trace of which some span failed; null where there are more failed spans than
    /// one answer looks at, and of spans that no condition on `errors` is about.
    pub with_errors: Option<u64>,
    /// The median of their durations, in milliseconds; null where none match.
    pub p50_ms: Option<f64>,
    /// Their 95th percentile.
    pub p95_ms: Option<f64>,
    /// Their durations, each bin 10^(1/5) times as wide as the one before; from the first to the last that has any.
    pub durations: Vec<DurationBin>,
    /// Only spans that began from here on were looked at, as there are more than one answer looks at; null where all were.
    pub looked_back_to: Option<DateTime<Utc>>,
    /// What was read.
    pub receipt: Receipt,
}
