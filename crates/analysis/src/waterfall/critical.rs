//! The critical path: what would have to be faster for the trace to be faster.
//!
//! Walked from the end: a span waits for the child that ended last, until then for nobody but itself; before that child began,
//! for the last one that had ended by then; and so on. (The definition of CRISP, USENIX ATC 2022, section 3.)

use std::collections::HashMap;

use super::tree::Tree;

/// The parts of each span on the path of the longest span at the top, in order. Together they are that span's time.
pub(super) fn critical_path(tree: &Tree, time: impl Fn(usize) -> (i64, i64)) -> HashMap<usize, Vec<(i64, i64)>> {
    let mut path = HashMap::<usize, Vec<(i64, i64)>>::new();
    let longest = tree.tops.iter().copied().max_by_key(|top| (time(*top).1 - time(*top).0, std::cmp::Reverse(time(*top).0)));
    let mut waiting: Vec<(usize, (i64, i64))> = longest.into_iter().map(|top| (top, time(top))).collect();
    while let Some((span, (from, until))) = waiting.pop() {
        let within = |child: &usize| (time(*child).0.max(from), time(*child).1.min(until), *child);
        let mut children: Vec<(i64, i64, usize)> = tree.children(span).iter().map(within).filter(|(start, end, _)| start < end).collect();
        // The last to end first; of those the one that ran longest.
        children.sort_unstable_by_key(|(start, end, child)| (std::cmp::Reverse(*end), *start, *child));
        let mut own = Vec::new();
        let mut at = until;
        for (start, end, child) in children {
            if end <= at {
                own.push((end, at));
                waiting.push((child, (start, end)));
                at = start;
            }
        }
        own.push((from, at));
        own.retain(|(start, end)| start < end);
        own.reverse();
        if !own.is_empty() {
            path.insert(span, own);
        }
    }
    path
}
