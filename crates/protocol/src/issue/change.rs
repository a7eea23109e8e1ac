//! What can be done with issues.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::IssueId;

/// A decision about one issue or several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IssueChange {
    /// It is mended: at once, or with the release after the last one that it was seen in.
    Resolve {
        /// Errors of the release in which each was seen last, and of earlier ones, do not reopen it.
        next_release: bool,
    },
    /// Nobody wants to see it.
    Ignore(IgnoreUntil),
    /// It is as if nobody had done anything.
    Reopen,
    /// The others are counted with this one.
    Merge {
        /// Which one stays.
        into: IssueId,
    },
    /// Whatever is merged into these, or these into others, is counted by itself again.
    Unmerge,
}

/// How long an issue is ignored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IgnoreUntil {
    /// For good.
    Ever,
    /// Until a time.
    Time(DateTime<Utc>),
    /// Until so many more errors, by their weights.
    Errors(f64),
}

/// What a change came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueChanged {
    /// Issues that are different now.
    pub changed: u64,
}
