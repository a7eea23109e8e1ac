//! Questions about events, and their answers. Every analysis counts over the same segments, with one definition of person,
//! session, route and filter.

mod active;
mod breakdowns;
mod funnel;
mod hours;
mod journeys;
mod lifecycle;
mod measure;
mod retention;
mod routes;
mod sessions;
mod suggestions;
mod trend;
mod usage;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use active::{ActiveAnswer, ActiveDay, ActiveQuery};
pub use breakdowns::{Breakdown, BreakdownRow, BreakdownsAnswer, BreakdownsQuery};
pub use funnel::{FunnelAnswer, FunnelEntry, FunnelGroup, FunnelOrder, FunnelQuery, FunnelStep, FunnelUnit};
pub use hours::{HourOfWeek, HoursAnswer, HoursQuery, WeekClock};
pub use journeys::{JourneyDirection, JourneyLink, JourneyNode, JourneyStep, JourneysAnswer, JourneysQuery};
pub use lifecycle::{LifecycleAnswer, LifecycleBucket, LifecycleQuery};
pub use measure::{NumberMeasure, TrendMeasure, UnknownMeasure};
pub use retention::{CohortRow, RetentionAnswer, RetentionBack, RetentionQuery, RetentionStart};
pub use routes::{RouteBackend, RouteRow, RoutesAnswer, RoutesQuery};
pub use sessions::{SessionFigures, SessionsAnswer, SessionsBucket, SessionsQuery};
pub use suggestions::{SuggestedValue, SuggestionsAnswer, SuggestionsQuery};
pub use trend::{TrendAnswer, TrendBefore, TrendCounts, TrendFormula, TrendQuery, TrendRank, TrendSeries};
pub use usage::{ExposureRow, FeatureRow, SearchRow, UsageAnswer, UsageQuery};

use crate::filter::Filter;
use crate::range::Period;
use crate::receipt::BotRule;

/// Which events an analysis looks at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Scope {
    /// The time.
    pub period: Period,
    /// Which events count; all of them when empty.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "country:DE"))]
    pub filter: Filter,
    /// Which visitors count.
    pub bots: BotRule,
}

/// One bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeBucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Seconds that the zone is ahead of UTC at `start`.
    pub utc_offset_seconds: i32,
    /// It is not over, or not all of it has been counted.
    pub open: bool,
}

/// Which value of a breakdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupKey {
    /// Not broken down: everything.
    #[default]
    All,
    /// This value. As a filter: `field:value`.
    Value(String),
    /// These values of two fields; null where there is none.
    Pair(Option<String>, Option<String>),
    /// Events without a value.
    Absent,
    /// Every value beyond the first ones, together.
    Other,
}

impl GroupKey {
    /// The words on screen.
    pub fn label(&self) -> Cow<'_, str> {
        let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
        match self {
            Self::All => "All".into(),
            Self::Value(value) => value.into(),
            Self::Pair(first, second) => format!("{} · {}", side(first), side(second)).into(),
            Self::Absent => "(none)".into(),
            Self::Other => "(other)".into(),
        }
    }
}
