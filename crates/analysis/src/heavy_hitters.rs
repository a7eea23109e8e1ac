//! Which of very many keys come often, with few counters: Misra and Gries (1982), in the form that takes whole batches
//! (Agarwal and others, "Mergeable summaries", 2012).
//!
//! A counter is never more than what its key was counted, and after n in all, with m counters, never less by more than
//! n / (m + 1). So a key with more than that always has a counter, and a light key never passes for a heavy one. Among keys that
//! come once each, few counters are left, so little is written.

use std::collections::HashMap;
use std::hash::Hash;

/// A candidate takes a place only from a key that came half as often or less, so that two of about the same weight never
/// take turns.
const CLEARLY: u64 = 2;

/// Leaves at most `most` counters: lowers all by the largest of those that must go. Returns by how much.
pub fn keep_heaviest<K: Eq + Hash>(counters: &mut HashMap<K, u64>, most: usize) -> u64 {
    if counters.len() <= most {
        return 0;
    }
    let mut sizes: Vec<u64> = counters.values().copied().collect();
    let (_, by, _) = sizes.select_nth_unstable_by(most, |a, b| b.cmp(a));
    let by = *by;
    counters.retain(|_, counter| {
        *counter = counter.saturating_sub(by);
        *counter > 0
    });
    by
}

/// How many candidates, heaviest first, take the places of as many others, lightest first. A candidate of less than `least`
/// takes none.
pub fn exchanges(candidates: impl IntoIterator<Item = u64>, placed: impl IntoIterator<Item = u64>, least: u64) -> usize {
    let pairs = candidates.into_iter().zip(placed);
    pairs.take_while(|(candidate, placed)| *candidate >= least && *candidate >= placed.saturating_mul(CLEARLY)).count()
}
