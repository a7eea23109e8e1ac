//! Audience · Metrics: people, page views and events over time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::analyses::{Scope, SessionFigures};
use crate::number;
use crate::range::{Compare, Period, Step};
use crate::receipt::Receipt;

/// What is counted. The figure over a range of people is the distinct people of the range, not a sum of its days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Distinct persons with at least one event. Per day: daily active users.
    #[default]
    People,
    /// Sessions that began then; see [`SessionFigures`].
    Sessions,
    /// `$pageview` events.
    PageViews,
    /// Events of any name.
    Events,
    /// Share of sessions with one page view at most and no other event.
    BounceRate,
    /// Mean time from a session's first event to its last.
    VisitTime,
}

impl Measure {
    /// Every measure, in the order of the page.
    pub const ALL: [Self; 6] = [Self::People, Self::Sessions, Self::PageViews, Self::Events, Self::BounceRate, Self::VisitTime];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Sessions => "sessions",
            Self::PageViews => "page_views",
            Self::Events => "events",
            Self::BounceRate => "bounce_rate",
            Self::VisitTime => "visit_time",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Sessions => "Sessions",
            Self::PageViews => "Page views",
            Self::Events => "Events",
            Self::BounceRate => "Bounce rate",
            Self::VisitTime => "Visit, mean",
        }
    }

    /// What it is measured in, as a metric's unit; empty for a count.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::People | Self::Sessions | Self::PageViews | Self::Events => "",
            Self::BounceRate => "ratio",
            Self::VisitTime => "ms",
        }
    }

    /// The less of it, the better.
    pub const fn less_is_better(self) -> bool {
        matches!(self, Self::BounceRate)
    }

    /// From one figure to another as people read it; `None` where there was nothing.
    pub fn change(self, now: f64, before: f64) -> Option<String> {
        match self {
            Self::BounceRate => Some(number::points(now, before)),
            _ => number::change(now, before),
        }
    }

    /// A figure as people read it.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::BounceRate => number::percent(value),
            Self::VisitTime => number::duration(value / 1e3),
            Self::People | Self::Sessions | Self::PageViews | Self::Events => number::count(value),
        }
    }
}

/// The counts of one bucket or one range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "see Measure")]
pub struct Counts {
    pub people: u64,
    /// Weighted by sample rate; whole where nothing was sampled.
    pub page_views: f64,
    /// Weighted by sample rate; whole where nothing was sampled.
    pub events: f64,
    /// The sessions that began then, made of the events of the range alone; null for what is counted from the rollup, which
    /// knows no sessions.
    pub sessions: Option<SessionFigures>,
}

impl Counts {
    /// The figure of one measure; `None` where there is none.
    pub fn of(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::People => Some(self.people as f64),
            Measure::PageViews => Some(self.page_views),
            Measure::Events => Some(self.events),
            Measure::Sessions => self.sessions.map(|figures| figures.sessions as f64),
            Measure::BounceRate => self.sessions?.bounce_rate,
            Measure::VisitTime => self.sessions?.mean_duration_ms,
        }
    }
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudienceBucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Seconds that the zone is ahead of UTC at `start`.
    pub utc_offset_seconds: i32,
    /// What was counted in it.
    pub counts: Counts,
    /// It is not over, or not all of it has been counted.
    pub open: bool,
}

/// What the Audience · Metrics page asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AudienceQuery {
    /// Which events. A filter picks sessions with an event that matches; their other events are part of them.
    pub scope: Scope,
    /// What they are compared with.
    pub compare: Compare,
}

/// What the Audience · Metrics page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudienceAnswer {
    /// The time that was asked for.
    pub period: Period,
    /// What it is compared with.
    pub compare: Compare,
    /// The width of a bucket.
    pub step: Step,
    /// Over the whole range.
    pub totals: Counts,
    /// Over the earlier range, cut at the same time of day; null where nothing is compared, or part of it can no longer be
    /// counted.
    pub previous_totals: Option<Counts>,
    /// The range's buckets, oldest first.
    pub buckets: Vec<AudienceBucket>,
    /// The buckets of the earlier range, oldest first; none without `previous_totals`. As many as `buckets`, unless they are hours
    /// of a day on which clocks change.
    pub previous: Vec<AudienceBucket>,
    /// Errors in each of `buckets` by their own time, weighted, of everybody; null with a filter, since events and errors do not
    /// have the same fields.
    pub errors: Option<Vec<f64>>,
    /// The releases whose first event ever lies in the range, the earliest first; the newest [`RELEASES_MAX`] of more.
    pub releases: Vec<ReleaseMark>,
    /// Top routes by people who viewed them.
    pub routes: Vec<RouteCounts>,
    /// Top event names by events.
    pub names: Vec<NameCounts>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// Releases in an answer.
pub const RELEASES_MAX: usize = 12;

/// A release that came up in the range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseMark {
    /// Its name, as events have it.
    pub release: String,
    /// Its first event.
    pub at: DateTime<Utc>,
}

/// One route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct RouteCounts {
    pub route: String,
    pub people: u64,
    /// Events of any name on this route, weighted.
    pub events: f64,
}

/// One event name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct NameCounts {
    pub name: String,
    pub people: u64,
    /// Events of this name, weighted.
    pub events: f64,
}

/// An event name seen since a time: what `throughline verify` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct SeenEvent {
    pub name: String,
    pub events: u64,
    pub sessions: u64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// The event names that arrived lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenAnswer {
    /// By name.
    pub events: Vec<SeenEvent>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
