//! Audience · Users: what one person did and what happened to them, by session, newest first.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::explorer::MetricKey;
use crate::identity::IdentityKind;
use crate::identity_link::ActorName;
use crate::issue::IssueId;
use crate::level::Level;
use crate::receipt::Receipt;
use crate::span::SpanStatus;
use crate::trace::TraceId;

/// What a timeline is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineQuery {
    /// Any id of the person.
    pub actor: ActorName,
    /// Only items of this kind; all of them when `None`.
    pub kind: Option<TimelineKind>,
    /// Only items before this; the newest when `None`.
    pub before: Option<DateTime<Utc>>,
    /// Only items from this on.
    pub from: Option<DateTime<Utc>>,
}

/// The kinds of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// `$pageview`.
    View,
    /// Any other event.
    Event,
    /// An error report.
    Error,
    /// A span.
    Span,
    /// A log record.
    Log,
    /// A metric point.
    Metric,
    /// Something that was said of who this is.
    Identity,
}

impl TimelineKind {
    /// Every kind, in the order of the page.
    pub const ALL: [Self; 7] = [Self::View, Self::Event, Self::Error, Self::Span, Self::Log, Self::Metric, Self::Identity];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Event => "event",
            Self::Error => "error",
            Self::Span => "span",
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Identity => "identity",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::View => "Views",
            Self::Event => "Events",
            Self::Error => "Errors",
            Self::Span => "Spans",
            Self::Log => "Logs",
            Self::Metric => "Metrics",
            Self::Identity => "Identity",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineItem {
    /// When, by the corrected clock.
    pub ts: DateTime<Utc>,
    /// The trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// The session that its sender named.
    pub session_id: Option<String>,
    /// The release of the sending application.
    pub release: Option<String>,
    /// What it was.
    #[serde(flatten)]
    pub body: TimelineBody,
    /// Spans, log records and metric points of the same trace, oldest first: what went on behind it, at most
    /// [`Self::BEHIND_MAX`] of each kind that were found by the trace. Of several items of a trace the first one has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub moment: Vec<TimelineItem>,
}

impl TimelineItem {
    /// Spans of one trace that are told, and log records, and points.
    pub const BEHIND_MAX: i64 = 20;
}

/// What an item says beside its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "see the signals themselves")]
pub enum TimelineBody {
    View {
        route: Option<String>,
        referrer: Option<String>,
        props: Map<String, Value>,
    },
    Event {
        name: String,
        route: Option<String>,
        props: Map<String, Value>,
    },
    Error {
        /// The exception's type; null for a message.
        error_type: Option<String>,
        message: String,
        level: Level,
        handled: bool,
        route: Option<String>,
        service: Option<String>,
        /// Null for a report of an older version.
        issue: Option<IssueId>,
    },
    Span {
        name: String,
        op: Option<String>,
        service: Option<String>,
        duration_ms: f64,
        status: SpanStatus,
    },
    Log {
        level: Level,
        message: String,
        service: Option<String>,
    },
    Metric {
        metric: MetricKey,
        /// The number; 1 in a set, whose points name a member each.
        value: f64,
        tags: BTreeMap<String, String>,
    },
    Identity {
        cause: IdentityKind,
        user_id: Option<String>,
        anonymous_id: Option<String>,
        traits: Map<String, Value>,
    },
}

impl TimelineBody {
    /// Its kind.
    pub const fn kind(&self) -> TimelineKind {
        match self {
            Self::View { .. } => TimelineKind::View,
            Self::Event { .. } => TimelineKind::Event,
            Self::Error { .. } => TimelineKind::Error,
            Self::Span { .. } => TimelineKind::Span,
            Self::Log { .. } => TimelineKind::Log,
            Self::Metric { .. } => TimelineKind::Metric,
            Self::Identity { .. } => TimelineKind::Identity,
        }
    }

    /// Something went wrong: an error report, a span that failed.
    pub const fn failed(&self) -> bool {
        matches!(self, Self::Error { .. } | Self::Span { status: SpanStatus::Error, .. })
    }
}

/// Items of one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineSession {
    /// The sender's own id; null for a run of items with gaps under 30 minutes.
    pub id: Option<String>,
    /// The first of its items on this page.
    pub from: DateTime<Utc>,
    /// The last of them.
    pub until: DateTime<Utc>,
    /// How many of them failed, what went on behind others included.
    pub failed: usize,
    /// Newest first.
    pub items: Vec<TimelineItem>,
}

/// A page of somebody's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineAnswer {
    /// Newest first.
    pub sessions: Vec<TimelineSession>,
    /// Ask with `before` set to this for what was earlier, which may turn out to be nothing; null when everything was read.
    pub next: Option<DateTime<Utc>>,
    /// More happened at one moment than fits into a page: some of it is not told.
    pub crowded: bool,
    /// What was read.
    pub receipt: Receipt,
}
