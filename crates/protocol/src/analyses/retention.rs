use serde::{Deserialize, Serialize};

use super::{Scope, TimeBucket};
use crate::filter::Filter;
use crate::range::Step;
use crate::receipt::Receipt;

/// Of those who began in a period, how many came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionQuery {
    /// Which events.
    pub scope: Scope,
    /// The width of a period: a day, a week or a month of the project's zone.
    pub step: Step,
    /// With which events somebody begins.
    pub start: Filter,
    /// With which events somebody comes back.
    pub back: Filter,
    /// Which periods somebody begins in.
    pub start_rule: RetentionStart,
    /// When somebody has come back.
    pub back_rule: RetentionBack,
}

impl Default for RetentionQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            step: Step::Week1,
            start: Filter::all(),
            back: Filter::all(),
            start_rule: RetentionStart::First,
            back_rule: RetentionBack::On,
        }
    }
}

/// Which periods somebody begins in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetentionStart {
    /// The first of the range.
    #[default]
    First,
    /// Every one with a start event.
    Every,
}

/// When somebody has come back after so many periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetentionBack {
    /// With an event in exactly that period.
    #[default]
    On,
    /// In that period or a later one of the range.
    OnOrAfter,
}

/// Those who began in one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortRow {
    /// The period; open while it is not over.
    pub period: TimeBucket,
    /// How many there are.
    pub people: u64,
    /// How many came back in the same period, the next one, and so on. A cell is open while its period is: see `periods`.
    pub back: Vec<u64>,
}

/// The answer to [`RetentionQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionAnswer {
    /// Oldest first. Cell `n` of cohort `c` lies in period `c + n`.
    pub cohorts: Vec<CohortRow>,
    /// Over all cohorts whose period is over, by the number of periods since: the share of people who came back, weighted by
    /// the cohorts' sizes; null where no cohort is old enough.
    pub mean: Vec<Option<f64>>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
