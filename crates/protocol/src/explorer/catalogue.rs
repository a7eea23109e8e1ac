//! Which metrics there are, and what is known of one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{MetricKey, Threshold};
use crate::receipt::{Accuracy, Receipt};

/// Characters of a metric's description.
pub const DESCRIPTION_CHARS_MAX: usize = 500;
/// Characters of the name of a metric's owner.
pub const OWNER_CHARS_MAX: usize = 100;

/// One row of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricSummary {
    /// Which metric.
    pub metric: MetricKey,
    /// Attribute sets seen.
    pub series: u64,
    /// Points of the last 24 hours.
    pub points: u64,
    /// Its default aggregate per hour of the last 24, oldest first; `None` where there were no points.
    pub spark: Vec<Option<f64>>,
    /// How exact this line is; points are counted.
    pub accuracy: Accuracy,
    /// The newest point.
    pub last_seen: DateTime<Utc>,
    /// What it can be grouped by.
    pub tag_keys: Vec<String>,
}

/// Every metric of the project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricCatalogue {
    /// By name.
    pub metrics: Vec<MetricSummary>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// What is known of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricAnswer {
    /// Its row of the catalogue.
    pub summary: MetricSummary,
    /// Its first point.
    pub first_seen: DateTime<Utc>,
    /// What people say of it.
    pub note: MetricNote,
    /// What its points have, the attribute with most values first.
    pub attributes: Vec<AttributeKey>,
    /// Who sent it in the last 24 hours, whoever sent most first.
    pub senders: Vec<MetricSender>,
    /// It has more series than are told apart.
    pub overflow: Option<Overflow>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// What people say of a metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricNote {
    /// What it measures; empty where nobody said so.
    pub description: String,
    /// Whom to ask; empty where nobody said so.
    pub owner: String,
    /// What would be too much or too little.
    pub thresholds: Vec<Threshold>,
}

/// An attribute of a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeKey {
    /// Its key.
    pub key: String,
    /// Distinct values among the series that are told apart.
    pub values: u64,
    /// Series that have it.
    pub series: u64,
    /// Some of the values, those of most series first.
    pub examples: Vec<String>,
}

/// Who sends a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricSender {
    /// The release that its points name.
    pub release: Option<String>,
    /// Their environment.
    pub environment: String,
    /// How many.
    pub points: u64,
    /// The newest.
    pub last_seen: DateTime<Utc>,
}

/// A metric name with more series than are told apart: the lighter ones are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overflow {
    /// Which metric.
    pub metric: MetricKey,
    /// The attribute with most values: what makes it so many.
    pub attribute: Option<String>,
    /// Its distinct values among the series that are told apart.
    pub values: u64,
    /// The release that most of its series come from lately, where that is known.
    pub sender: Option<String>,
}
