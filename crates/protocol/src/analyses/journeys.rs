use serde::{Deserialize, Serialize};

use super::funnel::FunnelUnit;
use super::{GroupKey, Scope};
use crate::filter::{Field, Filter};
use crate::receipt::Receipt;

/// What people do after a certain event, or before it, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JourneysQuery {
    /// Which events are steps.
    pub scope: Scope,
    /// With which events a journey begins (backwards: ends).
    pub start: Filter,
    /// Which way it goes.
    pub direction: JourneyDirection,
    /// Whose journeys they are.
    pub unit: FunnelUnit,
    /// What a step is named by, such as `name` or `route`.
    pub by: Field,
    /// Steps with the start.
    pub steps: usize,
    /// Longest time from the start, in seconds.
    pub window_seconds: u64,
    /// An event that repeats the value of the one before it is no step.
    pub collapse: bool,
    /// Values of a step that are shown by themselves.
    pub top: usize,
}

impl JourneysQuery {
    /// Steps, at most.
    pub const STEPS_MAX: usize = 10;
    /// Values of a step, at most.
    pub const TOP_MAX: usize = 20;
}

impl Default for JourneysQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            start: Filter::all(),
            direction: JourneyDirection::After,
            unit: FunnelUnit::Sessions,
            by: Field::Name,
            steps: 5,
            window_seconds: 30 * 60,
            collapse: true,
            top: 5,
        }
    }
}

/// Which way a journey goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JourneyDirection {
    /// From the first start event on.
    #[default]
    After,
    /// From the last start event back.
    Before,
}

/// One value of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JourneyNode {
    /// Which one.
    pub key: GroupKey,
    /// Journeys through it.
    pub journeys: u64,
    /// Those that end here, though there was room for another step.
    pub ended: u64,
}

/// How many go from one value to another of the next step; both by their places in their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct JourneyLink {
    pub from: usize,
    pub to: usize,
    pub journeys: u64,
}

/// One step of all journeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JourneyStep {
    /// Largest first, the others together last.
    pub nodes: Vec<JourneyNode>,
    /// From the step before; none into the first.
    pub links: Vec<JourneyLink>,
}

/// The answer to [`JourneysQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JourneysAnswer {
    /// Persons or sessions with a start event.
    pub total: u64,
    /// From the start on.
    pub steps: Vec<JourneyStep>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
