use serde::{Deserialize, Serialize};

use super::{GroupKey, Scope};
use crate::receipt::Receipt;

/// What people do on each route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoutesQuery {
    /// Which page views.
    pub scope: Scope,
    /// Rows, most viewed first.
    pub top: usize,
}

impl RoutesQuery {
    /// Rows, at most.
    pub const TOP_MAX: usize = 1_000;
}

impl Default for RoutesQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), top: 50 }
    }
}

/// One route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteRow {
    /// Which one; page views without a route are together.
    pub route: GroupKey,
    /// Page views, weighted by sample rate.
    pub views: f64,
    /// Distinct persons who viewed it.
    pub people: u64,
    /// Sessions whose first page view it was.
    pub entries: u64,
    /// Sessions whose last page view it was.
    pub exits: u64,
    /// Middle dwell in milliseconds: visible time when the SDK sends it, else the time until the session's next page view or
    /// last event, at most 30 minutes; null when nothing is known.
    pub median_dwell_ms: Option<i64>,
    /// Mean dwell.
    pub mean_dwell_ms: Option<f64>,
    /// Views whose dwell is known.
    pub dwells: u64,
    /// The requests behind it, of everybody; null where no span says so, and with a filter, which is none of spans.
    pub backend: Option<RouteBackend>,
}

/// What a route asks of servers: spans `http.client` and `http.server` whose attribute `route` it is, or whose `http.route`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteBackend {
    /// Spans.
    pub requests: u64,
    /// Of those, the ones that ended with an error.
    pub failed: u64,
    /// The duration that 95 % of them did not exceed, in milliseconds, within 1 %.
    pub p95_ms: Option<f64>,
}

impl RouteBackend {
    /// Part of the requests that failed, from 0 to 1; `None` of none.
    pub fn error_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failed as f64 / self.requests as f64)
    }
}

/// The answer to [`RoutesQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoutesAnswer {
    /// Most viewed first.
    pub routes: Vec<RouteRow>,
    /// Routes that had views in the range.
    pub total_routes: usize,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
