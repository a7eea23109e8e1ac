//! When each value was seen last.

use crate::history::{Cancel, Cancelled, History, Selection};
use crate::keys::Keys;

/// The time of the last chosen row of each value, in milliseconds since the epoch; `None` of a value without one.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn last_times(history: &History, rows: &Selection, keys: &Keys, cancel: &Cancel) -> Result<Vec<Option<i64>>, Cancelled> {
    let mut last = vec![None; keys.len()];
    for (block, held) in history.blocks().iter().enumerate() {
        cancel.check()?;
        let (reader, times, midnight) = (keys.reader(history, block), history.times(block), history.midnight(block));
        rows[block].for_each(0..held.rows, |row| {
            let at = Some(midnight + i64::from(times[row]));
            let last = &mut last[reader.at(row) as usize];
            *last = (*last).max(at);
        });
    }
    Ok(last)
}
