//! What became of items: the books of delivery.

use serde::{Deserialize, Serialize};

/// The kinds of signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Product events.
    Event,
    /// Metric points.
    Metric,
}

impl Signal {
    /// The word in JSON and in the outcome table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Metric => "metric",
        }
    }

    /// The number in the `signal` columns.
    pub const fn code(self) -> i16 {
        match self {
            Self::Event => 1,
            Self::Metric => 2,
        }
    }
}

/// What became of an item. made = stored + rejected + duplicate + sampled + lost + still on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The SDK was asked to send it.
    Made,
    /// Committed.
    Stored,
    /// Refused with a code.
    Rejected,
    /// The SDK gave it up, with a reason.
    Lost,
    /// Part of a batch that came again and was recognised by the ledger; outside the equation.
    Replayed,
    /// Stored by an import; outside the equation.
    Imported,
}

impl Outcome {
    /// The word in JSON and in the outcome table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Stored => "stored",
            Self::Rejected => "rejected",
            Self::Lost => "lost",
            Self::Replayed => "replayed",
            Self::Imported => "imported",
        }
    }
}

/// A change of the books: so many items of one signal from one SDK had one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCount {
    /// Which signal.
    pub signal: Signal,
    /// What became of them.
    pub outcome: Outcome,
    /// Why: an item code, a loss reason, or empty.
    pub reason: String,
    /// `name/version` of the SDK, or empty.
    pub sdk: String,
    /// How many.
    pub n: i64,
}
