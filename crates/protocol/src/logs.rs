//! Log records as they are stored, and what can be asked about them.

mod matching;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::filter::Filter;
use crate::level::Level;
use crate::range::{Period, Step};
use crate::receipt::Receipt;
use crate::trace::{SpanId, TraceId};

pub use matching::levels;

/// A stored log record, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredLog {
    /// What it is asked for by.
    pub id: String,
    /// When it was written.
    pub ts: DateTime<Utc>,
    /// How bad it is.
    pub level: Level,
    /// What it says.
    pub body: String,
    /// What else is known.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: Map<String, Value>,
    /// The program that wrote it.
    pub service: Option<String>,
    /// The trace during which it was written.
    pub trace_id: Option<TraceId>,
    /// The span during which it was written.
    pub span_id: Option<SpanId>,
    /// The user for whom it was written.
    pub user_id: Option<String>,
    /// The session in which it was written.
    pub session_id: Option<String>,
    /// The release of the sending application.
    pub release: Option<String>,
    /// Such as `prod`.
    pub environment: String,
    /// How many it counts as: above 1 for a sampled record.
    pub weight: f64,
}

/// Which records come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum LogOrder {
    #[default]
    Newest,
    Oldest,
}

impl LogOrder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Newest, Self::Oldest];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }
}

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogScope {
    /// By their own time; there is no search without one.
    pub period: Period,
    /// What is looked for, see [`Filter::search`].
    pub filter: Filter,
}

/// A page of what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsQuery {
    /// Which records.
    pub scope: LogScope,
    /// Which come first.
    pub order: LogOrder,
    /// [`LogsAnswer::next`] of the page before.
    pub after: Option<String>,
    /// At most so many, up to [`Self::LIMIT_MAX`].
    pub limit: usize,
}

impl LogsQuery {
    /// Records of a page when nobody says how many.
    pub const LIMIT: usize = 100;
    /// Records of a page.
    pub const LIMIT_MAX: usize = 1_000;
}

/// How far a search got. It looks at a bounded number of records for a bounded time, and says where it stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Searched {
    /// Records that were looked at.
    pub records: u64,
    /// The time of the last one, where the search stopped before it had looked at every record of the range. Null when it is done.
    pub stopped_at: Option<DateTime<Utc>>,
}

/// A page of what is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogsAnswer {
    /// The records, in their order.
    pub records: Vec<StoredLog>,
    /// What to ask for as `after` to go on: there are more records, or some that were not looked at. Null at the end.
    pub next: Option<String>,
    /// How far the search got.
    pub searched: Searched,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// Records by level, each by its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct LevelCounts {
    pub trace: f64,
    pub debug: f64,
    pub info: f64,
    pub warning: f64,
    pub error: f64,
    pub fatal: f64,
}

impl LevelCounts {
    /// Records of one level.
    pub const fn of(&self, level: Level) -> f64 {
        match level {
            Level::Trace => self.trace,
            Level::Debug => self.debug,
            Level::Info => self.info,
            Level::Warning => self.warning,
            Level::Error => self.error,
            Level::Fatal => self.fatal,
        }
    }

    /// Counts more records of a level.
    pub const fn add(&mut self, level: Level, records: f64) {
        let count = match level {
            Level::Trace => &mut self.trace,
            Level::Debug => &mut self.debug,
            Level::Info => &mut self.info,
            Level::Warning => &mut self.warning,
            Level::Error => &mut self.error,
            Level::Fatal => &mut self.fatal,
        };
        *count += records;
    }

    /// Records of every level.
    pub fn all(&self) -> f64 {
        Level::ALL.into_iter().map(|level| self.of(level)).sum()
    }
}

/// Records of one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Seconds that the project's zone is ahead of UTC at its start.
    pub utc_offset_seconds: i32,
    /// More may come.
    pub open: bool,
    /// Some of its records, or all, were not looked at.
    pub partial: bool,
    /// The records.
    pub records: LevelCounts,
}

/// Values of one field, the most frequent first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogFacet {
    /// The field, as a search has it.
    pub field: String,
    /// Its values; not all where there are more than [`LogSummary::VALUES_MAX`].
    pub values: Vec<LogValue>,
    /// Distinct values that were seen, those that are not listed too; counting stops at a thousand.
    pub distinct: u64,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogValue {
    /// The value as text.
    pub value: String,
    /// The search that finds it, such as `service:checkout`.
    pub term: String,
    /// Records, by their weight.
    pub records: f64,
}

/// What a search finds, counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogSummary {
    /// How wide a bucket is.
    pub step: Step,
    /// Records over time, oldest first.
    pub buckets: Vec<LogBucket>,
    /// Records of all buckets.
    pub total: LevelCounts,
    /// How far back the buckets are counted: null when they are whole.
    pub counted_back_to: Option<DateTime<Utc>>,
    /// Values of fields and of attributes.
    pub facets: Vec<LogFacet>,
    /// The records, the newest of the range, in which the facets were looked for.
    pub searched: Searched,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

impl LogSummary {
    /// Values of one facet.
    pub const VALUES_MAX: usize = 6;
    /// Attributes that have a facet: those that most records have.
    pub const ATTRIBUTES_MAX: usize = 8;
}

/// A record with what was written around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogContext {
    /// The record.
    pub record: StoredLog,
    /// Lines of the same source before it, the newest last.
    pub before: Vec<StoredLog>,
    /// Lines of the same source after it, the oldest first.
    pub after: Vec<StoredLog>,
    /// The search that finds lines of this source, as far as a search can tell.
    pub source: String,
    /// The source wrote more lines, or may have, beyond those that were looked at.
    pub more: bool,
    /// What this says about itself.
    pub receipt: Receipt,
}

impl LogContext {
    /// Lines before a record, and after it, when nobody says how many.
    pub const LINES: usize = 8;
    /// Lines before a record, and after it.
    pub const LINES_MAX: usize = 100;
}

/// Records that just arrived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogTail {
    /// Those that match, in the order of arrival; at most [`Self::RECORDS_MAX`] at once.
    pub records: Vec<StoredLog>,
    /// More arrived than are shown or were looked at.
    pub left_out: bool,
}

impl LogTail {
    /// Records of one message, of which there is at most one per second.
    pub const RECORDS_MAX: usize = 50;
}
