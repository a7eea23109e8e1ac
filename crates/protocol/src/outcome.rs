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
    /// Spans of traces, moments included.
    Span,
    /// Exceptions and messages.
    Error,
    /// Log records.
    Log,
    /// Who somebody is: identify, alias, reset.
    Identity,
}

impl Signal {
    /// Every signal, in the order of its code.
    pub const ALL: [Self; 6] = [Self::Event, Self::Metric, Self::Span, Self::Error, Self::Log, Self::Identity];

    /// The word in JSON and in the outcome table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Metric => "metric",
            Self::Span => "span",
            Self::Error => "error",
            Self::Log => "log",
            Self::Identity => "identity",
        }
    }

    /// The signal of a word; `None` for another word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.word() == word)
    }

    /// The number in the `signal` columns.
    pub const fn code(self) -> i16 {
        match self {
            Self::Event => 1,
            Self::Metric => 2,
            Self::Span => 3,
            Self::Error => 4,
            Self::Log => 5,
            Self::Identity => 6,
        }
    }

    /// The name of the item list in a batch of this signal.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Event => "events",
            Self::Metric => "metrics",
            Self::Span => "spans",
            Self::Error => "errors",
            Self::Log => "logs",
            Self::Identity => "identities",
        }
    }

    /// The last part of the endpoint's path: `POST /v1/<operation>`.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Event => "track:batch",
            Self::Metric => "metrics:batch",
            Self::Span => "spans:batch",
            Self::Error => "errors:batch",
            Self::Log => "logs:batch",
            Self::Identity => "identify:batch",
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
    /// Its id was stored before; only projects that ask for it look for that.
    Duplicate,
    /// Left out by the SDK, as its sample rate told it.
    Sampled,
    /// The SDK gave it up, with a reason.
    Lost,
    /// Part of a batch that came again and was recognised by the ledger; outside the equation.
    Replayed,
    /// Stored by an import; outside the equation.
    Imported,
    /// Stored, and removed before it was counted, because its person was erased; outside the equation.
    Erased,
    /// A whole request that was refused, with its problem's code. Counted in requests, outside the equation: a sender
    /// either repeats it or books its items as lost.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Made,
        Self::Stored,
        Self::Rejected,
        Self::Duplicate,
        Self::Sampled,
        Self::Lost,
        Self::Replayed,
        Self::Imported,
        Self::Erased,
        Self::Refused,
    ];

    /// The word in JSON and in the outcome table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Stored => "stored",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::Sampled => "sampled",
            Self::Lost => "lost",
            Self::Replayed => "replayed",
            Self::Imported => "imported",
            Self::Erased => "erased",
            Self::Refused => "refused",
        }
    }

    /// The outcome of a word; `None` for another word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// What a reason of an SDK's own `lost` counts means: leaving out by a sample rate is no loss.
    pub fn of_loss(reason: &str) -> Self {
        if matches!(reason, "sampled" | "sample_rate") { Self::Sampled } else { Self::Lost }
    }
}

/// Stands for the SDK in the books of batches that name none and yet say what was made: no SDK is called so, as each has a
/// version. Others without a name would bring their items into an equation that knows nothing of how they were made.
pub const UNNAMED: &str = "unnamed";

/// A change of the books: so many items of one signal from one SDK had one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCount {
    /// Which signal.
    pub signal: Signal,
    /// What became of them.
    pub outcome: Outcome,
    /// Why: an item code, a loss reason, or empty.
    pub reason: String,
    /// `name/version` of the SDK, [`UNNAMED`], or empty.
    pub sdk: String,
    /// How many.
    pub n: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_its_json_and_finds_its_value() {
        for signal in Signal::ALL {
            assert_eq!(serde_json::to_string(&signal).expect("json"), format!("\"{}\"", signal.word()));
            assert_eq!(Signal::from_word(signal.word()), Some(signal));
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).expect("json"), format!("\"{}\"", outcome.word()));
            assert_eq!(Outcome::from_word(outcome.word()), Some(outcome));
        }
    }

    #[test]
    fn codes_count_from_one() {
        assert_eq!(Signal::ALL.map(Signal::code), [1, 2, 3, 4, 5, 6]);
    }
}
