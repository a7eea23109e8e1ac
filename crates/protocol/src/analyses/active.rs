use serde::{Deserialize, Serialize};

use super::{Scope, TimeBucket};
use crate::receipt::Receipt;

/// Distinct people of each day, and of the 7 and 30 days that end with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActiveQuery {
    /// Which events make somebody active. Its range is taken in whole days.
    pub scope: Scope,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActiveDay {
    /// When, in the project's zone.
    pub day: TimeBucket,
    /// Distinct people of the day.
    pub daily: u64,
    /// Distinct people of the 7 days that end with it.
    pub weekly: u64,
    /// Distinct people of the 30 days that end with it.
    pub monthly: u64,
}

impl ActiveDay {
    /// The part of the month's people who were here that day: stickiness. `None` without anybody.
    pub fn stickiness(&self) -> Option<f64> {
        (self.monthly > 0).then(|| self.daily as f64 / self.monthly as f64)
    }
}

/// The answer to [`ActiveQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct ActiveAnswer {
    pub days: Vec<ActiveDay>,
    pub receipt: Receipt,
}
