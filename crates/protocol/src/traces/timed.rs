//! How endpoints and moments do: rates, ends and percentiles of spans by name.

use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::range::{Period, Range};
use crate::receipt::Receipt;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimedQuery {
    /// Of which spans.
    pub of: TimedOf,
    /// Told apart by what beside their name.
    pub by: TimedBy,
    /// With which attributes.
    pub filter: Filter,
    /// Of when.
    pub period: Period,
}

impl Default for TimedQuery {
    fn default() -> Self {
        Self { of: TimedOf::default(), by: TimedBy::default(), filter: Filter::all(), period: Period::Last(Range::Hours24) }
    }
}

/// Which spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimedOf {
    /// Requests that a server answered: `http.server`.
    #[default]
    Endpoints,
    /// Named flows of several steps: `moment`.
    Moments,
    /// What browsers show: `pageload` and `navigation`.
    Pages,
    /// Work in the background: `job`.
    Jobs,
}

impl TimedOf {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Endpoints, Self::Moments, Self::Pages, Self::Jobs];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
            Self::Moments => "moments",
            Self::Pages => "pages",
            Self::Jobs => "jobs",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Endpoints => "Endpoints",
            Self::Moments => "Moments",
            Self::Pages => "Page loads",
            Self::Jobs => "Jobs",
        }
    }

    /// The `op` of these spans.
    pub const fn ops(self) -> &'static [&'static str] {
        match self {
            Self::Endpoints => &["http.server"],
            Self::Moments => &["moment"],
            Self::Pages => &["pageload", "navigation"],
            Self::Jobs => &["job"],
        }
    }
}

/// What rows are told apart by beside name and service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimedBy {
    /// Nothing.
    #[default]
    Name,
    /// The release that did it.
    Release,
}

impl TimedBy {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Name, Self::Release];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Release => "release",
        }
    }
}

/// Spans of one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct TimedRow {
    pub name: String,
    pub service: Option<String>,
    /// Where rows are told apart by it.
    pub release: Option<String>,
    pub spans: u64,
    /// Ended with an error.
    pub failed: u64,
    /// Given up before their end; of moments: abandoned.
    pub cancelled: u64,
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    /// Per bucket of the answer's steps.
    pub trend: Vec<u64>,
}

/// How they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimedAnswer {
    /// Of which spans.
    pub of: TimedOf,
    /// The most frequent first; at most 200.
    pub rows: Vec<TimedRow>,
    /// There are more rows than are told.
    pub more: bool,
    /// Minutes that were looked at, for rates.
    pub minutes: f64,
    /// Percentiles are within 1 %.
    pub receipt: Receipt,
}
