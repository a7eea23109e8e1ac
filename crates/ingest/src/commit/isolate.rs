//! Which items of a batch the database refuses: found by halving, in transactions that are never committed.

use std::ops::Range;

use storage::raw::RawRows;

use super::flush::Flusher;
use crate::prepare::{Item, Prepared};
use crate::rejection::Rejection;

/// Refused items that are found one by one. In a batch with more, what is refused is not divided any further: the search
/// would hold a connection for seconds.
const FOUND_MAX: usize = 64;

/// Leaves out of the batch what the database refuses, for which `error` is the reason.
///
/// # Errors
/// When it takes every item alone, so that none is to blame, or goes away meanwhile.
pub(crate) async fn leave_out_refused(flusher: &Flusher, batch: &mut Prepared, error: storage::Error) -> Result<(), Rejection> {
    let refused = find(flusher, batch).await?;
    if refused.is_empty() {
        return Err(Rejection::Internal(error));
    }
    tracing::warn!(items = refused.len(), %error, "the database refused items");
    batch.refuse(&refused);
    Ok(())
}

/// The places in `batch.items` of the items that the database refuses.
async fn find(flusher: &Flusher, batch: &Prepared) -> storage::Result<Vec<usize>> {
    let mut found = Vec::new();
    let whole = 0..batch.items.len();
    let mut suspects = vec![whole];
    while let Some(range) = suspects.pop() {
        if range.is_empty() || takes(flusher, batch, range.clone()).await? {
            continue;
        }
        if range.len() == 1 || found.len() >= FOUND_MAX {
            found.extend(range);
        } else {
            let middle = range.start + range.len() / 2;
            suspects.extend([range.start..middle, middle..range.end]);
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
        rows.add(batch.place(now, flush_id, n), row);
    }
    let copied = rows.copy(&mut tx).await;
    // A dropped transaction leaves this to whoever takes the connection next.
    let _ = tx.rollback().await;
    match copied {
        Ok(()) => Ok(true),
        Err(error) if error.is_of_data() => Ok(false),
        Err(error) => Err(error),
    }
}
