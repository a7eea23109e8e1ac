//! Audience · Users: who one person is.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::IdentityKind;
use crate::identity_link::{ActorName, IdentityLink};
use crate::receipt::Receipt;
use crate::users::LastSeen;

/// What is known of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileAnswer {
    /// The strongest of the person's ids.
    pub name: ActorName,
    /// Every id of the person, the strongest first, at most [`Self::IDS_MAX`].
    pub ids: Vec<KnownId>,
    /// How many ids are this person.
    pub ids_total: usize,
    /// The links that join them, and those that were undone or refused, the newest first; at most 100.
    pub links: Vec<IdentityLink>,
    /// When one of the ids was seen first, ever.
    pub first_seen: DateTime<Utc>,
    /// The time of the last stored event; null when none is kept any more.
    pub last_seen: Option<DateTime<Utc>>,
    /// What the last stored event says.
    pub last: LastSeen,
    /// What was said of the user, as it is now, by key.
    pub traits: Vec<Trait>,
    /// How that came about, newest first, at most [`Self::CHANGES_MAX`].
    pub changes: Vec<TraitChange>,
    /// The last [`Self::ACTIVITY_DAYS`] days of the project's zone, oldest first.
    pub activity: Vec<DayActivity>,
    /// The person has more events in these days than were counted: only the newest were.
    pub activity_at_least: bool,
    /// What went wrong for the person lately.
    pub failed: Failed,
    /// What was read.
    pub receipt: Receipt,
}

impl ProfileAnswer {
    /// Ids that are told.
    pub const IDS_MAX: usize = 50;
    /// Changes of traits that are told.
    pub const CHANGES_MAX: usize = 50;
    /// Days of the calendar: fifteen weeks.
    pub const ACTIVITY_DAYS: i64 = 105;
    /// Days that [`Failed`] looks back.
    pub const FAILED_DAYS: i64 = 30;
}

/// An id of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownId {
    /// Which.
    #[serde(flatten)]
    pub name: ActorName,
    /// When it was seen first.
    pub first_seen: DateTime<Utc>,
}

/// Something that is known of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trait {
    /// Such as `plan`.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// Since when it has this value.
    pub since: DateTime<Utc>,
}

/// A trait got another value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraitChange {
    /// When it was said.
    pub ts: DateTime<Utc>,
    /// Which trait.
    pub key: String,
    /// Its value before; null when there was none, or none is kept.
    pub before: Option<Value>,
    /// Its value from then on.
    pub after: Value,
    /// What said it.
    pub cause: IdentityKind,
    /// Of which user.
    pub user_id: String,
}

/// A day of somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayActivity {
    /// The day in the project's zone.
    pub day: NaiveDate,
    /// Events, weighted by sample rate; null where nothing is known, since events of that day are no longer kept.
    pub events: Option<f64>,
}

/// What went wrong for one person lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failed {
    /// Error reports, each once whatever its weight.
    pub errors: u64,
    /// Spans that ended with an error, of those that name the user.
    pub spans: u64,
    /// There may be more: only the newest error reports and spans were looked at.
    pub at_least: bool,
    /// Days that were looked at: [`ProfileAnswer::FAILED_DAYS`], or fewer where error reports are kept for less.
    pub days: u32,
    /// The latest of both, in a few words.
    pub latest: Option<String>,
    /// When that was.
    pub latest_at: Option<DateTime<Utc>>,
}
