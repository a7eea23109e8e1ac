//! Where a thread leaves its items before they go into the ring.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::{LaneState, Slot};
use crate::config::Config;
use crate::item::Item;

/// Stages of a lane. Threads take turns in choosing one, so that this many do not disturb each other.
pub(super) const STAGES: usize = 8;
/// Items that a stage holds at most.
const ITEMS: usize = 16;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static STAGE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The stage of this thread, in every lane.
#[inline]
pub(super) fn own_stage() -> usize {
    let choose = || THREADS.fetch_add(1, Ordering::Relaxed) % STAGES;
    let chosen = |stage: &Cell<Option<usize>>| stage.get().unwrap_or_else(|| stage.replace(Some(choose())).unwrap_or(0));
    STAGE.try_with(chosen).unwrap_or(0) % STAGES
}

/// A stage, on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Stage<T> {
    pub(super) held: Mutex<Held<T>>,
}

/// What a stage holds.
#[derive(Debug)]
pub(super) struct Held<T> {
    slots: Vec<Slot<T>>,
    bytes: usize,
    /// Made room in the ring; dropped when nobody waits for the ring's lock.
    evicted: Vec<Slot<T>>,
    items_max: usize,
    bytes_max: usize,
}

impl<T> Stage<T> {
    /// All stages together hold a small part of what the ring does.
    pub(super) fn new(config: &Config) -> Self {
        let items_max = (config.ring_items / (4 * STAGES)).clamp(1, ITEMS);
        let bytes_max = config.ring_bytes / (8 * STAGES);
        Self { held: Mutex::new(Held { slots: Vec::new(), bytes: 0, evicted: Vec::new(), items_max, bytes_max }) }
    }
}

impl<T: Item> Held<T> {
    /// Adds an item. True when the stage is full.
    #[inline]
    pub(super) fn hold(&mut self, slot: Slot<T>) -> bool {
        self.bytes += slot.weight as usize;
        self.slots.push(slot);
        self.slots.len() >= self.items_max || self.bytes >= self.bytes_max
    }

    /// Moves everything into the ring.
    pub(super) fn clear_into(&mut self, state: &mut LaneState<T>) {
        self.bytes = 0;
        for slot in self.slots.drain(..) {
            state.push(slot, &mut self.evicted);
        }
    }

    /// Lets go of what made room.
    pub(super) fn drop_evicted(&mut self) {
        self.evicted.clear();
    }
}

/// Numbers the items of a lane in the order of capture, whichever stage they are on, and knows the number at which enough wait.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Turns {
    next: AtomicU64,
    mark: AtomicU64,
}

impl Turns {
    /// The turn of an item.
    #[inline]
    pub(super) fn draw(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The item of this turn is the one at which the worker should look.
    #[inline]
    pub(super) fn is_marked(&self, turn: u64) -> bool {
        turn >= self.mark.load(Ordering::Relaxed)
    }

    /// Changes the mark. Only under the state's lock.
    pub(super) fn mark(&self, turn: u64) {
        // Written only when it changes: every capture reads this line.
        if self.mark.load(Ordering::Relaxed) != turn {
            self.mark.store(turn, Ordering::Relaxed);
        }
    }
}
