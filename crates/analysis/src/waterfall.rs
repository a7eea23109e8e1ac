//! A trace as a waterfall: which span is part of which, in reading order; clocks that disagree; self times; the critical path.
//!
//! What senders leave out or get wrong is handled and told, never dropped: a span whose parent never came, a trace without a
//! root, spans that name one another as parents, two spans with one id, a child that begins before its parent.

mod critical;
mod self_time;
mod skew;
mod tree;

use protocol::trace::SpanId;

/// What has to be known of a span to place it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'s> {
    /// Its id within the trace.
    pub id: SpanId,
    /// The span that it says to be part of.
    pub parent: Option<SpanId>,
    /// Microseconds from any moment that is the same for the whole trace.
    pub start: i64,
    /// Microseconds, not negative.
    pub duration: i64,
    /// Whose clock told its start.
    pub service: Option<&'s str>,
}

/// A span in its place. Times are microseconds from the beginning of the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Which of the given spans.
    pub span: usize,
    /// 0 at the top.
    pub depth: usize,
    /// How many of the rows that follow are below it.
    pub descendants: usize,
    /// Its start, corrected.
    pub start: i64,
    /// What was added to correct it.
    pub shift: i64,
    /// Of its duration, what none of its children ran in.
    pub self_time: i64,
    /// The parts of it that the trace had to wait for: start and end, in order.
    pub critical: Vec<(i64, i64)>,
    /// It names a parent that is not here, or that is a descendant of its own.
    pub orphan: bool,
}

/// A trace in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waterfall {
    /// Parents before children, siblings by their start.
    pub rows: Vec<Row>,
    /// The earliest start, in the spans' own count.
    pub begin: i64,
    /// From there to the latest end.
    pub duration: i64,
    /// Spans left out because one before them has the same id.
    pub duplicates: usize,
    /// No span is without a parent.
    pub rootless: bool,
}

/// Places the spans of one trace.
pub fn waterfall(spans: &[Placed<'_>]) -> Waterfall {
    let tree = tree::tree(spans);
    let shifts = skew::shifts(spans, &tree);
    let start = |span: usize| spans[span].start + shifts[span];
    let begin = tree.order().map(start).min().unwrap_or_default();
    let end = tree.order().map(|span| start(span) + spans[span].duration).max().unwrap_or_default();
    let from = |span: usize| start(span) - begin;
    let time = |span: usize| (from(span), from(span) + spans[span].duration);
    let mut rows: Vec<Row> = tree
        .reading_order(|span| (from(span), -spans[span].duration, spans[span].id.0))
        .into_iter()
        .map(|(span, depth, descendants)| Row {
            span,
            depth,
            descendants,
            start: from(span),
            shift: shifts[span],
            self_time: self_time::self_time(time(span), tree.children(span).iter().map(|child| time(*child))),
            critical: Vec::new(),
            orphan: tree.is_orphan(span),
        })
        .collect();
    let mut critical = critical::critical_path(&tree, time);
    for row in &mut rows {
        row.critical = critical.remove(&row.span).unwrap_or_default();
    }
    Waterfall { rows, begin, duration: end - begin, duplicates: tree.duplicates, rootless: tree.rootless && !spans.is_empty() }
}
