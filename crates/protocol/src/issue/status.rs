//! What people decided about an issue.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The states of an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IssueStatus {
    /// Nobody did anything about it, or somebody opened it again.
    #[default]
    Unresolved,
    /// It was resolved, and happened again.
    Regressed,
    /// Somebody says that it is mended.
    Resolved,
    /// Nobody wants to see it, for a while or for good.
    Ignored,
}

impl IssueStatus {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Unresolved, Self::Regressed, Self::Resolved, Self::Ignored];

    /// The number in the `status` column.
    pub const fn code(self) -> i16 {
        match self {
            Self::Unresolved => 0,
            Self::Regressed => 1,
            Self::Resolved => 2,
            Self::Ignored => 3,
        }
    }

    /// The state of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::Regressed => "regressed",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
        }
    }

    /// Somebody should look at it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Unresolved | Self::Regressed)
    }
}

/// A state with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// Which.
    pub status: IssueStatus,
    /// Since when; of a regression, the time of the error. Null as long as nobody did anything.
    pub since: Option<DateTime<Utc>>,
    /// By whom; null where nobody did anything, or where an error did it.
    pub by: Option<String>,
    /// Resolved: errors of this release and of earlier ones do not reopen it.
    pub resolved_in: Option<String>,
    /// Ignored until then.
    pub ignored_until: Option<DateTime<Utc>>,
    /// Ignored until so many more errors.
    pub ignored_errors: Option<f64>,
}

impl Standing {
    /// What it comes to at a time: nobody needs to open what was ignored until then.
    pub fn at(self, now: DateTime<Utc>) -> Self {
        match self.ignored_until {
            Some(until) if self.status == IssueStatus::Ignored && until <= now => {
                Self { status: IssueStatus::Unresolved, since: Some(until), ..Self::default() }
            }
            _ => self,
        }
    }
}
