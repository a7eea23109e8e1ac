//! The bounds of a range, as people type them.

use std::str::FromStr;

use analysis::calendar::day_start;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// A day, which begins at midnight of a zone, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The day.
    Day(NaiveDate),
    /// The time.
    Time(DateTime<Utc>),
}

impl Moment {
    /// When that is.
    pub fn in_zone(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day_start(day, zone),
            Self::Time(time) => time,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = text.parse().map(Self::Day);
        day.or_else(|_| text.parse().map(Self::Time))
            .map_err(|_| "give a day such as 2026-05-14, or a time such as 2026-05-14T08:00:00Z".to_owned())
    }
}
