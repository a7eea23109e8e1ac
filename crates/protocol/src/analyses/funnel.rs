use serde::{Deserialize, Serialize};

use super::{GroupKey, Scope};
use crate::filter::{Field, Filter};
use crate::receipt::Receipt;

/// How many do one thing after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunnelQuery {
    /// Which events.
    pub scope: Scope,
    /// The steps; an event of a step matches the scope's filter and the step's.
    pub steps: Vec<Filter>,
    /// Longest time from the first step to the last, in seconds.
    pub window_seconds: u64,
    /// What may lie between the steps.
    pub order: FunnelOrder,
    /// Which events of the first step begin an attempt.
    pub entry: FunnelEntry,
    /// What is counted.
    pub unit: FunnelUnit,
    /// Broken down by what the first event of an attempt has here.
    pub by: Option<Field>,
    /// Values of the breakdown, at most.
    pub top: usize,
}

impl FunnelQuery {
    /// Steps, at most.
    pub const STEPS_MAX: usize = 20;
    /// The longest window: 366 days.
    pub const WINDOW_SECONDS_MAX: u64 = 366 * 86_400;
}

impl Default for FunnelQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            steps: Vec::new(),
            window_seconds: 7 * 86_400,
            order: FunnelOrder::Loose,
            entry: FunnelEntry::Every,
            unit: FunnelUnit::People,
            by: None,
            top: 10,
        }
    }
}

/// What may lie between the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunnelOrder {
    /// Anything.
    #[default]
    Loose,
    /// Nothing: the next event is the next step.
    Strict,
    /// The steps may come in any order; step `n` means `n` different ones within the window.
    Any,
}

/// Which events of the first step begin an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunnelEntry {
    /// Each of them; the attempt that gets furthest counts.
    #[default]
    Every,
    /// The first of the range alone.
    First,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunnelUnit {
    /// Distinct persons.
    #[default]
    People,
    /// Sessions; an attempt ends with its session.
    Sessions,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelStep {
    /// How many got so far.
    pub reached: u64,
    /// Of those of the first step, from 0 to 1; null when there are none.
    pub of_first: Option<f64>,
    /// Of those of the step before.
    pub of_previous: Option<f64>,
    /// Middle time since the step before, in milliseconds (the lower of two middles); null for the first step.
    pub median_since_previous_ms: Option<i64>,
    /// The time since the step before within which nine of ten came.
    pub p90_since_previous_ms: Option<i64>,
    /// Middle time since the first step.
    pub median_since_first_ms: Option<i64>,
}

/// The steps of one value of the breakdown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct FunnelGroup {
    pub key: GroupKey,
    pub steps: Vec<FunnelStep>,
}

/// The answer to [`FunnelQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelAnswer {
    /// All together.
    pub steps: Vec<FunnelStep>,
    /// By value, most first; empty when it is not broken down.
    pub groups: Vec<FunnelGroup>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
