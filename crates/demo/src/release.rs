//! Releases of the shop's web front, and who already has which.

use chrono::{DateTime, TimeDelta, Utc};

/// A release: days before the end of the history when its roll-out began, the share of pages that break in it, how
/// much slower than the first its checkout is, and the share of its payments that the gateway does not answer.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) name: &'static str,
    days_ago: i64,
    pub(crate) broken_pages: f64,
    pub(crate) checkout_slowness: f64,
    pub(crate) lost_payments: f64,
}

/// Newest first. The last one is a regression that its numbers show.
const RELEASES: [Release; 3] = [
    Release { name: "web@5.3.0", days_ago: 2, broken_pages: 0.021, checkout_slowness: 1.7, lost_payments: 0.04 },
    Release { name: "web@5.2.0", days_ago: 19, broken_pages: 0.006, checkout_slowness: 1.1, lost_payments: 0.008 },
    Release { name: "web@5.1.4", days_ago: 10_000, broken_pages: 0.008, checkout_slowness: 1.0, lost_payments: 0.01 },
];

/// A roll-out reaches everybody within so many days.
const ROLL_OUT_DAYS: f64 = 3.5;

/// The release that somebody with this `lag` (0: the first to get it, 1: the last) has at that time.
pub(crate) fn of(at: DateTime<Utc>, end: DateTime<Utc>, lag: f64) -> &'static Release {
    let reached = |release: &&Release| {
        let begun = end - TimeDelta::days(release.days_ago);
        at >= begun + TimeDelta::minutes((lag * ROLL_OUT_DAYS * 1_440.0) as i64)
    };
    RELEASES.iter().find(reached).unwrap_or(&RELEASES[RELEASES.len() - 1])
}
