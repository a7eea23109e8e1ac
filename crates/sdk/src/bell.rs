//! Wakes the background thread.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A ring is kept until it is heard, however late the listener comes. `std::thread::park` would not do: its token belongs to
/// whoever parks on the thread next, and the HTTP client does while it resolves a name.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_one();
    }

    /// Until the bell rings, or has rung since the last wait, or it is `deadline`.
    pub(crate) fn wait_until(&self, deadline: Instant) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.heard.wait_timeout_while(rung, left, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_ring_is_heard_by_whoever_comes_later_even_when_the_thread_has_parked_meanwhile() {
        let bell = Bell::default();
        bell.ring();
        thread::current().unpark();
        thread::park();
        let begun = Instant::now();
        bell.wait_until(begun + Duration::from_secs(60));
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_ring_is_heard_once() {
        let bell = Bell::default();
        bell.ring();
        bell.wait_until(Instant::now() + Duration::from_secs(60));
        let deadline = Instant::now() + Duration::from_millis(1);
        bell.wait_until(deadline);
        assert!(Instant::now() >= deadline);
    }
}
