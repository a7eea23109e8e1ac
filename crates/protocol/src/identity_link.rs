//! Identity links: which actors are one person, why, and what a change of that would do.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ActorKind;
use crate::identity::IdentityKind;
use crate::receipt::Receipt;

/// Why a link joins nobody. A closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// One of its ids is what programs write when they have none, such as `undefined`.
    NullLike,
    /// It would make one person of two signed-in users.
    TwoUsers,
    /// It would make a person of more actors than [`PERSON_ACTORS_MAX`](crate::limits::PERSON_ACTORS_MAX).
    TooManyActors,
}

impl Refusal {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NullLike => "null_like",
            Self::TwoUsers => "two_users",
            Self::TooManyActors => "too_many_actors",
        }
    }

    /// The same in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NullLike => "One of the ids is what a program writes when it has none.",
            Self::TwoUsers => "It would make one person of two signed-in users; the first link of an anonymous id counts.",
            Self::TooManyActors => "It would make one person of more than 1,000 actors.",
        }
    }

    /// The number in the `refused` column.
    pub const fn code(self) -> i16 {
        match self {
            Self::NullLike => 1,
            Self::TwoUsers => 2,
            Self::TooManyActors => 3,
        }
    }

    /// The refusal of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::NullLike),
            2 => Some(Self::TwoUsers),
            3 => Some(Self::TooManyActors),
            _ => None,
        }
    }
}

/// What a link does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Its two actors are one person.
    Active,
    /// Somebody undid it.
    Undone,
    /// It joins nobody, see [`Refusal`].
    Refused,
}

impl LinkState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Undone, Self::Refused];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Undone => "undone",
            Self::Refused => "refused",
        }
    }
}

/// What can be done to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkChange {
    /// From now on it joins nobody, however often it is said again.
    Undo,
    /// It counts again, as if it had never been undone.
    Restore,
}

impl LinkChange {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Restore => "restore",
        }
    }
}

/// An actor by its kind and id, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActorName {
    /// Its kind.
    pub kind: ActorKind,
    /// Its id, within its kind.
    pub id: String,
}

/// That two actors are one person, as it was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityLink {
    /// Its number in the project.
    pub id: i64,
    /// The anonymous actor.
    pub from: ActorName,
    /// The user.
    pub to: ActorName,
    /// What made it: `identify` or `alias`.
    pub cause: IdentityKind,
    /// When it was said first, by the corrected clock of whoever said it.
    pub ts: DateTime<Utc>,
    /// When that was received.
    pub received_at: DateTime<Utc>,
    /// When it was said last.
    pub last_ts: DateTime<Utc>,
    /// How often it was said: most products identify at every sign-in.
    pub times: i64,
    /// What it does now.
    pub state: LinkState,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
    /// When it was undone or restored last.
    pub changed_at: Option<DateTime<Utc>>,
    /// By whom: `account 3`, `key 7` or `command line`.
    pub changed_by: Option<String>,
}

/// A page of links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinksAnswer {
    /// The newest first.
    pub links: Vec<IdentityLink>,
    /// Ask with `before` set to this for the next page; `None` on the last one. A page may hold fewer links than the next.
    pub next: Option<i64>,
    /// What was read.
    pub receipt: Receipt,
}

/// What undoing or restoring a link would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkPreview {
    /// The link as it is now.
    pub link: IdentityLink,
    /// What would be done: an undone link would be restored, any other undone.
    pub change: LinkChange,
    /// Those whom it would touch, as they are now. Both lists hold the same actors.
    pub before: Vec<Person>,
    /// The same as they would be. Empty, as `before` is, when nothing would change.
    pub after: Vec<Person>,
    /// People among them.
    pub people: BeforeAfter,
    /// Of those, people with an event in the 24 hours before the preview.
    pub people_24h: BeforeAfter,
    /// Distinct people of each of the project's last 30 days, bots left out, as dashboards show them. Empty when nothing would
    /// change.
    pub days: Vec<DayPeople>,
    /// Stored events of the touched actors, as far as they were counted.
    pub events: u64,
    /// At least one actor has more events than were counted.
    pub events_at_least: bool,
    /// More actors are touched than are listed and whose events are counted; `people` counts all of them.
    pub partial: bool,
    /// What was counted.
    pub receipt: Receipt,
}

/// A figure before and after a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeforeAfter {
    /// Now.
    pub before: u64,
    /// With the change.
    pub after: u64,
}

/// A day's people before and after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayPeople {
    /// The day in the project's zone.
    pub day: NaiveDate,
    /// Distinct people.
    #[serde(flatten)]
    pub people: BeforeAfter,
}

/// A person: one actor, or several that links join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Its actors, in the order in which the project saw them first.
    pub actors: Vec<PersonActor>,
    /// Their stored events together, as far as they were counted.
    pub events: u64,
}

/// An actor of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonActor {
    /// Who.
    #[serde(flatten)]
    pub actor: ActorName,
    /// Its stored events, as far as they were counted.
    pub events: u64,
    /// Its last stored event.
    pub last_event: Option<DateTime<Utc>>,
}
