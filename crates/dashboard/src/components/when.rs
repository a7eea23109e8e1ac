//! How long ago something was, and exactly when.

use chrono::{DateTime, Utc};
use dashboard_islands::clock;
use protocol::number;

use crate::Frame;

/// `42 s ago`, `3 m ago`, or the date when it is more than a day ago.
pub(crate) fn ago(frame: &Frame, at: DateTime<Utc>) -> String {
    let past = frame.now - at;
    if past.num_hours() >= 24 {
        let at = clock::wall(at, frame.offset(at));
        return format!("{} {}", clock::day(at), clock::minute(at));
    }
    let seconds = past.num_seconds().max(0);
    if seconds < 60 {
        format!("{seconds}\u{a0}s ago")
    } else {
        format!("{} ago", number::duration((seconds / 60 * 60) as f64).trim_end_matches("\u{a0}00\u{a0}s"))
    }
}

/// `Thu 14 May 2026 14:03:18`.
pub(crate) fn exact(frame: &Frame, at: DateTime<Utc>) -> String {
    let wall = clock::wall(at, frame.offset(at));
    format!("{} {}", clock::date(wall), clock::second(wall))
}
