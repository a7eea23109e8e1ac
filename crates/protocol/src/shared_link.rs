//! Links that show one page of a project to whoever has them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days after which a link can end.
pub const DAYS: [u32; 4] = [1, 7, 30, 90];
/// Links of one project that work at the same time.
pub const SHARED_LINKS_MAX: i64 = 100;

/// A page that can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedPage {
    /// Audience · Metrics.
    Metrics,
    /// Audience · Behavior.
    Behavior,
    /// Audience · Users.
    Users,
    /// Audience · Sessions.
    Sessions,
}

impl SharedPage {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Metrics, Self::Behavior, Self::Users, Self::Sessions];

    /// The last part of its path, which is also the word in the page column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Behavior => "behavior",
            Self::Users => "users",
            Self::Sessions => "sessions",
        }
    }

    /// The page of a path; `None` for one that cannot be shared.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.word() == word)
    }

    /// Whoever opens it sees the ids of people.
    pub const fn names_people(self) -> bool {
        matches!(self, Self::Users | Self::Sessions)
    }
}

/// A link that works, without its token: that is known to those who have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedLink {
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// What it shows.
    pub page: SharedPage,
    /// What the page looks at, as a query.
    pub query: String,
    /// The e-mail address of whoever made it.
    pub made_by: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last opened, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
