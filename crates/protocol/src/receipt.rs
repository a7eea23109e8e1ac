//! What a figure says about itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The receipt of an answer: what was counted, how, and how complete it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// What was counted, in a sentence.
    pub counted: String,
    /// Start of what was counted, inclusive.
    pub from: DateTime<Utc>,
    /// End of what was counted, exclusive.
    pub until: DateTime<Utc>,
    /// The project's zone, in which days are cut.
    pub zone: String,
    /// Which events count, as a filter's text; empty where all do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Which visitors count.
    pub bots: BotRule,
    /// How exact the figures are.
    pub accuracy: Accuracy,
    /// Everything that was received before this is counted.
    pub complete_through: DateTime<Utc>,
    /// Events of the range that are missing, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Some of the counted signals were sampled by their sender and count more than one.
    pub weighted: bool,
    /// Rows that were read for this answer.
    pub rows_read: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
}

/// Events that an answer lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// What happened before this is kept as counts only, in which this question cannot be looked up.
    Before(DateTime<Utc>),
    /// Events from before an update are being made ready for this kind of question; it takes minutes to hours.
    Arriving,
}

/// Which visitors count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BotRule {
    /// Humans only: the default of every page.
    #[default]
    Humans,
    /// Bots too.
    All,
}

/// How exact a figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Accuracy {
    /// Counted, not estimated.
    #[default]
    Exact,
    /// From a sketch: off by at most this share of the value.
    Relative {
        /// Such as 0.01.
        error: f64,
    },
}

impl Accuracy {
    /// The words of the receipt mark.
    pub fn label(self) -> String {
        match self {
            Self::Exact => "exact".to_owned(),
            Self::Relative { error } => format!("±{}% sketch", error * 100.0),
        }
    }
}
