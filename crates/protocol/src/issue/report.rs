//! One issue, and one of its reports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Issue, IssueId, IssueRow};
use crate::analyses::TimeBucket;
use crate::audience::ReleaseMark;
use crate::error_report::{Breadcrumb, Cause, Frame};
use crate::identity_link::ActorName;
use crate::level::Level;
use crate::range::{Period, Step};
use crate::receipt::Receipt;
use crate::trace::{SpanId, TraceId};

/// What is asked of one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueQuery {
    /// Which.
    pub id: IssueId,
    /// The time of its figures.
    pub period: Period,
    /// Which report is shown.
    pub report: ReportPick,
}

impl IssueQuery {
    /// Reports that distributions are counted over: the latest of the range.
    pub const REPORTS_COUNTED: i64 = 500;
    /// Values of one tag that are told; the others are added up.
    pub const VALUES_TOLD: usize = 8;
    /// Tags that are told: those that most reports have.
    pub const TAGS_TOLD: usize = 24;
    /// Issues that are told to be alike.
    pub const SIMILAR: usize = 5;
}

/// One of an issue's reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportPick {
    /// The newest.
    #[default]
    Latest,
    /// The oldest that is kept.
    Oldest,
    /// The newest up to a place.
    At(ReportPlace),
}

/// Where a report stands among those of its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportPlace {
    /// Its time.
    pub ts: DateTime<Utc>,
    /// Its id.
    pub event_id: Uuid,
}

/// A report, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "see protocol::error_report::ErrorReport")]
pub struct IssueReport {
    #[serde(flatten)]
    pub place: ReportPlace,
    pub level: Level,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub message: String,
    pub handled: bool,
    pub stacktrace: Vec<Frame>,
    pub cause: Vec<Cause>,
    pub breadcrumbs: Vec<Breadcrumb>,
    pub tags: BTreeMap<String, String>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub context: Map<String, Value>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    /// The strongest id that it named; null for none.
    pub actor: Option<ActorName>,
    pub session_id: Option<String>,
    pub route: Option<String>,
    pub service: Option<String>,
    pub release: Option<String>,
    pub environment: String,
}

/// How the values of one tag are spread over reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Distribution {
    /// `release`, `route`, `os` and so on, or a tag's own name.
    pub tag: String,
    /// The most frequent first.
    pub values: Vec<DistributionValue>,
    /// Reports with further values.
    pub others: u64,
    /// Reports without any.
    pub without: u64,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DistributionValue {
    /// The value.
    pub value: String,
    /// Reports with it.
    pub reports: u64,
}

/// The answer to [`IssueQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueAnswer {
    /// The issue in the range; of one that is merged into another, that one.
    pub row: IssueRow,
    /// What is merged into it.
    pub merged: Vec<Issue>,
    /// How wide a bucket of the trend is.
    pub step: Step,
    /// Of the trend.
    pub buckets: Vec<TimeBucket>,
    /// When releases came up in the range.
    pub releases: Vec<ReleaseMark>,
    /// Over the latest reports of the range.
    pub distributions: Vec<Distribution>,
    /// How many reports these are counted over, at most [`IssueQuery::REPORTS_COUNTED`].
    pub reports_counted: u64,
    /// The report that was asked for; null when none is kept any more.
    pub report: Option<IssueReport>,
    /// The one before it.
    pub older: Option<ReportPlace>,
    /// The one after it.
    pub newer: Option<ReportPlace>,
    /// Others of the same type or at the same place, the latest first.
    pub similar: Vec<Issue>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
