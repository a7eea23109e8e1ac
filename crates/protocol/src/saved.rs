//! What accounts keep under a name: pages with what they look at, and filters.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Views and segments together that all accounts of a project see, and those of one account for itself.
pub const SAVED_MAX: i64 = 200;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SavedKind {
    /// A page with its time, filter, comparison and whatever else its address says.
    View,
    /// A filter, for every page.
    Segment,
}

impl SavedKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::View, Self::Segment];

    /// The word in JSON and in the kind column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Segment => "segment",
        }
    }

    /// The kind of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A view or a segment under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Saved {
    /// Its id.
    pub id: Uuid,
    /// What the name stands for.
    pub kind: SavedKind,
    /// The name, at most [`NAME_CHARS_MAX`] characters.
    pub name: String,
    /// Of a view the page below the project with its query, such as `metrics?range=30d`; of a segment the filter.
    pub what: String,
    /// Only the account that made it sees it.
    pub private: bool,
    /// Who made it: `account 3` or `key 7`.
    pub made_by: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}
