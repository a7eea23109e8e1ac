//! A clock that only moves when a test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<AtomicI64>);

impl HandClock {
    /// A clock that shows `time`, RFC 3339.
    ///
    /// # Panics
    /// When `time` is no time.
    pub fn at(time: &str) -> Self {
        Self(Arc::new(AtomicI64::new(instant(time).timestamp_micros())))
    }

    /// What it shows.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).expect("it was set from a time")
    }

    /// Moves it.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().expect("a test moves its clock by less than millennia"), Ordering::SeqCst);
    }

    /// The clock that the code under test is given.
    pub fn clock(&self) -> Clock {
        let shown = self.clone();
        Clock::new(move || shown.now())
    }
}

/// RFC 3339 text as a time.
///
/// # Panics
/// When it is none.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("RFC 3339 text")
}
