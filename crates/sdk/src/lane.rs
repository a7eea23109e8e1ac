//! One signal's way out: the ring, the sealed batches that wait, and the books.

mod state;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use crate::config::Config;
use crate::item::Item;
use crate::loss::LossReason;
pub(crate) use state::LaneState;

/// An item with its weight.
pub(crate) type Slot<T> = (T, u32);

/// A lane: shared by the callers, who push, and the worker, who takes.
#[derive(Debug)]
pub(crate) struct Lane<T> {
    state: Mutex<LaneState<T>>,
    settled: Condvar,
    process: u32,
}

impl<T: Item> Lane<T> {
    pub(crate) fn new(config: &Config) -> Self {
        Self { state: Mutex::new(LaneState::new(config)), settled: Condvar::new(), process: std::process::id() }
    }

    /// The state, also when a thread panicked while it held the lock: every change leaves it consistent.
    pub(crate) fn lock(&self) -> MutexGuard<'_, LaneState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Captures an item. True when the worker should look.
    #[inline]
    pub(crate) fn push(&self, item: T) -> bool {
        let weight = item.weight();
        let Some(mut state) = self.lock_unless_orphaned() else { return false };
        let (evicted, wake) = state.push(item, weight);
        drop(state);
        drop(evicted);
        wake
    }

    /// Waits for the lock only in the process that made the lane: in a forked one, whoever held it is not there to let go.
    #[inline]
    fn lock_unless_orphaned(&self) -> Option<MutexGuard<'_, LaneState<T>>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => (std::process::id() == self.process).then(|| self.lock()),
        }
    }

    /// Counts an item that is not captured.
    pub(crate) fn refuse(&self, reason: LossReason) {
        self.lock().refuse(reason);
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(crate) fn settle<R>(&self, change: impl FnOnce(&mut LaneState<T>) -> R) -> R {
        let result = change(&mut self.lock());
        self.settled.notify_all();
        result
    }

    /// Waits until `done` holds, at most until `deadline`; says whether it holds.
    pub(crate) fn wait_until(&self, deadline: Instant, done: impl Fn(&LaneState<T>) -> bool) -> bool {
        let mut state = self.lock();
        while !done(&state) {
            let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.settled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use protocol::level::Level;

    use super::*;
    use crate::log_item::LogItem;
    use crate::report::SignalReport;

    fn log(bytes: usize) -> LogItem {
        LogItem::new(Level::Info, "x".repeat(bytes).into())
    }

    fn lane() -> Lane<LogItem> {
        Lane::new(&Config::new("http://127.0.0.1:1", "").flush_at(100))
    }

    fn closes(lane: &Lane<LogItem>) -> SignalReport {
        let report = lane.lock().report();
        assert_eq!(report.made, report.delivered + report.rejected + report.lost_total() + report.queued);
        report
    }

    #[test]
    fn a_full_ring_gives_up_the_oldest() {
        let lane = lane();
        for i in 0..620 {
            lane.push(log(i));
        }
        let report = closes(&lane);
        assert_eq!((report.lost_to(LossReason::QueueOverflow), report.queued), (120, 500));
        assert_eq!(
            lane.lock().ring.front().map(|(item, _)| item.weight()),
            Some(LogItem::new(Level::Info, Default::default()).weight() + 120)
        );
        assert_eq!(lane.lock().ring_first(), 120);
    }

    #[test]
    fn heavy_items_fill_the_ring_before_their_number_does() {
        let lane = lane();
        for _ in 0..10 {
            lane.push(log(900_000));
        }
        assert_eq!(closes(&lane).queued, 4);
        lane.push(log(5_000_000));
        assert_eq!(closes(&lane).queued, 1, "one item always has room");
        assert!(lane.lock().ring_bytes > 5_000_000);
    }

    #[test]
    fn the_worker_is_woken_at_the_threshold_and_not_at_every_item() {
        let lane = lane();
        let woken: Vec<usize> = (1..=600).filter(|_| lane.push(log(1))).collect();
        assert_eq!(woken, [100, 250]);
    }

    #[test]
    fn items_that_a_failed_worker_held_are_counted() {
        let lane = lane();
        for _ in 0..7 {
            lane.push(log(1));
        }
        let mut spare = VecDeque::new();
        lane.lock().take(&mut spare);
        assert_eq!(closes(&lane).queued, 7);
        lane.lock().recover();
        assert_eq!(closes(&lane).lost_to(LossReason::InternalSdkError), 7);
    }

    #[test]
    fn refused_items_are_counted_and_take_no_place() {
        let lane = lane();
        lane.push(log(1));
        lane.refuse(LossReason::OptOut);
        lane.push(log(1));
        let mut state = lane.lock();
        assert_eq!((state.ring_first(), state.request_flush()), (0, 2));
        state.forget(LossReason::OptOut);
        drop(state);
        assert_eq!((closes(&lane).made, closes(&lane).lost_to(LossReason::OptOut)), (3, 3));
    }

    #[test]
    fn after_the_end_items_are_counted_and_nothing_is_kept() {
        let lane = lane();
        lane.push(log(1));
        lane.lock().close();
        lane.push(log(1));
        assert_eq!(closes(&lane).queued, 1);
        lane.lock().finish();
        lane.push(log(1));
        let report = closes(&lane);
        assert_eq!((report.made, report.lost_to(LossReason::Shutdown), lane.lock().written_off()), (3, 3, 1));
    }
}
