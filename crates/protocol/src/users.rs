//! Audience · Users: the people of a range, one by one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::analyses::Scope;
use crate::identity_link::ActorName;
use crate::receipt::Receipt;

/// People with at least one event in a range that matches a filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsersQuery {
    /// Which events.
    pub scope: Scope,
    /// Only people one of whose ids contains this, whatever its case; everybody when empty.
    pub search: String,
    /// Who comes first.
    pub sort: UsersSort,
    /// Which page, from 0.
    pub page: usize,
}

impl UsersQuery {
    /// People of one page.
    pub const PAGE: usize = 50;
}

/// Who comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UsersSort {
    /// Who was here last.
    #[default]
    LastSeen,
    /// Who has most events in the range.
    Events,
    /// Who was here on most days of the range.
    Days,
}

impl UsersSort {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::LastSeen, Self::Events, Self::Days];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::Events => "events",
            Self::Days => "days",
        }
    }
}

/// One person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRow {
    /// The strongest of the person's ids: a user's before a device's; of equal ones the first seen.
    pub name: ActorName,
    /// The next ids of the person, at most [`Self::OTHERS_MAX`].
    pub others: Vec<ActorName>,
    /// How many ids are this person.
    pub ids: usize,
    /// Events in the range, weighted by sample rate.
    pub events: f64,
    /// Days of the project's zone with an event in the range.
    pub days: u32,
    /// When one of the ids was seen first, ever.
    pub first_seen: DateTime<Utc>,
    /// The time of the last event in the range.
    pub last_seen: DateTime<Utc>,
    /// What the last event in the range says.
    pub last: LastSeen,
}

impl UserRow {
    /// Ids that are told beside the strongest.
    pub const OTHERS_MAX: usize = 20;
}

/// Where and with what somebody was seen last; null for what the event does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct LastSeen {
    pub route: Option<String>,
    pub country: Option<String>,
    pub os: Option<String>,
    pub browser: Option<String>,
    pub release: Option<String>,
}

/// The answer to [`UsersQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsersAnswer {
    /// One page of them.
    pub users: Vec<UserRow>,
    /// All of them.
    pub total: u64,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
