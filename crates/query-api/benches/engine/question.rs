//! What is asked of every engine, and what an answer looks like.
//!
//! An answer is rows of texts and numbers in a fixed order, so that answers of two engines are equal or wrong.

use serde::Deserialize;
use serde_json::Value;

use crate::traffic::{BEGIN_MS, DAY_MS, DAYS};

/// The questions, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Distinct users of each day of the month: day, users.
    DailyUsers,
    /// One event in each hour of the last seven days: hour, events, users.
    HourlyTrend,
    /// The ten routes with the most events in the last seven days: route, events, users.
    TopRoutes,
    /// Events of the last day by country and OS: country, OS, events, users.
    CountryOs,
    /// Users who did so many of three steps within half an hour, in the month: a number per step.
    Funnel,
    /// Users by the week of their first event and the weeks after: week, weeks after, users.
    Retention,
}

impl Question {
    pub const ALL: [Self; 6] = [Self::DailyUsers, Self::HourlyTrend, Self::TopRoutes, Self::CountryOs, Self::Funnel, Self::Retention];

    pub const fn title(self) -> &'static str {
        match self {
            Self::DailyUsers => "daily users, 30 days",
            Self::HourlyTrend => "hourly trend and users, 7 days",
            Self::TopRoutes => "top routes and users, 7 days",
            Self::CountryOs => "country x OS and users, 24 h",
            Self::Funnel => "funnel, 3 steps, 30 min, 30 days",
            Self::Retention => "weekly retention, 30 days",
        }
    }
}

/// The event of the trend.
pub const TREND_NAME: &str = "add_to_cart";
/// The steps of the funnel.
pub const STEPS: [&str; 3] = ["$pageview", "add_to_cart", "purchase"];
pub const WINDOW_MS: i64 = 30 * 60_000;
pub const ROUTES_TOP: usize = 10;

/// Milliseconds since 1970 of the end of the month, less so many days.
pub const fn days_before_end(days: i64) -> i64 {
    BEGIN_MS + (DAYS - days) * DAY_MS
}

/// An answer and how long each asking took.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    pub question: Question,
    pub rows: Vec<Vec<Value>>,
    pub ms: Vec<f64>,
}

impl Answer {
    pub fn median(&self) -> f64 {
        let mut ms = self.ms.clone();
        ms.sort_by(f64::total_cmp);
        ms[ms.len() / 2]
    }
}

/// What one engine said.
#[derive(Clone, Debug, Deserialize)]
pub struct Answers {
    /// The engine and its version.
    pub engine: String,
    /// What its store takes, where it has one.
    pub bytes: Option<u64>,
    pub answers: Vec<Answer>,
}
