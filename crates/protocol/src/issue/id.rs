//! What an issue is named by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a fingerprint, in text 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "00c3f1a2b4d5e6f7"))]
#[serde(into = "String", try_from = "String")]
pub struct IssueId(pub i64);

impl IssueId {
    /// Holds the errors of all issues beyond a project's limit.
    pub const OTHERS: Self = Self(0);

    /// The number of 64 bits of a fingerprint's hash; never [`Self::OTHERS`].
    pub const fn of_hash(bits: [u8; 8]) -> Self {
        match i64::from_be_bytes(bits) {
            0 => Self(1),
            number => Self(number),
        }
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Not 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoIssueId;

impl fmt::Display for NoIssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an issue's id is 16 hexadecimal digits")
    }
}

impl FromStr for IssueId {
    type Err = NoIssueId;

    fn from_str(text: &str) -> Result<Self, NoIssueId> {
        let is_hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(|number| Self(number.cast_signed())).ok_or(NoIssueId)
    }
}

impl From<IssueId> for String {
    fn from(id: IssueId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for IssueId {
    type Error = NoIssueId;

    fn try_from(text: String) -> Result<Self, NoIssueId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_as_it_is_written_and_nothing_else_does() {
        for id in [0, 1, -1, i64::MIN, i64::MAX].map(IssueId) {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "1", "+00000000000000f", "0123456789abcdefg", "ghijklmnopqrstuv"] {
            assert_eq!(text.parse::<IssueId>(), Err(NoIssueId), "{text}");
        }
        assert_ne!(IssueId::of_hash([0; 8]), IssueId::OTHERS);
    }
}
