//! The issues of a range.

use serde::{Deserialize, Serialize};

use super::{Issue, IssueStatus};
use crate::analyses::TimeBucket;
use crate::level::Level;
use crate::range::Period;
use crate::receipt::Receipt;

/// Issues with at least one error in a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuesQuery {
    /// The time.
    pub period: Period,
    /// In which state.
    pub filter: IssueFilter,
    /// Only of this level or worse.
    pub level: Option<Level>,
    /// Only those whose type, message or place contains this, whatever its case; all of them when empty.
    pub search: String,
    /// Only those that came up in this release.
    pub release: Option<String>,
    /// Only errors of this environment.
    pub environment: Option<String>,
    /// Which come first.
    pub sort: IssueSort,
    /// Which page, from 0.
    pub page: usize,
}

impl IssuesQuery {
    /// Issues of one page.
    pub const PAGE: usize = 25;
}

/// In which state issues are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IssueFilter {
    /// Unresolved or regressed.
    #[default]
    Open,
    /// Regressed.
    Regressed,
    /// Open, and seen for the first time in the range.
    New,
    /// Ignored.
    Ignored,
    /// Resolved.
    Resolved,
    /// In any.
    All,
}

impl IssueFilter {
    /// Every one, in the order of the page.
    pub const ALL: [Self; 6] = [Self::Open, Self::New, Self::Regressed, Self::Ignored, Self::Resolved, Self::All];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Regressed => "regressed",
            Self::New => "new",
            Self::Ignored => "ignored",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Unresolved",
            Self::Regressed => "Regressed",
            Self::New => "New",
            Self::Ignored => "Ignored",
            Self::Resolved => "Resolved",
            Self::All => "All",
        }
    }

    /// Whether an issue in this state is wanted; `is_new`: it was seen for the first time in the range.
    pub fn takes(self, status: IssueStatus, is_new: bool) -> bool {
        match self {
            Self::Open => status.is_open(),
            Self::Regressed => status == IssueStatus::Regressed,
            Self::New => status.is_open() && is_new,
            Self::Ignored => status == IssueStatus::Ignored,
            Self::Resolved => status == IssueStatus::Resolved,
            Self::All => true,
        }
    }
}

/// Which issues come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IssueSort {
    /// What happened last.
    #[default]
    LastSeen,
    /// What came up last.
    FirstSeen,
    /// What has most errors in the range.
    Events,
    /// What hits most people in the range.
    Users,
}

impl IssueSort {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::LastSeen, Self::FirstSeen, Self::Events, Self::Users];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::FirstSeen => "first_seen",
            Self::Events => "events",
            Self::Users => "users",
        }
    }
}

/// An issue with what it did in a range, and everything that is merged into it counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueRow {
    /// The issue.
    pub issue: Issue,
    /// It was seen for the first time in the range.
    pub is_new: bool,
    /// How many others are merged into it.
    pub merged: u64,
    /// Errors in the range, weighted by sample rate.
    pub events: f64,
    /// Distinct persons with one.
    pub users: u64,
    /// Errors by bucket.
    pub trend: Vec<f64>,
}

/// Issues of the range by state, before any of them is chosen by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "see IssueFilter")]
pub struct IssueCounts {
    pub open: u64,
    pub regressed: u64,
    pub new: u64,
    pub ignored: u64,
    pub resolved: u64,
    pub all: u64,
}

impl IssueCounts {
    /// Of one filter.
    pub const fn of(&self, filter: IssueFilter) -> u64 {
        match filter {
            IssueFilter::Open => self.open,
            IssueFilter::Regressed => self.regressed,
            IssueFilter::New => self.new,
            IssueFilter::Ignored => self.ignored,
            IssueFilter::Resolved => self.resolved,
            IssueFilter::All => self.all,
        }
    }

    /// Counts one.
    pub fn add(&mut self, status: IssueStatus, is_new: bool) {
        let counts = [
            (&mut self.open, IssueFilter::Open),
            (&mut self.regressed, IssueFilter::Regressed),
            (&mut self.new, IssueFilter::New),
            (&mut self.ignored, IssueFilter::Ignored),
            (&mut self.resolved, IssueFilter::Resolved),
            (&mut self.all, IssueFilter::All),
        ];
        for (count, filter) in counts {
            *count += u64::from(filter.takes(status, is_new));
        }
    }
}

/// The answer to [`IssuesQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuesAnswer {
    /// One page of them.
    pub issues: Vec<IssueRow>,
    /// Those of every page, by state.
    pub counts: IssueCounts,
    /// Of the trends.
    pub buckets: Vec<TimeBucket>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
