//! The order of what an installation captures.

use std::sync::atomic::{AtomicI64, Ordering};

/// Sequence numbers: each is the time of capture in microseconds, or one more than the number
/// before it. So a program that is started again goes on above where it was, and stores nothing.
#[derive(Debug, Default)]
pub(crate) struct Sequence(AtomicI64);

impl Sequence {
    /// The next number, for what was captured at this time. Only one thread at a time asks.
    pub(crate) fn next(&self, micros: i64) -> i64 {
        let number = micros.max(self.0.load(Ordering::Relaxed).saturating_add(1));
        self.0.store(number, Ordering::Relaxed);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_clock_and_rise_also_where_it_stands_or_goes_back() {
        let sequence = Sequence::default();
        assert_eq!([500, 500, 501, 100, 900].map(|now| sequence.next(now)), [500, 501, 502, 503, 900]);
    }
}
