//! Few counters against exact counts on random batches, and who takes whose place.

use std::collections::{BTreeMap, HashMap};

use analysis::heavy_hitters::{exchanges, keep_heaviest};
use proptest::prelude::*;

/// A key and how often it comes in a batch: few keys come often, many rarely.
fn seen() -> impl Strategy<Value = (u16, u64)> {
    prop_oneof![(0..8_u16, 0..200_u64), (0..60_u16, 0..10_u64), (0..2_000_u16, Just(1))]
}

proptest! {
    #[test]
    fn a_counter_is_never_too_high_and_too_low_by_a_bounded_share_only(
        batches in prop::collection::vec(prop::collection::vec(seen(), 0..120), 1..20),
        most in 1..40_usize,
    ) {
        let mut exact = BTreeMap::<u16, u64>::new();
        let mut counters = HashMap::<u16, u64>::new();
        let mut lowered = 0;
        for batch in batches {
            for (key, n) in batch.into_iter().filter(|(_, n)| *n > 0) {
                *counters.entry(key).or_default() += n;
                *exact.entry(key).or_default() += n;
            }
            lowered += keep_heaviest(&mut counters, most);
            prop_assert!(counters.len() <= most);
        }
        let error = exact.values().sum::<u64>() / (most as u64 + 1);
        prop_assert!(lowered <= error);
        for (key, exact) in exact {
            let counted = counters.get(&key).copied().unwrap_or(0);
            prop_assert!(counted <= exact, "{key}: {counted} of {exact}");
            prop_assert!(exact - counted <= error, "{key}: {counted} of {exact}, and {error} may be missing");
        }
    }

    #[test]
    fn places_go_to_clearly_heavier_keys_and_none_are_exchanged_back(
        mut candidates in prop::collection::vec(0..500_u64, 0..30),
        mut placed in prop::collection::vec(0..500_u64, 0..30),
        least in 0..100_u64,
    ) {
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        placed.sort_unstable();
        let n = exchanges(candidates.iter().copied(), placed.iter().copied(), least);
        for (candidate, placed) in candidates.iter().zip(&placed).take(n) {
            prop_assert!(*candidate >= least && *candidate >= 2 * placed);
        }
        if let (Some(candidate), Some(placed)) = (candidates.get(n), placed.get(n)) {
            prop_assert!(*candidate < least || *candidate < 2 * placed);
        }
        // Whoever lost a place, as a candidate at the weight it had, takes none from those that won one.
        let (lost, mut won) = (placed[..n].to_vec(), candidates[..n].to_vec());
        won.reverse();
        prop_assert_eq!(exchanges(lost.into_iter().rev(), won, least.max(1)), 0);
    }
}
