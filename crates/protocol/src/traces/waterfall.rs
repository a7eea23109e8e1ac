//! One trace.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::identity_link::ActorName;
use crate::receipt::Receipt;
use crate::span::SpanStatus;
use crate::timeline::TimelineItem;
use crate::trace::{SpanId, TraceId};

/// Spans of one answer.
pub const SPANS_MAX: usize = 20_000;
/// Marks of each kind in one answer.
pub const MARKS_MAX: usize = 500;

/// A trace as a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceAnswer {
    /// Which.
    pub trace_id: TraceId,
    /// When its first span began.
    pub begin: DateTime<Utc>,
    /// From there to the end of its last span, in microseconds.
    pub duration_us: i64,
    /// Parents before children, siblings by their start; at most 20,000.
    pub spans: Vec<TraceSpan>,
    /// Its services, that of the first span first; spans name them by their place here.
    pub services: Vec<String>,
    /// Its releases.
    pub releases: Vec<String>,
    /// The users that its spans name.
    pub users: Vec<String>,
    /// The sessions that they name.
    pub sessions: Vec<String>,
    /// Who its events and errors are of where these name no user; at most ten.
    pub visitors: Vec<TraceVisitor>,
    /// Errors, log records, metric points and events that name the trace, oldest first; of each kind at most 500.
    pub marks: Vec<TraceMark>,
    /// It has more spans than are told: those that began first are.
    pub more_spans: bool,
    /// It has more marks of a kind than are told.
    pub more_marks: bool,
    /// Spans left out because another one has the same id.
    pub duplicates: u64,
    /// Every span names a parent: the root never came.
    pub rootless: bool,
    /// What was read.
    pub receipt: Receipt,
}

/// Somebody who is not known by a user's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceVisitor {
    /// In which session.
    pub session_id: Option<String>,
    /// By which id.
    pub actor: ActorName,
}

/// A span in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceSpan {
    /// Its id within the trace.
    pub span_id: SpanId,
    /// What was done.
    pub name: String,
    /// The kind of work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// The place of its service in the answer's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<usize>,
    /// How it ended.
    pub status: SpanStatus,
    /// 0 at the top.
    pub depth: usize,
    /// How many of the spans that follow are below it.
    pub descendants: usize,
    /// Microseconds from the trace's beginning, corrected.
    pub start_us: i64,
    /// Microseconds.
    pub duration_us: i64,
    /// Of these, what none of its children ran in.
    pub self_us: i64,
    /// The parts of it that the trace had to wait for: start and end, from the trace's beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical_us: Vec<(i64, i64)>,
    /// What was added to its start, since its service's clock told a start before its caller's.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shift_us: i64,
    /// It names a parent that is not stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub orphan: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Something that happened during a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceMark {
    /// The span that it names; null for one that names the trace alone.
    pub span_id: Option<SpanId>,
    /// Microseconds from the trace's beginning, by its own clock.
    pub at_us: i64,
    /// What it was.
    pub item: TimelineItem,
}
