//! When rows of some time may have been received: what names the partitions that are looked at.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::limits::LATE_DAYS_MAX;

/// The times of receipt, `until` exclusive, of rows whose own time lies in a range. A row may be received a few minutes before
/// its own time, and up to a week after it; an imported one is received at its own time.
pub(crate) fn range(from: DateTime<Utc>, until: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (from - TimeDelta::days(1), until + TimeDelta::days(LATE_DAYS_MAX))
}
