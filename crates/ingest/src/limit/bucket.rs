//! A token bucket that may go into debt once: what a batch holds is known only after it has been read.

use std::time::{Duration, Instant};

const NANOS: i128 = 1_000_000_000;
/// What may come at once, in seconds of the rate: a sender that flushes every few seconds is no burst.
const BURST_SECONDS: i128 = 5;

/// Events per second that may pass in the long run. At any moment, five seconds' worth may pass at once.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    events_per_second: u32,
    /// Billionths of an event that may pass now; below zero: owed.
    level: i128,
    at: Instant,
}

/// What is left of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Events that may pass at once when nothing has passed for a while.
    pub(crate) burst: u64,
    /// Events that may pass now.
    pub(crate) now: u64,
    /// Until `burst` events may pass again.
    pub(crate) full_after: Duration,
}

impl Bucket {
    /// A full one. A rate of zero lets nothing pass.
    pub(crate) fn new(events_per_second: u32, now: Instant) -> Self {
        Self { events_per_second, level: capacity(events_per_second), at: now }
    }

    pub(crate) fn events_per_second(&self) -> u32 {
        self.events_per_second
    }

    /// How long until at least one event may pass; zero when one may pass now.
    pub(crate) fn wait(&mut self, now: Instant) -> Duration {
        self.fill(now);
        self.until(NANOS)
    }

    /// Lets `events` pass when at least one may pass. So the debt is never more than one batch, however many are read at
    /// the same time.
    ///
    /// # Errors
    /// How long until one may pass.
    pub(crate) fn take(&mut self, events: u64, now: Instant) -> Result<(), Duration> {
        match self.wait(now) {
            Duration::ZERO => {
                self.level -= i128::from(events) * NANOS;
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// Undoes a [`Bucket::take`] whose events did not pass after all.
    pub(crate) fn give_back(&mut self, events: u64) {
        self.level = (self.level + i128::from(events) * NANOS).min(capacity(self.events_per_second));
    }

    pub(crate) fn left(&mut self, now: Instant) -> Left {
        self.fill(now);
        let whole = |level: i128| u64::try_from(level / NANOS).unwrap_or_default();
        let full = capacity(self.events_per_second);
        Left { burst: whole(full), now: whole(self.level), full_after: self.until(full) }
    }

    /// Nothing would be forgotten with it.
    pub(crate) fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.level >= capacity(self.events_per_second)
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_nanos();
        self.at = self.at.max(now);
        let earned = i128::try_from(passed).unwrap_or(i128::MAX).saturating_mul(i128::from(self.events_per_second));
        self.level = self.level.saturating_add(earned).min(capacity(self.events_per_second));
    }

    /// How long until the level is reached, rounded up.
    fn until(&self, level: i128) -> Duration {
        let missing = (level - self.level).max(0);
        match i128::from(self.events_per_second) {
            _ if missing == 0 => Duration::ZERO,
            0 => Duration::MAX,
            rate => Duration::from_nanos(u64::try_from((missing + rate - 1) / rate).unwrap_or(u64::MAX)),
        }
    }
}

fn capacity(events_per_second: u32) -> i128 {
    i128::from(events_per_second) * BURST_SECONDS * NANOS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(rate: u32) -> (Bucket, Instant) {
        let now = Instant::now();
        (Bucket::new(rate, now), now)
    }

    #[test]
    fn a_batch_may_be_larger_than_what_is_left_and_the_next_one_waits_for_the_debt() {
        let (mut bucket, now) = bucket(100);
        assert_eq!(bucket.take(800, now), Ok(()));
        // 300 owed, and one event more: 3.01 s at 100 per second.
        assert_eq!(bucket.take(1, now), Err(Duration::from_millis(3_010)));
        assert_eq!(bucket.left(now), Left { burst: 500, now: 0, full_after: Duration::from_secs(8) });
        let later = now + Duration::from_millis(3_010);
        assert_eq!(bucket.take(1, later), Ok(()));
        assert!(!bucket.is_full(later) && bucket.is_full(later + Duration::from_secs(5)));
    }

    #[test]
    fn what_did_not_pass_is_given_back() {
        let (mut bucket, now) = bucket(10);
        bucket.take(50, now).expect("a full bucket");
        bucket.give_back(50);
        assert_eq!(bucket.left(now).now, 50);
        bucket.give_back(1_000);
        assert_eq!(bucket.left(now).now, 50);
    }

    #[test]
    fn a_rate_of_zero_lets_nothing_pass() {
        let (mut bucket, now) = bucket(0);
        assert_eq!(bucket.take(1, now + Duration::from_secs(1_000)), Err(Duration::MAX));
    }

    #[test]
    fn a_clock_that_steps_back_earns_nothing_twice() {
        let (mut bucket, now) = bucket(10);
        bucket.take(50, now + Duration::from_secs(1)).expect("a full bucket");
        assert!(bucket.take(1, now).is_err());
        assert_eq!(bucket.left(now + Duration::from_secs(2)).now, 10);
    }

    /// The same rules, millisecond by millisecond.
    struct Slow {
        rate: i64,
        /// Thousandths of an event.
        level: i64,
    }

    impl Slow {
        fn tick(&mut self) {
            self.level = (self.level + self.rate).min(self.rate * 5_000);
        }
    }

    proptest! {
        #[test]
        fn it_decides_as_a_bucket_that_is_filled_every_millisecond(
            rate in 1..2_000_u32,
            steps in prop::collection::vec((0..3_000_u64, 0..2_000_u64, any::<bool>()), 1..30),
        ) {
            let (mut bucket, mut now) = bucket(rate);
            let mut slow = Slow { rate: i64::from(rate), level: i64::from(rate) * 5_000 };
            for (pause, events, passes) in steps {
                now += Duration::from_millis(pause);
                (0..pause).for_each(|_| slow.tick());
                let taken = bucket.take(events, now);
                prop_assert_eq!(taken.is_ok(), slow.level >= 1_000);
                if let Err(wait) = taken {
                    // Exactly then, not a millisecond earlier.
                    let missing = 1_000 - slow.level;
                    prop_assert_eq!(wait.as_nanos(), (missing as u128 * 1_000_000).div_ceil(u128::from(rate)));
                } else if passes {
                    slow.level -= events as i64 * 1_000;
                } else {
                    let before = slow.level;
                    bucket.give_back(events);
                    prop_assert_eq!(slow.level, before);
                }
                prop_assert_eq!(bucket.left(now).now as i64, slow.level.max(0) / 1_000);
            }
        }
    }
}
