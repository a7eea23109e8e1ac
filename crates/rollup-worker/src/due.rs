//! When a job that comes again is due.

use chrono::{DateTime, TimeDelta, Utc};

/// What failed is tried again after this, however rarely it comes.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// A job's rhythm, and when it was last tried.
#[derive(Debug)]
pub(crate) struct Due {
    every: TimeDelta,
    /// When it was last tried, and how long it rests after that.
    tried: Option<(DateTime<Utc>, TimeDelta)>,
}

impl Due {
    /// At once, and then so often.
    pub(crate) const fn every(every: TimeDelta) -> Self {
        Self { every, tried: None }
    }

    /// It has never been tried, its time has passed, or the clock went back.
    pub(crate) fn is(&self, now: DateTime<Utc>) -> bool {
        self.tried.is_none_or(|(at, rest)| now < at || now >= at + rest)
    }

    /// It was done at `now`, or it failed.
    pub(crate) fn tried(&mut self, now: DateTime<Utc>, done: bool) {
        self.tried = Some((now, if done { self.every } else { self.every.min(AGAIN) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_due_at_once_after_its_time_and_when_the_clock_went_back() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let mut due = Due::every(TimeDelta::hours(1));
        assert!(due.is(now));
        due.tried(now, true);
        let is = |due: &Due, minutes: i64| due.is(now + TimeDelta::minutes(minutes));
        assert_eq!([-1, 0, 59, 60].map(|minutes| is(&due, minutes)), [true, false, false, true]);
        due.tried(now, false);
        assert_eq!([0, 1, 60].map(|minutes| is(&due, minutes)), [false, true, true]);
    }
}
