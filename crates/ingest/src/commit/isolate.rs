//! Which items of a batch the database refuses: found by halving, in transactions that are never committed.

use std::ops::Range;

use storage::place::Place;
use storage::raw::RawRows;

use super::flush::Flusher;
use crate::prepare::{Item, Prepared};

/// Refused items that are searched for; a batch with more is refused as a whole.
const REFUSED_MAX: usize = 32;

/// The places in `batch.items` of the items that the database refuses; none when it takes every item alone, or refuses
/// too many.
///
/// # Errors
/// When the database goes away meanwhile.
pub(crate) async fn refused(flusher: &Flusher, batch: &Prepared) -> storage::Result<Vec<usize>> {
    let mut found = Vec::new();
    let whole = 0..batch.items.len();
    let mut suspects = vec![whole];
    while let Some(range) = suspects.pop() {
        if range.is_empty() || takes(flusher, batch, range.clone()).await? {
            continue;
        }
        match range.len() {
            1 => found.push(range.start),
            len => {
                let middle = range.start + len / 2;
                suspects.extend([range.start..middle, middle..range.end]);
            }
        }
        if found.len() > REFUSED_MAX {
            return Ok(Vec::new());
        }
    }
    Ok(found)
}

/// Whether the database takes these items.
async fn takes(flusher: &Flusher, batch: &Prepared, range: Range<usize>) -> storage::Result<bool> {
    let mut tx = flusher.db.begin().await?;
    let mut rows = RawRows::default();
    let (flush_id, now) = (flusher.new_flush_id(), flusher.clock.now());
    for (n, Item { row, .. }) in (1..).zip(&batch.items[range]) {
        let (project, batch_id) = (batch.project, batch.entry.batch_id);
        rows.add(Place { project, received_at: now, flush_id, n, batch_id, install_id: batch.install_id.as_deref() }, row);
    }
    let copied = rows.copy(&mut tx).await;
    // Dropped, it would be rolled back some time later, in the way of the next.
    let _ = tx.rollback().await;
    match copied {
        Ok(()) => Ok(true),
        Err(error) if error.is_passing() => Err(error),
        Err(_) => Ok(false),
    }
}
