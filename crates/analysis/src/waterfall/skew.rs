//! Clocks that disagree. Nothing begins before what caused it, so a span of another service that does was told by another clock.
//!
//! Its service's spans are moved until it fits: into the middle of its parent, where it is the shorter one, as half of the
//! difference is taken for the way there and half for the way back (as NTP does, RFC 5905 section 8); else to its parent's start.
//! A child that ends after its parent stays: it may have been left to run.

use std::collections::HashMap;

use super::Placed;
use super::tree::Tree;

/// What has to be added to each span's start.
pub(super) fn shifts(spans: &[Placed<'_>], tree: &Tree) -> Vec<i64> {
    let mut shifts = vec![0; spans.len()];
    // By how much a service's clock was found to be off.
    let mut known = HashMap::<&str, i64>::new();
    for parent in tree.order() {
        let begins = spans[parent].start + shifts[parent];
        for child in tree.children(parent).iter().copied() {
            let (of, to) = (&spans[parent], &spans[child]);
            shifts[child] = match (of.service, to.service) {
                (Some(caller), Some(callee)) if caller != callee => {
                    let shift = known.get(callee).copied().unwrap_or_default();
                    if to.start + shift >= begins {
                        shift
                    } else {
                        let room = (of.duration - to.duration).max(0);
                        let shift = begins + room / 2 - to.start;
                        known.insert(callee, shift);
                        shift
                    }
                }
                _ => shifts[parent],
            };
        }
    }
    shifts
}
