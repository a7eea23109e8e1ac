//! Which span is part of which.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use protocol::trace::SpanId;

use super::Placed;

/// Spans by their place in what was given.
#[derive(Default)]
pub(super) struct Tree {
    children: Vec<Vec<usize>>,
    /// Those at the top, in the order given.
    pub(super) tops: Vec<usize>,
    orphan: Vec<bool>,
    pub(super) duplicates: usize,
    pub(super) rootless: bool,
}

/// Makes the tree: every span that has an id of its own is in it once.
pub(super) fn tree(spans: &[Placed<'_>]) -> Tree {
    let mut places = HashMap::<SpanId, usize>::with_capacity(spans.len());
    let mut kept = Vec::with_capacity(spans.len());
    for (place, span) in spans.iter().enumerate() {
        if let Entry::Vacant(vacant) = places.entry(span.id) {
            vacant.insert(place);
            kept.push(place);
        }
    }
    let mut tree = Tree {
        children: vec![Vec::new(); spans.len()],
        orphan: vec![false; spans.len()],
        duplicates: spans.len() - kept.len(),
        ..Tree::default()
    };
    let (mut roots, mut orphans) = (Vec::new(), Vec::new());
    for place in kept.iter().copied() {
        match spans[place].parent {
            None => roots.push(place),
            Some(parent) => match places.get(&parent) {
                Some(parent) if *parent != place => tree.children[*parent].push(place),
                _ => orphans.push(place),
            },
        }
    }
    tree.rootless = roots.is_empty();
    let mut seen = vec![false; spans.len()];
    roots.iter().chain(&orphans).for_each(|top| tree.mark(*top, &mut seen));
    // What is left names its own descendants as parents: the earliest of each such ring is cut off from its parent.
    let mut left: Vec<usize> = kept.into_iter().filter(|place| !seen[*place]).collect();
    left.sort_by_key(|place| (spans[*place].start, spans[*place].id.0));
    for place in left {
        if !seen[place] {
            if let Some(parent) = spans[place].parent.and_then(|parent| places.get(&parent)) {
                tree.children[*parent].retain(|child| *child != place);
            }
            orphans.push(place);
            tree.mark(place, &mut seen);
        }
    }
    orphans.iter().for_each(|place| tree.orphan[*place] = true);
    match roots.as_slice() {
        // What came without its parent happened within the trace, so within its one root.
        [root] => {
            tree.children[*root].extend(orphans);
            tree.tops = roots;
        }
        _ => tree.tops = roots.into_iter().chain(orphans).collect(),
    }
    tree
}

impl Tree {
    pub(super) fn children(&self, span: usize) -> &[usize] {
        &self.children[span]
    }

    pub(super) fn is_orphan(&self, span: usize) -> bool {
        self.orphan[span]
    }

    /// Every span, parents before their children.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        let mut waiting: Vec<usize> = self.tops.iter().rev().copied().collect();
        std::iter::from_fn(move || {
            let span = waiting.pop()?;
            waiting.extend(self.children[span].iter().rev());
            Some(span)
        })
    }

    /// Every span with its depth and how many are below it, siblings in the order of a key. No recursion: a trace may be as
    /// deep as it has spans.
    pub(super) fn reading_order<K: Ord>(&self, key: impl Fn(usize) -> K) -> Vec<(usize, usize, usize)> {
        let sorted = |siblings: &[usize]| {
            let mut siblings = siblings.to_vec();
            siblings.sort_by_key(|span| std::cmp::Reverse(key(*span)));
            siblings
        };
        let mut rows = Vec::<(usize, usize, usize)>::with_capacity(self.children.len());
        let mut waiting: Vec<(usize, usize)> = sorted(&self.tops).into_iter().map(|span| (span, 0)).collect();
        while let Some((span, depth)) = waiting.pop() {
            rows.push((span, depth, 0));
            waiting.extend(sorted(&self.children[span]).into_iter().map(|child| (child, depth + 1)));
        }
        // The rows below one end where the next of its depth or above begins.
        let mut open = Vec::<usize>::new();
        for place in 0..=rows.len() {
            let depth = rows.get(place).map_or(0, |row| row.1);
            while let Some(last) = open.pop_if(|last| rows[*last].1 >= depth) {
                rows[last].2 = place - last - 1;
            }
            open.push(place);
        }
        rows
    }

    fn mark(&self, top: usize, seen: &mut [bool]) {
        let mut waiting = vec![top];
        while let Some(span) = waiting.pop() {
            if !std::mem::replace(&mut seen[span], true) {
                waiting.extend(&self.children[span]);
            }
        }
    }
}
