use serde::{Deserialize, Serialize};

use super::{GroupKey, Scope, TrendCounts, TrendRank};
use crate::filter::Field;
use crate::receipt::Receipt;

/// The values of several fields over one range, each with its events and distinct people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakdownsQuery {
    /// Which events.
    pub scope: Scope,
    /// One list each.
    pub by: Vec<Field>,
    /// Which values come first.
    pub rank: TrendRank,
    /// Values of each list.
    pub top: usize,
}

impl BreakdownsQuery {
    /// Fields of one question, at most.
    pub const FIELDS_MAX: usize = 10;
    /// Values of a list, at most.
    pub const TOP_MAX: usize = 1_000;
}

impl Default for BreakdownsQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), by: Vec::new(), rank: TrendRank::People, top: 10 }
    }
}

/// The values of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Breakdown {
    /// Which field.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub by: Field,
    /// The first of them; events without a value are one of them.
    pub rows: Vec<BreakdownRow>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BreakdownRow {
    /// Which value.
    pub key: GroupKey,
    /// Its events and people. Somebody with two values is one person of each.
    pub counts: TrendCounts,
}

/// The answer to [`BreakdownsQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BreakdownsAnswer {
    /// In the order of the question.
    pub breakdowns: Vec<Breakdown>,
    /// All values together.
    pub total: TrendCounts,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
