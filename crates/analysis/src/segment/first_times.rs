//! When each value of a text column comes first in a block.

use std::sync::Arc;

use super::{Block, ColumnKey};

/// Of more distinct values nothing is told: they do not name releases.
pub const VALUES_MAX: usize = 4_096;

/// Each value with the least time of its rows, in milliseconds since the block's midnight; in no order. Empty where the block does
/// not have the column, or has very many values there.
pub fn first_times(block: &Block, key: &ColumnKey) -> Vec<(Arc<str>, u32)> {
    let Some(text) = block.text(key).filter(|text| text.distinct() <= VALUES_MAX) else { return Vec::new() };
    let mut first = vec![u32::MAX; text.distinct()];
    for (row, time) in block.times().iter().enumerate() {
        let first = &mut first[text.codes.at(row) as usize];
        *first = (*first).min(*time);
    }
    let told = (0..).zip(first).filter(|(_, time)| *time != u32::MAX);
    told.filter_map(|(code, time)| Some((text.value(code)?.into(), time))).collect()
}
