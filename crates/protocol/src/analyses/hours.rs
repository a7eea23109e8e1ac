use serde::{Deserialize, Serialize};

use super::Scope;
use crate::receipt::Receipt;

/// When in the week something happens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoursQuery {
    /// Which events.
    pub scope: Scope,
}

/// One hour of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourOfWeek {
    /// Hours of the range, up to now, that are this one: four Mondays have four. A quarter of an hour counts a quarter.
    pub hours: f64,
    /// Events in all of them, weighted by sample rate.
    pub events: f64,
    /// Distinct people in any of them.
    pub people: u64,
}

impl HourOfWeek {
    /// Events in an hour, on average; `None` for one that is not in the range.
    pub fn mean_events(&self) -> Option<f64> {
        (self.hours > 0.0).then(|| self.events / self.hours)
    }
}

/// The answer to [`HoursQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoursAnswer {
    /// The 168 hours of a week in the project's zone, from Monday 0:00.
    pub hours: Vec<HourOfWeek>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

impl HoursAnswer {
    /// Hours of a week.
    pub const HOURS: usize = 7 * 24;
}
