//! The time ranges that pages and queries offer.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A range that ends now. The bucket it is drawn in follows from it, so that two pages with one range agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Range {
    #[serde(rename = "1h")]
    Hour1,
    #[serde(rename = "6h")]
    Hours6,
    #[serde(rename = "24h")]
    Hours24,
    #[default]
    #[serde(rename = "7d")]
    Days7,
    #[serde(rename = "30d")]
    Days30,
    #[serde(rename = "90d")]
    Days90,
}

impl Range {
    /// What the Audience pages offer.
    pub const AUDIENCE: [Self; 4] = [Self::Hours24, Self::Days7, Self::Days30, Self::Days90];
    /// What the Metrics explorer offers: cells are kept.
    pub const EXPLORER: [Self; 6] = [Self::Hour1, Self::Hours6, Self::Hours24, Self::Days7, Self::Days30, Self::Days90];
    /// What pages over raw rows offer, such as traces and logs.
    pub const RAW: [Self; 5] = [Self::Hour1, Self::Hours6, Self::Hours24, Self::Days7, Self::Days30];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour1 => "1h",
            Self::Hours6 => "6h",
            Self::Hours24 => "24h",
            Self::Days7 => "7d",
            Self::Days30 => "30d",
            Self::Days90 => "90d",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hour1 => "1H",
            Self::Hours6 => "6H",
            Self::Hours24 => "24H",
            Self::Days7 => "7D",
            Self::Days30 => "30D",
            Self::Days90 => "90D",
        }
    }

    /// The range in a sentence: "last 7 days".
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Hour1 => "last hour",
            Self::Hours6 => "last 6 hours",
            Self::Hours24 => "last 24 hours",
            Self::Days7 => "last 7 days",
            Self::Days30 => "last 30 days",
            Self::Days90 => "last 90 days",
        }
    }
}

/// The width of one bucket of an answer. Days are those of the project's zone: 23 or 25 hours where clocks change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Step {
    #[serde(rename = "1m")]
    Minute1,
    #[serde(rename = "5m")]
    Minutes5,
    #[serde(rename = "15m")]
    Minutes15,
    #[serde(rename = "1h")]
    Hour1,
    #[serde(rename = "6h")]
    Hours6,
    #[serde(rename = "1d")]
    Day1,
    /// From Monday.
    #[serde(rename = "1w")]
    Week1,
    #[serde(rename = "1mo")]
    Month1,
}

impl Step {
    /// What analyses of events offer, all of whole quarters of an hour.
    pub const ANALYSES: [Self; 5] = [Self::Minutes15, Self::Hour1, Self::Day1, Self::Week1, Self::Month1];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute1 => "1m",
            Self::Minutes5 => "5m",
            Self::Minutes15 => "15m",
            Self::Hour1 => "1h",
            Self::Hours6 => "6h",
            Self::Day1 => "1d",
            Self::Week1 => "1w",
            Self::Month1 => "1mo",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Minute1 => "1 min",
            Self::Minutes5 => "5 min",
            Self::Minutes15 => "15 min",
            Self::Hour1 => "1 hour",
            Self::Hours6 => "6 hours",
            Self::Day1 => "1 day",
            Self::Week1 => "1 week",
            Self::Month1 => "1 month",
        }
    }
}

/// What time an analysis looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A range that ends now.
    Last(Range),
    /// Days of the project's zone, both included; at most up to today.
    Days {
        /// The first one.
        first: NaiveDate,
        /// The last one.
        last: NaiveDate,
    },
    /// From one moment to another, each down to the quarter of an hour.
    Between {
        /// Inclusive.
        from: DateTime<Utc>,
        /// Exclusive.
        until: DateTime<Utc>,
    },
}

impl Default for Period {
    fn default() -> Self {
        Self::Last(Range::default())
    }
}

impl Period {
    /// The period in a sentence: "the last 7 days".
    pub fn sentence(self) -> String {
        match self {
            Self::Last(range) => format!("the {}", range.sentence()),
            Self::Days { first, last } if first == last => format!("the day {first}"),
            Self::Days { first, last } => format!("the days from {first} to {last}"),
            Self::Between { from, until } => format!("the time from {} to {}", from.to_rfc3339(), until.to_rfc3339()),
        }
    }
}

/// The years in which a question may lie. Every time in them can be moved by years without leaving what a clock, a calendar and
/// the database can tell.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// What a range is compared with. Earlier ranges are as long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The range just before.
    #[default]
    Previous,
    /// The nearest earlier one with the same weekdays.
    Week,
    /// The one 52 weeks before: a year ago, with the same weekdays.
    Year,
    /// Nothing.
    #[serde(rename = "none")]
    Nothing,
}

impl Compare {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Previous, Self::Week, Self::Year, Self::Nothing];

    /// The word in URLs, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Week => "week",
            Self::Year => "year",
            Self::Nothing => "none",
        }
    }

    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Previous => "the period before",
            Self::Week => "the same weekdays before",
            Self::Year => "a year ago, same weekdays",
            Self::Nothing => "nothing",
        }
    }
}
