//! How long data is kept, by its type.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::limits::{IMPORT_DAYS_MAX, KEEP_DAYS_MAX, KEEP_DAYS_MIN, KEEP_RAW_DAYS, KEEP_SEGMENTS_DAYS, KEEP_TRACES_DAYS};

/// A type of data that is kept for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    /// Events as they came.
    Events,
    /// Metric points as they came.
    MetricPoints,
    /// Spans.
    Spans,
    /// Error reports.
    Errors,
    /// Log records.
    Logs,
    /// What was said about who is who.
    Identities,
    /// Events in columns, which analyses read.
    Segments,
    /// Metric points, added up by minutes.
    MetricMinutes,
    /// Events, added up by quarters of an hour, with who was there.
    EventQuarters,
    /// Metric points, added up by hours.
    MetricHours,
}

impl DataType {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::Events,
        Self::MetricPoints,
        Self::Spans,
        Self::Errors,
        Self::Logs,
        Self::Identities,
        Self::Segments,
        Self::MetricMinutes,
        Self::EventQuarters,
        Self::MetricHours,
    ];

    /// The word in JSON and in the data_type column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::MetricPoints => "metric_points",
            Self::Spans => "spans",
            Self::Errors => "errors",
            Self::Logs => "logs",
            Self::Identities => "identities",
            Self::Segments => "segments",
            Self::MetricMinutes => "metric_minutes",
            Self::EventQuarters => "event_quarters",
            Self::MetricHours => "metric_hours",
        }
    }

    /// Days of all projects lie in one partition, which goes when no project wants it any longer.
    pub const fn is_shared(self) -> bool {
        !matches!(self, Self::Segments)
    }
}

/// How many days a project keeps what, today not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeepDays {
    /// Events and metric points as they came.
    pub raw: u32,
    /// Spans, error reports and log records.
    pub traces: u32,
    /// Events in columns; also how old imported events may be.
    pub segments: u32,
}

impl Default for KeepDays {
    fn default() -> Self {
        Self { raw: KEEP_RAW_DAYS, traces: KEEP_TRACES_DAYS, segments: KEEP_SEGMENTS_DAYS }
    }
}

impl KeepDays {
    /// How long this type is kept; `None` for ever.
    pub const fn of(&self, data_type: DataType) -> Option<u32> {
        match data_type {
            DataType::Events | DataType::MetricPoints => Some(self.raw),
            DataType::Spans | DataType::Errors | DataType::Logs => Some(self.traces),
            DataType::Segments => Some(self.segments),
            DataType::MetricMinutes => Some(IMPORT_DAYS_MAX as u32 + 1),
            DataType::Identities | DataType::EventQuarters | DataType::MetricHours => None,
        }
    }

    /// The longest of both, of each type.
    pub fn max(self, other: Self) -> Self {
        Self { raw: self.raw.max(other.raw), traces: self.traces.max(other.traces), segments: self.segments.max(other.segments) }
    }
}

/// Days that may be asked for.
pub const KEEP_DAYS: std::ops::RangeInclusive<u32> = KEEP_DAYS_MIN..=KEEP_DAYS_MAX;

/// How a project's data of one type is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptData {
    /// Of what.
    pub data_type: DataType,
    /// Days that the project asks for; null for ever.
    pub keep_days: Option<u32>,
    /// Days that it is kept in fact: as long as the project that asks for most, where projects share partitions.
    pub kept_days: Option<u32>,
    /// The oldest day (UTC) that there was when the job ran last; null when there was nothing.
    pub oldest_day: Option<NaiveDate>,
    /// The oldest day that is over and stays, because a flush of it is not counted yet or is a dead letter.
    pub held_day: Option<NaiveDate>,
    /// Rows (events, of segments) that were ever freed.
    pub freed_rows: i64,
    /// Bytes that were ever freed: of shared partitions the project's part by rows.
    pub freed_bytes: i64,
    /// When something was freed last.
    pub freed_at: Option<DateTime<Utc>>,
    /// When the job ran last; null before its first run.
    pub ran_at: Option<DateTime<Utc>>,
}

/// How a project's data is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeepingAnswer {
    /// Every type.
    pub types: Vec<KeptData>,
}
