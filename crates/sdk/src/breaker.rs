//! The circuit breaker: while the server is away, one signal at a time asks whether it is back.

use std::time::{Duration, Instant};

use crate::backoff;

/// Failures in a row, over all signals, after which nothing is sent for a while.
const FAILURES: u32 = 5;

/// Closed, the signals send and wait on their own. Open, nobody sends until the wait is over; then the first attempt is the
/// probe, which closes the breaker or opens it for longer. Only the background thread touches it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
    opened_at: Option<Instant>,
    last_error: String,
}

/// An outage that is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outage {
    pub(crate) lasted: Duration,
    pub(crate) attempts: u32,
    pub(crate) last_error: String,
}

impl Breaker {
    /// Until when nothing may be sent; `None` when it may be now.
    pub(crate) fn holds_until(&self, now: Instant) -> Option<Instant> {
        self.open_until.filter(|until| now < *until)
    }

    /// The server answered. The outage that ends with it, if the breaker was open.
    pub(crate) fn succeeded(&mut self, now: Instant) -> Option<Outage> {
        let attempts = std::mem::take(&mut self.failures);
        self.open_until = None;
        let since = self.opened_at.take()?;
        Some(Outage { lasted: now - since, attempts, last_error: std::mem::take(&mut self.last_error) })
    }

    /// The server did not answer, or failed. True when that opened the breaker.
    pub(crate) fn failed(&mut self, now: Instant, why: &str, (base, cap): (Duration, Duration), chance: f64) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES {
            return false;
        }
        why.clone_into(&mut self.last_error);
        // Between half and all of the ceiling: a probe right away would tell nothing new.
        self.open_until = Some(now + backoff::wait(self.failures, base, cap, 0.5 + chance / 2.0));
        let opens = self.opened_at.is_none();
        self.opened_at.get_or_insert(now);
        opens
    }

    /// Somebody waits: the next attempt may be made at once.
    pub(crate) fn hurry(&mut self) {
        self.open_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    #[test]
    fn the_fifth_failure_opens_it_and_each_failed_probe_opens_it_for_longer() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..4 {
            assert!(!breaker.failed(now, "away", WAITS, 1.0));
            assert_eq!(breaker.holds_until(now), None);
        }
        assert!(breaker.failed(now, "away", WAITS, 1.0));
        assert_eq!(breaker.holds_until(now), Some(now + Duration::from_secs(16)));
        let probe = now + Duration::from_secs(16);
        assert_eq!(breaker.holds_until(probe), None, "half open");
        assert!(!breaker.failed(probe, "still away", WAITS, 1.0), "it was open already");
        assert_eq!(breaker.holds_until(probe), Some(probe + Duration::from_secs(32)));
        let back = probe + Duration::from_secs(40);
        let outage = Outage { lasted: Duration::from_secs(56), attempts: 6, last_error: "still away".to_owned() };
        assert_eq!(breaker.succeeded(back), Some(outage));
        assert_eq!((breaker.holds_until(back), breaker.succeeded(back)), (None, None));
    }

    #[test]
    fn a_success_in_between_starts_the_count_anew() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..20 {
            for _ in 0..4 {
                assert!(!breaker.failed(now, "away", WAITS, 0.0));
            }
            assert_eq!(breaker.succeeded(now), None);
        }
    }
}
