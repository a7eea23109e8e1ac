//! Identifiers that are stored and shown.

use serde::{Deserialize, Serialize};

/// The number of a project: what a key belongs to.
///
/// A plain integer, because other clients' DSNs require one; the same type in every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ProjectId(pub i32);

impl std::fmt::Display for ProjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The kinds of actor, strongest first. Kinds never collide: user `7` and session `7` are two actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A signed-in user, by the id that the product gave.
    User,
    /// A device or browser that was not identified.
    Anonymous,
    /// Only a session is known.
    Session,
    /// Only an installation is known.
    Install,
}

impl ActorKind {
    /// Every kind, strongest first.
    pub const ALL: [Self; 4] = [Self::User, Self::Anonymous, Self::Session, Self::Install];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Anonymous => "anonymous",
            Self::Session => "session",
            Self::Install => "install",
        }
    }

    /// The number in the `actor_kind` columns.
    pub const fn code(self) -> i16 {
        match self {
            Self::User => 1,
            Self::Anonymous => 2,
            Self::Session => 3,
            Self::Install => 4,
        }
    }

    /// The kind of a stored number; `None` for 0, an event without any actor.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::User),
            2 => Some(Self::Anonymous),
            3 => Some(Self::Session),
            4 => Some(Self::Install),
            _ => None,
        }
    }
}
