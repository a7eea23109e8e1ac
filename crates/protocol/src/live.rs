//! The Live page: who is here now, and what they do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::filter::{Field, Filter};
use crate::id::ActorKind;
use crate::receipt::{BotRule, Receipt};
use crate::trace::TraceId;

/// Minutes in the bars of the Live page.
pub const LIVE_MINUTES: usize = 30;
/// Rows in a slice.
pub const LIVE_SLICE_ROWS: usize = 7;
/// Characters of an event's payload.
pub const LIVE_PAYLOAD_CHARS: usize = 2_000;
/// Rows in the feed.
pub const LIVE_FEED_ROWS: usize = 14;

/// The window in which somebody counts as online.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub enum LiveWindow {
    #[serde(rename = "1")]
    Minute1,
    #[default]
    #[serde(rename = "5")]
    Minutes5,
    #[serde(rename = "30")]
    Minutes30,
}

impl LiveWindow {
    /// Every window, shortest first.
    pub const ALL: [Self; 3] = [Self::Minute1, Self::Minutes5, Self::Minutes30];

    /// Its length.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Minute1 => 1,
            Self::Minutes5 => 5,
            Self::Minutes30 => 30,
        }
    }
}

/// What the Live page asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveQuery {
    /// In which somebody counts as online.
    pub window: LiveWindow,
    /// Who counts.
    pub bots: BotRule,
    /// Which events, by [`LiveQuery::FIELDS`] alone.
    pub filter: Filter,
}

impl LiveQuery {
    /// What a filter may be about: what is held of each event.
    pub const FIELDS: [Field; 6] = [Field::Name, Field::Route, Field::Country, Field::Os, Field::Release, Field::Referrer];
}

/// What the Live page shows. Imports never count here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveAnswer {
    /// The server's time of this answer.
    pub now: DateTime<Utc>,
    /// Seconds that the project's zone is ahead of UTC at `now`, for showing times of day.
    pub utc_offset_seconds: i32,
    /// The window of `people`, the other figures and the slices.
    pub window: LiveWindow,
    /// Distinct persons with an event in the window.
    pub people: u64,
    /// Distinct sessions with an event in the window.
    pub sessions: u64,
    /// Events in the window.
    pub events: u64,
    /// Events that bots sent in the window; they are in no other figure unless asked for.
    pub bot_events: u64,
    /// The last 30 minutes, oldest first; the last one is open.
    pub minutes: Vec<LiveMinute>,
    /// By country: ISO code.
    pub countries: Vec<LiveSlice>,
    /// By operating system.
    pub systems: Vec<LiveSlice>,
    /// By route.
    pub routes: Vec<LiveSlice>,
    /// By release.
    pub releases: Vec<LiveSlice>,
    /// By where they came from.
    pub referrers: Vec<LiveSlice>,
    /// The newest events, newest first.
    pub feed: Vec<LiveEvent>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// One minute of the bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveMinute {
    /// Its start.
    pub start: DateTime<Utc>,
    /// Distinct persons with an event in it.
    pub people: u64,
    /// Events in it.
    pub events: u64,
    /// It is not over, or not all of it has been counted.
    pub open: bool,
}

/// One row of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveSlice {
    /// The value; `None` for people whose events do not say.
    pub value: Option<String>,
    /// Distinct persons in the window whose latest event that names a value names this one.
    pub people: u64,
}

/// One event of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct LiveEvent {
    pub event_id: Uuid,
    pub ts: DateTime<Utc>,
    pub name: String,
    pub route: Option<String>,
    /// The first props as `key value`, for reading.
    pub detail: String,
    /// All props as JSON on several lines, cut off after [`LIVE_PAYLOAD_CHARS`]; empty without any.
    pub payload: String,
    /// Why it is taken for a robot's, such as `crawler:googlebot`; null for people.
    pub bot: Option<String>,
    pub actor_kind: Option<ActorKind>,
    pub actor: String,
    pub country: Option<String>,
    pub trace_id: Option<TraceId>,
}
