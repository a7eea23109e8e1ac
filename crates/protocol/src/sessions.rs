//! Audience · Sessions: the sessions of a range, one by one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::analyses::Scope;
use crate::identity_link::ActorName;
use crate::receipt::Receipt;

/// Sessions that began in a range, with at least one event that matches a filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionListQuery {
    /// Which events.
    pub scope: Scope,
    /// Which come first.
    pub sort: SessionSort,
    /// Which page, from 0; at most [`Self::PAGES_MAX`].
    pub page: usize,
}

impl SessionListQuery {
    /// Sessions of one page.
    pub const PAGE: usize = 50;
    /// The last page that can be asked for: whoever looks for more than the first ten thousand wants a filter, or an export.
    pub const PAGES_MAX: usize = 199;
}

/// Which sessions come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionSort {
    /// The one that began last.
    #[default]
    Start,
    /// The longest.
    Duration,
    /// The one with most events.
    Events,
    /// The one with most page views.
    PageViews,
}

impl SessionSort {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Start, Self::Duration, Self::Events, Self::PageViews];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Duration => "duration",
            Self::Events => "events",
            Self::PageViews => "page_views",
        }
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRow {
    /// Whose: the strongest of the person's ids.
    pub name: ActorName,
    /// Error reports of the person in that time, at most [`Self::ERRORS_MAX`] of each id.
    pub errors: u64,
    /// What its events say.
    #[serde(flatten)]
    pub seen: SeenSession,
}

/// A session as its events tell it; null for what they do not say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenSession {
    /// The SDK's own id; null for a run of events with gaps under 30 minutes.
    pub id: Option<String>,
    /// Its first event in the range.
    pub from: DateTime<Utc>,
    /// Its last one.
    pub until: DateTime<Utc>,
    /// Events, each once whatever its weight.
    pub events: u64,
    /// Page views among them.
    pub page_views: u64,
    /// One page view at most and no other event.
    pub bounced: bool,
    /// The route of the first page view.
    pub entry: Option<String>,
    /// The route of the last page view.
    pub exit: Option<String>,
    /// Where the first event says it came from.
    pub referrer: Option<String>,
    /// The first event's.
    pub country: Option<String>,
    /// The first event's.
    pub os: Option<String>,
    /// The first event's.
    pub browser: Option<String>,
    /// The first event's.
    pub release: Option<String>,
}

impl SessionRow {
    /// Error reports that are counted.
    pub const ERRORS_MAX: i64 = 100;
}

/// The answer to [`SessionListQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionListAnswer {
    /// One page of them.
    pub sessions: Vec<SessionRow>,
    /// All of them.
    pub total: u64,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
