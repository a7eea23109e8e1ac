//! What a lane holds, and its books.

use std::collections::VecDeque;
use std::sync::Arc;

use protocol::verdict::BatchAnswer;

use super::Slot;
use crate::batch::Batch;
use crate::config::Config;
use crate::item::Item;
use crate::loss::{self, LossCounts, LossReason, REASONS};
use crate::report::SignalReport;

/// Sealed batches that wait; meanwhile the ring fills.
const OUTBOX_MAX: usize = 4;

/// Items are numbered from 0 in the order of capture; the ring, the items being encoded and each batch hold
/// consecutive numbers.
#[derive(Debug)]
pub(crate) struct LaneState<T> {
    pub(super) ring: VecDeque<Slot<T>>,
    pub(super) ring_bytes: usize,
    room: Room,
    encoding: u64,
    outbox: VecDeque<Arc<Batch>>,
    /// Enough waits, and nobody has told the worker yet.
    due: bool,
    /// Items that came from the stages.
    arrived: u64,
    made: u64,
    late: u64,
    refused: u64,
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

/// What a ring holds at most, and from when on its items are sent early.
#[derive(Clone, Copy, Debug)]
struct Room {
    items: usize,
    bytes: usize,
    flush_at: usize,
}

impl<T: Item> LaneState<T> {
    pub(super) fn new(config: &Config) -> Self {
        let room = Room { items: config.ring_items, bytes: config.ring_bytes, flush_at: config.flush_at.min(config.ring_items) };
        Self {
            ring: VecDeque::with_capacity(room.items),
            ring_bytes: 0,
            room,
            encoding: 0,
            outbox: VecDeque::new(),
            due: false,
            arrived: 0,
            made: 0,
            late: 0,
            refused: 0,
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
        }
    }

    /// Counts an item that gets no place.
    pub(super) fn refuse(&mut self, reason: LossReason) {
        self.made += 1;
        if self.closed {
            self.late += 1;
            self.lost[LossReason::Shutdown.index()] += 1;
        } else {
            self.refused += 1;
            self.lost[reason.index()] += 1;
        }
    }

    /// Places an item; what makes room for it goes to `evicted`.
    pub(super) fn push(&mut self, slot: Slot<T>, evicted: &mut Vec<Slot<T>>) {
        self.arrived += 1;
        self.made += 1;
        if self.closed {
            self.late += 1;
            self.lost[LossReason::Shutdown.index()] += 1;
            evicted.push(slot);
            return;
        }
        let pressing_before = self.is_pressing();
        let weight = slot.weight as usize;
        let mut overflows = false;
        while self.ring.len() >= self.room.items || self.ring_bytes + weight > self.room.bytes {
            let Some(oldest) = self.ring.pop_front() else { break };
            self.ring_bytes -= oldest.weight as usize;
            self.lost[LossReason::QueueOverflow.index()] += 1;
            evicted.push(oldest);
            overflows = true;
        }
        self.ring_bytes += weight;
        self.ring.push_back(slot);
        self.due |= (self.is_pressing() && !pressing_before) || (self.ring.len() == self.room.items / 2 && !overflows);
    }

    /// Whether the worker should be told that enough waits; says it once.
    pub(super) fn take_due(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }

    /// The turn of the item with which enough will wait, or the ring be half full, if none is taken away before. After the end
    /// it is every turn, as nothing is kept then.
    pub(super) fn next_mark(&self) -> u64 {
        if self.closed {
            return 0;
        }
        let waiting = self.ring.len();
        let missing = [self.room.flush_at, self.room.items / 2].into_iter().filter(|mark| *mark > waiting).min();
        missing.map_or(u64::MAX, |mark| self.arrived + (mark - waiting) as u64 - 1)
    }

    /// Enough waits that the flush interval is not awaited.
    fn is_pressing(&self) -> bool {
        self.ring.len() >= self.room.flush_at || self.ring_bytes >= self.room.bytes / 2
    }

    /// The number of the oldest item in the ring, or the next one's.
    pub(super) fn ring_first(&self) -> u64 {
        self.placed() - self.ring.len() as u64
    }

    /// Items that were given a place in the ring, and so a number.
    fn placed(&self) -> u64 {
        self.made_in_time() - self.refused
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
        self.flush_target = self.placed();
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
            // While a batch waits for its retry, a further one is sealed only when the ring is half full.
            let full = self.ring.len() >= self.room.items / 2 || self.ring_bytes >= self.room.bytes / 2;
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
        // The stages kept their own order; this is the order of capture.
        spare.make_contiguous().sort_unstable_by_key(|slot| slot.turn);
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

    /// Nobody may have what waits: it is given up, and its counts stay.
    pub(crate) fn forget(&mut self, reason: LossReason) {
        while !self.outbox.is_empty() {
            self.give_up(reason);
        }
        self.lost[reason.index()] += self.ring.len() as u64;
        self.ring.clear();
        self.ring_bytes = 0;
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
