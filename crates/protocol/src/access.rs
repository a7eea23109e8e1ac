//! Projects, roles and keys as they are shown.

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;

/// What a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// Its number, in URLs of the API.
    pub id: ProjectId,
    /// Its word, in URLs of the dashboard.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its IANA time zone, in which days are cut, such as `Europe/Berlin`.
    pub zone: String,
}

/// What an account may do in a project, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also saves what others see, and undoes identity links.
    Editor,
    /// Also manages keys and settings.
    Admin,
    /// Also manages accounts.
    Owner,
}

impl Role {
    /// The word in JSON and in the role column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Editor, Self::Admin, Self::Owner].into_iter().find(|role| role.word() == word)
    }
}

/// What a secret key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read every answer of the project.
    Read,
    /// Send signals.
    Ingest,
    /// Send history.
    Import,
    /// Change what an editor may change. Beside `read`, since whoever changes something reads the answer.
    Write,
}

impl Scope {
    /// The word in JSON and in the scope column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Import => "import",
            Self::Write => "write",
        }
    }

    /// The scope of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::Ingest, Self::Import, Self::Write].into_iter().find(|scope| scope.word() == word)
    }
}

/// The two kinds of key, told apart by how they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `pk_` and 32 hex digits: public, can only send signals.
    Public,
    /// `sk_` and 64 hex digits: secret, does what its scopes say.
    Secret,
}

impl KeyKind {
    /// The kind of a well-formed key.
    pub fn of(key: &str) -> Option<Self> {
        let (kind, digits, len) = match key.split_at_checked(3)? {
            ("pk_", digits) => (Self::Public, digits, 32),
            ("sk_", digits) => (Self::Secret, digits, 64),
            _ => return None,
        };
        (digits.len() == len && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))).then_some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_its_kind_only_when_it_is_well_formed() {
        assert_eq!(KeyKind::of(&format!("pk_{}", "0".repeat(32))), Some(KeyKind::Public));
        assert_eq!(KeyKind::of(&format!("sk_{}", "a".repeat(64))), Some(KeyKind::Secret));
        for key in ["", "pk", "pk_", "pk_00", "sk_zz", &format!("pk_{}", "A".repeat(32)), &format!("ük_{}", "0".repeat(32))] {
            assert_eq!(KeyKind::of(key), None, "{key}");
        }
    }
}
