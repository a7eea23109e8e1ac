//! One signal's way out: the ring, the sealed batches that wait, and the books.
//!
//! Threads that capture at once do not wait for one another: each leaves its items on one of a few stages, from which a dozen
//! at a time go into the ring. Whoever looks at a lane clears the stages first, so that nobody ever sees books without them.

mod stage;
mod state;

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use crate::config::Config;
use crate::item::Item;
use crate::loss::LossReason;
use stage::{STAGES, Stage, Turns, own_stage};
pub(crate) use state::LaneState;

/// An item with its weight.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    pub(crate) item: T,
    weight: u32,
    /// Its turn among all items of the lane: the order of capture.
    turn: u64,
}

/// A lane: shared by the callers, who push, and the worker, who takes.
#[derive(Debug)]
pub(crate) struct Lane<T> {
    state: Mutex<LaneState<T>>,
    /// Locked before the state; several of them in their order.
    stages: [Stage<T>; STAGES],
    turns: Turns,
    settled: Condvar,
    process: u32,
}

impl<T: Item> Lane<T> {
    pub(crate) fn new(config: &Config) -> Self {
        let stages = std::array::from_fn(|_| Stage::new(config));
        let lane = Self {
            state: Mutex::new(LaneState::new(config)),
            stages,
            turns: Turns::default(),
            settled: Condvar::new(),
            process: std::process::id(),
        };
        drop(lane.lock());
        lane
    }

    /// The state with everything that was captured, also when a thread panicked while it held a lock: every change leaves it
    /// consistent.
    pub(crate) fn lock(&self) -> Look<'_, T> {
        let mut stages = self.stages.each_ref().map(|stage| stage.held.lock().unwrap_or_else(PoisonError::into_inner));
        let mut look = self.look();
        for stage in &mut stages {
            stage.clear_into(&mut look);
            stage.drop_evicted();
        }
        look
    }

    /// The state without what is on the stages.
    fn look(&self) -> Look<'_, T> {
        Look { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), turns: &self.turns }
    }

    /// Captures an item. True when the worker should look.
    #[inline]
    pub(crate) fn push(&self, item: T) -> bool {
        let weight = u32::try_from(item.weight()).unwrap_or(u32::MAX);
        let stage = &self.stages[own_stage()];
        let Some(mut held) = self.lock_unless_orphaned(&stage.held) else { return false };
        let turn = self.turns.draw();
        let full = held.hold(Slot { item, weight, turn });
        if self.turns.is_marked(turn) {
            drop(held);
            return self.lock().take_due();
        }
        full && self.clear(&mut held)
    }

    /// Takes what is on a stage into the ring. True when the worker should look.
    fn clear(&self, stage: &mut stage::Held<T>) -> bool {
        let Some(state) = self.lock_unless_orphaned(&self.state) else { return false };
        let mut look = Look { state, turns: &self.turns };
        stage.clear_into(&mut look);
        let due = look.take_due();
        drop(look);
        stage.drop_evicted();
        due
    }

    /// Waits for a lock only in the process that made the lane: in a forked one, whoever held it is not there to let go.
    #[inline]
    fn lock_unless_orphaned<'a, L>(&self, lock: &'a Mutex<L>) -> Option<MutexGuard<'a, L>> {
        match lock.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                (std::process::id() == self.process).then(|| lock.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }

    /// Counts an item that is not captured.
    pub(crate) fn refuse(&self, reason: LossReason) {
        self.look().refuse(reason);
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(crate) fn settle<R>(&self, change: impl FnOnce(&mut LaneState<T>) -> R) -> R {
        let result = change(&mut self.lock());
        self.settled.notify_all();
        result
    }

    /// Waits until `done` holds, at most until `deadline`; says whether it holds.
    pub(crate) fn wait_until(&self, deadline: Instant, done: impl Fn(&LaneState<T>) -> bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !done(&state) {
            let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.settled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// A look at the state under its lock. When it ends, callers learn which turn is the next that the worker wants to hear of.
pub(crate) struct Look<'a, T: Item> {
    state: MutexGuard<'a, LaneState<T>>,
    turns: &'a Turns,
}

impl<T: Item> Deref for Look<'_, T> {
    type Target = LaneState<T>;

    fn deref(&self) -> &LaneState<T> {
        &self.state
    }
}

impl<T: Item> DerefMut for Look<'_, T> {
    fn deref_mut(&mut self) -> &mut LaneState<T> {
        &mut self.state
    }
}

impl<T: Item> Drop for Look<'_, T> {
    fn drop(&mut self) {
        self.turns.mark(self.state.next_mark());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use protocol::level::Level;

    use super::*;
    use crate::log_item::{LogDraft, LogItem};
    use crate::report::SignalReport;

    fn log(bytes: usize) -> LogItem {
        LogItem::Built(Box::new(LogDraft::new(Level::Info, "x".repeat(bytes).into())))
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
        assert_eq!(lane.lock().ring.front().map(|slot| slot.item.weight()), Some(log(0).weight() + 120));
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
