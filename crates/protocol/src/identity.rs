//! Identities: which actors are one person, and what is known of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// What an identity item says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// This user is the person behind this anonymous id, and has these traits. Needs `user_id`.
    #[default]
    Identify,
    /// These two ids are one person. Needs both.
    Alias,
    /// From now on somebody else may use the device. Needs one of both.
    Reset,
}

impl IdentityKind {
    /// The number in the `kind` column.
    pub const fn code(self) -> i16 {
        match self {
            Self::Identify => 1,
            Self::Alias => 2,
            Self::Reset => 3,
        }
    }

    /// The kind of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Identify),
            2 => Some(Self::Alias),
            3 => Some(Self::Reset),
            _ => None,
        }
    }

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Alias => "alias",
            Self::Reset => "reset",
        }
    }
}

/// One identity as a client sends it; unknown fields are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identity {
    /// What it says.
    #[serde(default, alias = "type")]
    pub kind: IdentityKind,
    /// The signed-in user.
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The device or browser before sign-in; of an alias, the other id.
    #[serde(
        default,
        alias = "anonymousId",
        alias = "previous_id",
        alias = "previousId",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub anonymous_id: Option<String>,
    /// When, by the sender's clock; the time of receipt when absent.
    #[serde(default, alias = "timestamp", alias = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// The device's own order within its installation.
    #[serde(default, alias = "sequence", skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// The SDK's session.
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What is known of the person, such as `plan` or `role`.
    #[serde(default, deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub traits: Map<String, Value>,
}
