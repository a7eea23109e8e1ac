//! How many sessions there were, and how they went.

use super::assign::Sessions;
use crate::history::{Cancel, Cancelled, History, OUT, Ordered, RowRef, Run, Selection, Spread, Visit};
use crate::segment::{Attribute, ColumnKey, Text};

/// Sessions added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions.
    pub sessions: u64,
    /// Those with one page view at most and no other event; leaving a page is none.
    pub bounced: u64,
    /// Page views in them.
    pub page_views: u64,
    /// From the first to the last event of each, in milliseconds.
    pub duration_ms: i64,
}

impl SessionCounts {
    fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.bounced += other.bounced;
        self.page_views += other.page_views;
        self.duration_ms += other.duration_ms;
    }
}

/// The sessions of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStats {
    /// By the bucket in which they began.
    pub buckets: Vec<SessionCounts>,
    /// All of them.
    pub total: SessionCounts,
    /// The middle duration, the lower one of two; `None` without sessions.
    pub median_duration_ms: Option<i64>,
}

/// Counts the sessions of which some row is in `chosen`, made of the rows in `within`.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    within: &Selection,
    chosen: &Selection,
    spread: &Spread,
    buckets: usize,
    cancel: &Cancel,
) -> Result<SessionStats, Cancelled> {
    let names = Names::of(history);
    let visitor = || Visitor {
        history,
        within,
        chosen,
        spread,
        names: &names,
        sessions: Sessions::of(history),
        ordered: Ordered::default(),
        open: Vec::new(),
        buckets: vec![SessionCounts::default(); buckets],
        durations: Vec::new(),
    };
    let mut stats =
        SessionStats { buckets: vec![SessionCounts::default(); buckets], total: SessionCounts::default(), median_duration_ms: None };
    let mut durations = Vec::new();
    for visitor in history.walk(cancel, visitor)? {
        stats.buckets.iter_mut().zip(&visitor.buckets).for_each(|(bucket, other)| bucket.add(other));
        durations.extend(visitor.durations);
    }
    stats.buckets.iter().for_each(|bucket| stats.total.add(bucket));
    if !durations.is_empty() {
        let middle = (durations.len() - 1) / 2;
        stats.median_duration_ms = Some(*durations.select_nth_unstable(middle).1);
    }
    Ok(stats)
}

/// What an event's name says about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    View,
    Leave,
    Other,
}

/// The kinds of each block's names.
pub(crate) struct Names<'a> {
    blocks: Vec<Option<(&'a Text, Vec<Kind>)>>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(history: &'a History) -> Self {
        let kind = |name: Option<&str>| match name {
            Some(protocol::event::PAGE_VIEW) => Kind::View,
            Some(protocol::event::PAGE_LEAVE) => Kind::Leave,
            _ => Kind::Other,
        };
        let kinds = |text: &'a Text| (text, (0..text.distinct() as u32).map(|code| kind(text.value(code))).collect());
        Self { blocks: history.blocks().iter().map(|block| block.text(&ColumnKey::Text(Attribute::Name)).map(kinds)).collect() }
    }

    pub(crate) fn at(&self, row: &RowRef) -> Kind {
        match &self.blocks[row.block as usize] {
            Some((text, kinds)) => kinds[text.codes.at(row.row as usize) as usize],
            None => Kind::Other,
        }
    }
}

/// A session in the making.
#[derive(Clone, Copy, Debug)]
struct Open {
    began: RowRef,
    latest_ms: i64,
    page_views: u64,
    others: u64,
    chosen: bool,
}

struct Visitor<'a> {
    history: &'a History,
    within: &'a Selection,
    chosen: &'a Selection,
    spread: &'a Spread,
    names: &'a Names<'a>,
    sessions: Sessions<'a>,
    ordered: Ordered,
    open: Vec<Open>,
    buckets: Vec<SessionCounts>,
    durations: Vec<i64>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        // Most filters choose nothing of most people, whose sessions then need not be made.
        if runs.iter().all(|run| self.chosen[run.block as usize].first(run.rows()).is_none()) {
            return;
        }
        self.sessions.begin();
        self.open.clear();
        for row in self.ordered.rows(self.history, runs, self.within) {
            let session = self.sessions.assign(runs, row) as usize;
            if session == self.open.len() {
                self.open.push(Open { began: *row, latest_ms: row.ts_ms, page_views: 0, others: 0, chosen: false });
            }
            let open = &mut self.open[session];
            open.latest_ms = row.ts_ms;
            open.chosen |= self.chosen[row.block as usize].has(row.row as usize);
            match self.names.at(row) {
                Kind::View => open.page_views += 1,
                Kind::Other => open.others += 1,
                Kind::Leave => {}
            }
        }
        for open in self.open.iter().filter(|open| open.chosen) {
            let time = self.history.times(open.began.block as usize)[open.began.row as usize];
            let bucket = self.spread.bucket(open.began.block as usize, time);
            if bucket == OUT {
                continue;
            }
            let duration_ms = open.latest_ms - open.began.ts_ms;
            self.durations.push(duration_ms);
            self.buckets[bucket as usize].add(&SessionCounts {
                sessions: 1,
                bounced: u64::from(open.page_views <= 1 && open.others == 0),
                page_views: open.page_views,
                duration_ms,
            });
        }
    }
}
