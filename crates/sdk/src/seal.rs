//! Sealing: the ring's items become the JSON of one batch, or of several where one would be too large.

use std::collections::VecDeque;
use std::time::Instant;

use protocol::limits::{BATCH_ITEMS_MAX, ITEM_BYTES_MAX};
use serde::Serialize;

use crate::batch::Batch;
use crate::clock;
use crate::identity::{Ids, Randomness};
use crate::item::{self, Item, Origin};
use crate::lane::{Lane, Slot};
use crate::loss::{LossCounts, LossReason, REASONS};

/// Bytes of one batch's item list: under the limit of a request's body even where nothing compresses.
const LIST_BYTES_MAX: usize = 900_000;

/// One batch's list on the way.
struct List {
    json: Vec<u8>,
    items: u64,
    first: u64,
}

/// Appends an item's JSON unless it is too large.
pub(crate) fn encode_bounded(item: &impl Serialize, out: &mut Vec<u8>) -> Result<(), LossReason> {
    let before = out.len();
    let written = serde_json::to_writer(&mut *out, item);
    let reason = match written {
        Ok(()) if out.len() - before <= ITEM_BYTES_MAX => return Ok(()),
        Ok(()) => LossReason::ItemTooLarge,
        Err(_) => LossReason::InternalSdkError,
    };
    out.truncate(before);
    Err(reason)
}

/// Takes what is in the ring and leaves it as sealed batches in the lane's outbox. `spare` is empty before and after.
pub(crate) fn seal<T: Item>(lane: &Lane<T>, spare: &mut VecDeque<Slot<T>>, origin: &Origin<'_>, randomness: &Randomness) {
    let first = lane.lock().take(spare);
    let (lists, lost) = encode(first, spare, origin);
    let sealed_at = Instant::now();
    lane.settle(|state| {
        state.encoded(&lost);
        for list in lists {
            let (made, lost) = state.seal_counts();
            state.put_out(Batch {
                id: Ids::new(randomness).id(clock::now_micros(), 0),
                list: list.json,
                items: list.items,
                first: list.first,
                made,
                lost,
                sealed_at,
            });
        }
    });
}

/// At least one list, empty when there are no items.
fn encode<T: Item>(first: u64, items: &mut VecDeque<Slot<T>>, origin: &Origin<'_>) -> (Vec<List>, LossCounts) {
    let mut lost = [0; REASONS];
    let mut lists = Vec::new();
    let mut list = List { json: vec![b'['], items: 0, first };
    for (number, Slot { item, .. }) in (first..).zip(items.drain(..)) {
        if list.json.len() > LIST_BYTES_MAX - ITEM_BYTES_MAX || list.items == BATCH_ITEMS_MAX as u64 {
            let next = List { json: vec![b'['], items: 0, first: number };
            lists.push(close(std::mem::replace(&mut list, next)));
        }
        let before = list.json.len();
        if list.items > 0 {
            list.json.push(b',');
        }
        match item::encode(item, number, origin, &mut list.json) {
            Ok(()) => list.items += 1,
            Err(reason) => {
                list.json.truncate(before);
                lost[reason.index()] += 1;
            }
        }
    }
    lists.push(close(list));
    (lists, lost)
}

fn close(mut list: List) -> List {
    list.json.push(b']');
    list
}
