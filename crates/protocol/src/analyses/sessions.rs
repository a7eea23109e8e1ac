use serde::{Deserialize, Serialize};

use super::{Scope, TimeBucket};
use crate::range::Step;
use crate::receipt::Receipt;

/// Sessions over time. The filter picks sessions with at least one event that matches; their other events count too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionsQuery {
    /// Which events.
    pub scope: Scope,
    /// The width of a bucket; hours up to two days, else days.
    pub step: Option<Step>,
}

/// Sessions added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionFigures {
    /// Sessions.
    pub sessions: u64,
    /// Share of those with one page view at most and no other event, from 0 to 1; null without sessions.
    pub bounce_rate: Option<f64>,
    /// Page views per session.
    pub views_per_session: Option<f64>,
    /// Mean time from a session's first event to its last, in milliseconds.
    pub mean_duration_ms: Option<f64>,
}

/// One bucket; a session belongs to the one in which it began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct SessionsBucket {
    pub time: TimeBucket,
    pub figures: SessionFigures,
}

/// The answer to [`SessionsQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsAnswer {
    /// The width of a bucket.
    pub step: Step,
    /// Oldest first.
    pub buckets: Vec<SessionsBucket>,
    /// Over the whole range.
    pub total: SessionFigures,
    /// The middle duration, the lower of two middles.
    pub median_duration_ms: Option<i64>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
