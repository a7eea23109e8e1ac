//! Signals as they arrive: the lines of `throughline tail`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::outcome::Signal;

/// What was decided about a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TailVerdict {
    /// Committed.
    Stored,
    /// The item was refused.
    Rejected,
    /// The whole request was refused.
    Refused,
}

impl TailVerdict {
    /// The word in JSON and in the terminal.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
        }
    }
}

/// One signal that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailLine {
    /// When it was received or refused.
    pub at: DateTime<Utc>,
    /// What was decided about it.
    pub verdict: TailVerdict,
    /// Which signal; `None` where the request was refused before that was known.
    pub signal: Option<Signal>,
    /// Its own id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its own time, corrected; `None` for what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts: Option<DateTime<Utc>>,
    /// Its name, type or text.
    pub name: String,
    /// Who it belongs to; empty for nobody.
    pub actor: String,
    /// Its environment; empty for what was refused.
    pub environment: String,
    /// What is special about it: the words of its flags, `bot`, or why it was refused.
    pub notes: Vec<String>,
    /// What to do about a refusal; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fix: String,
}
