//! One signal's way out: the ring, the sealed batches that wait, and the books.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use protocol::verdict::BatchAnswer;

use crate::batch::Batch;
use crate::config::RING_ITEMS;
use crate::identity::Ids;
use crate::loss::{self, LossCounts, LossReason, REASONS};
use crate::report::SignalReport;

/// Bytes of captured items in one ring; beyond that the oldest go.
pub(crate) const RING_BYTES: usize = 4_000_000;
/// While a batch waits for its retry, a further one is sealed only when the ring is this full.
const HALF: usize = RING_ITEMS / 2;
/// Sealed batches that wait; meanwhile the ring fills.
const OUTBOX_MAX: usize = 4;

/// What the client knows about itself and puts on every item.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) ids: Ids,
    pub(crate) release: Option<String>,
    pub(crate) environment: Option<String>,
}

/// What a ring holds.
pub(crate) trait Item: Sized + Send + 'static {
    /// Where its batches go.
    const PATH: &'static str;
    /// The name of the item list in the body.
    const LIST: &'static str;
    /// Roughly the bytes that it keeps in memory beside itself.
    fn weight(&self) -> usize;
    /// Appends its JSON to `out`, or leaves `out` as it was and says why the item is lost.
    fn encode(self, number: u64, origin: &Origin, out: &mut Vec<u8>) -> Result<(), LossReason>;
}

/// An item with its weight.
pub(crate) type Slot<T> = (T, u32);

/// A lane: shared by the callers, who push, and the worker, who takes.
#[derive(Debug)]
pub(crate) struct Lane<T> {
    state: Mutex<LaneState<T>>,
    settled: Condvar,
}

/// Items are numbered from 0 in the order of capture; the ring, the items being encoded and each batch hold
/// consecutive numbers.
#[derive(Debug)]
pub(crate) struct LaneState<T> {
    ring: VecDeque<Slot<T>>,
    ring_bytes: usize,
    flush_at: usize,
    encoding: u64,
    outbox: VecDeque<Arc<Batch>>,
    made: u64,
    late: u64,
    delivered: u64,
    rejected: u64,
    lost: LossCounts,
    made_sealed: u64,
    lost_sealed: LossCounts,
    flush_target: u64,
    flush_requests: u64,
    closed: bool,
    finished: bool,
    written_off: u64,
    last_error: Option<String>,
}

impl<T: Item> Lane<T> {
    pub(crate) fn new(flush_at: usize) -> Self {
        Self {
            state: Mutex::new(LaneState {
                ring: VecDeque::with_capacity(RING_ITEMS),
                ring_bytes: 0,
                flush_at,
                encoding: 0,
                outbox: VecDeque::new(),
                made: 0,
                late: 0,
                delivered: 0,
                rejected: 0,
                lost: [0; REASONS],
                made_sealed: 0,
                lost_sealed: [0; REASONS],
                flush_target: 0,
                flush_requests: 0,
                closed: false,
                finished: false,
                written_off: 0,
                last_error: None,
            }),
            settled: Condvar::new(),
        }
    }

    /// The state, also when a thread panicked while it held the lock: every change leaves it consistent.
    pub(crate) fn lock(&self) -> MutexGuard<'_, LaneState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Captures an item. True when the worker should look.
    #[inline]
    pub(crate) fn push(&self, item: T) -> bool {
        let weight = item.weight();
        let (evicted, wake) = self.lock().push(item, weight);
        drop(evicted);
        wake
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

impl<T: Item> LaneState<T> {
    #[inline]
    fn push(&mut self, item: T, weight: usize) -> (Option<Slot<T>>, bool) {
        self.made += 1;
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        if self.closed {
            self.late += 1;
            self.lost[LossReason::Shutdown.index()] += 1;
            return (Some((item, weight)), false);
        }
        let pressing_before = self.is_pressing();
        let mut evicted = None;
        while self.ring.len() >= RING_ITEMS || (self.ring_bytes + weight as usize > RING_BYTES && !self.ring.is_empty()) {
            evicted = self.ring.pop_front();
            self.ring_bytes -= evicted.as_ref().map_or(0, |(_, weight)| *weight as usize);
            self.lost[LossReason::QueueOverflow.index()] += 1;
        }
        self.ring_bytes += weight as usize;
        self.ring.push_back((item, weight));
        let wake = (self.is_pressing() && !pressing_before) || (self.ring.len() == HALF && evicted.is_none());
        (evicted, wake)
    }

    /// Enough waits that the flush interval is not awaited.
    fn is_pressing(&self) -> bool {
        self.ring.len() >= self.flush_at || self.ring_bytes >= RING_BYTES / 2
    }

    /// The number of the oldest item in the ring, or the next one's.
    fn ring_first(&self) -> u64 {
        self.made_in_time() - self.ring.len() as u64
    }

    /// Items made before the lane was closed; later ones were lost at once and never had a place.
    fn made_in_time(&self) -> u64 {
        self.made - self.late
    }

    /// Losses that the server can be told of: those at shutdown come when nothing is sent any more.
    fn lost_in_time(&self) -> LossCounts {
        let mut lost = self.lost;
        lost[LossReason::Shutdown.index()] = 0;
        lost
    }

    /// Every item with a lower number has been settled.
    pub(crate) fn settled_through(&self) -> u64 {
        self.outbox.front().map_or_else(|| self.ring_first() - self.encoding, |batch| batch.first)
    }

    /// Asks the worker to send everything that was captured; the number up to which that is.
    pub(crate) fn request_flush(&mut self) -> u64 {
        self.flush_requests += 1;
        self.flush_target = self.made_in_time();
        self.flush_target
    }

    pub(crate) fn flush_requests(&self) -> u64 {
        self.flush_requests
    }

    /// Captures nothing from now on: what still comes is counted as lost.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether a batch is to be sealed now.
    pub(crate) fn seal_is_due(&self, interval_over: bool, stopping: bool) -> bool {
        let asked = stopping || self.ring_first() < self.flush_target;
        let waiting = !self.ring.is_empty();
        if self.outbox.is_empty() {
            waiting && (interval_over || asked || self.is_pressing()) || self.has_unsealed_counts() && (interval_over || stopping)
        } else {
            let full = self.ring.len() >= HALF || self.ring_bytes >= RING_BYTES / 2;
            waiting && (asked || full) && self.outbox.len() < OUTBOX_MAX
        }
    }

    fn has_unsealed_counts(&self) -> bool {
        self.made_in_time() != self.made_sealed || self.lost_in_time() != self.lost_sealed
    }

    /// Exchanges the ring for `spare`, which is empty; the number of the first item taken.
    pub(crate) fn take(&mut self, spare: &mut VecDeque<Slot<T>>) -> u64 {
        let first = self.ring_first();
        std::mem::swap(&mut self.ring, spare);
        self.encoding = spare.len() as u64;
        self.ring_bytes = 0;
        first
    }

    /// What has happened since the previous sealed batch goes into this one.
    pub(crate) fn seal_counts(&mut self) -> (u64, LossCounts) {
        let made = self.made_in_time() - self.made_sealed;
        let mut lost = self.lost_in_time();
        for (count, sealed) in lost.iter_mut().zip(&self.lost_sealed) {
            *count -= sealed;
        }
        self.made_sealed = self.made_in_time();
        self.lost_sealed = self.lost_in_time();
        (made, lost)
    }

    /// Encoding is over: `lost` items could not be encoded.
    pub(crate) fn encoded(&mut self, lost: &LossCounts) {
        self.encoding = 0;
        loss::add(&mut self.lost, lost);
    }

    /// The worker died while it encoded: those items are gone.
    pub(crate) fn recover(&mut self) {
        self.lost[LossReason::InternalSdkError.index()] += std::mem::take(&mut self.encoding);
    }

    pub(crate) fn put_out(&mut self, batch: Batch) {
        self.outbox.push_back(Arc::new(batch));
    }

    /// The batch to send next.
    pub(crate) fn front(&self) -> Option<Arc<Batch>> {
        self.outbox.front().cloned()
    }

    /// The server took the front batch.
    pub(crate) fn book_answer(&mut self, answer: &BatchAnswer) {
        if let Some(batch) = self.outbox.pop_front() {
            let rejected = u64::from(answer.rejected).min(batch.items);
            self.rejected += rejected;
            self.delivered += batch.items - rejected;
        }
        if let Some(error) = answer.errors.first() {
            self.last_error = Some(format!("item rejected: {}: {}", error.code.word(), error.message));
        }
    }

    /// The front batch is given up: its items are lost, and its counts go with the next batch.
    pub(crate) fn give_up(&mut self, reason: LossReason) {
        if let Some(batch) = self.outbox.pop_front() {
            self.made_sealed -= batch.made;
            for (sealed, count) in self.lost_sealed.iter_mut().zip(&batch.lost) {
                *sealed -= count;
            }
            self.lost[reason.index()] += batch.items;
        }
    }

    pub(crate) fn note_error(&mut self, error: String) {
        self.last_error = Some(error);
    }

    /// Nothing waits, not even counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.ring.is_empty() && self.encoding == 0 && self.outbox.is_empty() && !self.has_unsealed_counts()
    }

    /// The worker has ended: what still waits is lost.
    pub(crate) fn finish(&mut self) {
        let waiting = self.queued();
        self.closed = true;
        self.ring = VecDeque::new();
        self.outbox.clear();
        self.encoding = 0;
        self.lost[LossReason::Shutdown.index()] += waiting;
        self.written_off = waiting;
        self.finished = true;
    }

    /// Items that were waiting when the worker ended.
    pub(crate) fn written_off(&self) -> u64 {
        self.written_off
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Items on their way.
    pub(crate) fn queued(&self) -> u64 {
        self.ring.len() as u64 + self.encoding + self.outbox.iter().map(|batch| batch.items).sum::<u64>()
    }

    pub(crate) fn report(&self) -> SignalReport {
        let lost = LossReason::ALL.into_iter().map(|reason| (reason, self.lost[reason.index()]));
        SignalReport {
            made: self.made,
            delivered: self.delivered,
            rejected: self.rejected,
            lost: lost.filter(|(_, n)| *n > 0).collect(),
            queued: self.queued(),
            last_error: self.last_error.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbered(usize);

    impl Item for Numbered {
        const PATH: &'static str = "/";
        const LIST: &'static str = "items";
        fn weight(&self) -> usize {
            self.0
        }
        fn encode(self, _: u64, _: &Origin, _: &mut Vec<u8>) -> Result<(), LossReason> {
            Ok(())
        }
    }

    fn closes(lane: &Lane<Numbered>) -> SignalReport {
        let report = lane.lock().report();
        assert_eq!(report.made, report.delivered + report.rejected + report.lost_total() + report.queued);
        report
    }

    #[test]
    fn a_full_ring_gives_up_the_oldest() {
        let lane = Lane::new(100);
        for i in 0..620 {
            lane.push(Numbered(i));
        }
        let report = closes(&lane);
        assert_eq!((report.lost_to(LossReason::QueueOverflow), report.queued), (120, 500));
        assert_eq!(lane.lock().ring.front().map(|(item, _)| item.0), Some(120));
        assert_eq!(lane.lock().ring_first(), 120);
    }

    #[test]
    fn heavy_items_fill_the_ring_before_their_number_does() {
        let lane = Lane::new(100);
        for _ in 0..10 {
            lane.push(Numbered(1_000_000));
        }
        assert_eq!(closes(&lane).queued, 4);
        lane.push(Numbered(usize::MAX));
        assert_eq!(closes(&lane).queued, 1, "one item always has room");
        assert_eq!(lane.lock().ring_bytes, u32::MAX as usize);
    }

    #[test]
    fn the_worker_is_woken_at_the_threshold_and_not_at_every_item() {
        let lane = Lane::new(100);
        let woken: Vec<usize> = (1..=600).filter(|_| lane.push(Numbered(1))).collect();
        assert_eq!(woken, [100, 250]);
    }

    #[test]
    fn items_that_a_failed_worker_held_are_counted() {
        let lane = Lane::new(100);
        for _ in 0..7 {
            lane.push(Numbered(1));
        }
        let mut spare = VecDeque::new();
        lane.lock().take(&mut spare);
        assert_eq!(closes(&lane).queued, 7);
        lane.lock().recover();
        assert_eq!(closes(&lane).lost_to(LossReason::InternalSdkError), 7);
    }

    #[test]
    fn after_the_end_items_are_counted_and_nothing_is_kept() {
        let lane = Lane::new(100);
        lane.push(Numbered(1));
        lane.lock().close();
        lane.push(Numbered(1));
        assert_eq!(closes(&lane).queued, 1);
        lane.lock().finish();
        lane.push(Numbered(1));
        let report = closes(&lane);
        assert_eq!((report.made, report.lost_to(LossReason::Shutdown), lane.lock().written_off()), (3, 3, 1));
    }
}
