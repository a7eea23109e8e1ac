use serde::{Deserialize, Serialize};

use super::Scope;
use crate::receipt::Receipt;

/// Whose clock hours are read on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WeekClock {
    /// The project's.
    #[default]
    Project,
    /// Each visitor's own, where the event says it (`timezone`), else the project's.
    Visitor,
}

impl WeekClock {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Project, Self::Visitor];

    /// The word in JSON and in URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Visitor => "visitor",
        }
    }
}

/// When in the week something happens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoursQuery {
    /// Which events.
    pub scope: Scope,
    /// Whose clock.
    pub clock: WeekClock,
}

/// One hour of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourOfWeek {
    /// Hours of the range, up to now, that are this one by the project's clock: four Mondays have four. A quarter of an hour
    /// counts a quarter.
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
    /// The 168 hours of a week, from Monday 0:00.
    pub hours: Vec<HourOfWeek>,
    /// Part of the events that were read on their visitor's own clock, from 0 to 1; null without events, and where all were
    /// to be read on the project's.
    pub own_clock: Option<f64>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

impl HoursAnswer {
    /// Hours of a week.
    pub const HOURS: usize = 7 * 24;
}
