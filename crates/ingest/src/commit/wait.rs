//! How long something will wait, and when somebody who was refused shall come back.

use std::time::Duration;

use crate::rejection::whole_seconds;

/// A refused sender comes back after this many seconds at most.
const RETRY_SECONDS_MAX: u64 = 30;
/// Senders that were refused at the same moment come back spread over this many seconds.
const RETRY_SPREAD_SECONDS: u64 = 4;

/// How long a flush takes, as the last few did.
///
/// A small flush takes little less than a large one, so this times the flushes ahead errs on the side of taking a batch
/// while flushes are small, and is right once they are full.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FlushTime(Duration);

impl FlushTime {
    pub(crate) fn observe(&mut self, took: Duration) {
        self.0 = if self.0.is_zero() { took } else { (self.0 * 3 + took) / 4 };
    }

    /// How long one takes.
    pub(crate) fn one(self) -> Duration {
        self.0
    }

    /// How long `rows` take, and the flush that is being made.
    pub(crate) fn wait(self, rows: usize, flush_rows: usize, committers: usize) -> Duration {
        let flushes = u32::try_from(rows.div_ceil(flush_rows.max(1))).unwrap_or(u32::MAX);
        if flushes == 0 {
            return Duration::ZERO;
        }
        let turns = flushes.div_ceil(u32::try_from(committers.max(1)).unwrap_or(u32::MAX));
        self.0.saturating_mul(turns.saturating_add(1))
    }
}

/// Seconds for `Retry-After`: until what waits is committed, and a share of chance so that not all come at once.
pub(crate) fn retry_after_seconds(drained_after: Duration, random: u128) -> u64 {
    let spread = (random % u128::from(RETRY_SPREAD_SECONDS + 1)) as u64;
    (whole_seconds(drained_after) + spread).clamp(1, RETRY_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_takes_as_long_as_the_last_few_did() {
        let mut time = FlushTime::default();
        assert_eq!(time.wait(1_000_000, 5_000, 4), Duration::ZERO);
        time.observe(Duration::from_millis(40));
        assert_eq!(time.0, Duration::from_millis(40));
        time.observe(Duration::from_millis(80));
        assert_eq!(time.0, Duration::from_millis(50));
        assert_eq!(time.wait(0, 5_000, 4), Duration::ZERO);
        assert_eq!(time.wait(1, 5_000, 4), Duration::from_millis(100));
        assert_eq!(time.wait(20_000, 5_000, 4), Duration::from_millis(100));
        assert_eq!(time.wait(20_001, 5_000, 4), Duration::from_millis(150));
    }

    #[test]
    fn who_is_refused_comes_back_when_the_queue_is_drained_and_not_with_everybody_else() {
        let seconds = |millis, random| retry_after_seconds(Duration::from_millis(millis), random);
        assert_eq!([seconds(0, 0), seconds(0, 4), seconds(0, 5), seconds(1_001, 3)], [1, 4, 1, 5]);
        assert_eq!(seconds(3_600_000, 4), 30);
    }
}
