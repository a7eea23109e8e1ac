//! Explore · Issues: errors that are one fault, what people decided about them, and their reports.

mod change;
mod id;
mod list;
mod report;
mod status;

pub use change::{IgnoreUntil, IssueChange, IssueChanged};
pub use id::IssueId;
pub use list::{IssueCounts, IssueFilter, IssueRow, IssueSort, IssuesAnswer, IssuesQuery};
pub use report::{Distribution, DistributionValue, IssueAnswer, IssueQuery, IssueReport, ReportPick, ReportPlace};
pub use status::{IssueStatus, Standing};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::level::Level;

/// A fault, as far as it is known beyond its reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issue {
    /// What it is named by: 16 hexadecimal digits.
    pub id: IssueId,
    /// The exception's type; null for a message.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it says, with placeholders for what differs between its reports.
    pub message: String,
    /// Where it happens: the innermost call of the application's own code; null where no stack was sent.
    pub culprit: Option<String>,
    /// The worst level of its reports.
    pub level: Level,
    /// The time of its first report, ever.
    pub first_seen: DateTime<Utc>,
    /// The time of its last report.
    pub last_seen: DateTime<Utc>,
    /// The release of the first report.
    pub first_release: Option<String>,
    /// The release of the last report.
    pub last_release: Option<String>,
    /// What people decided.
    pub standing: Standing,
    /// The issue that this one is counted with.
    pub merged_into: Option<IssueId>,
}

impl Issue {
    /// The type, or else the message.
    pub fn title(&self) -> &str {
        self.kind.as_deref().filter(|kind| !kind.is_empty()).unwrap_or(&self.message)
    }
}
