//! One person's sessions, made of their rows in order.

use super::assign::Sessions;
use crate::history::{History, Ordered, RowRef, Run, Selection};
use crate::segment::{Attribute, ColumnKey, Text};

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its first row.
    pub first: RowRef,
    /// Its last one.
    pub last: RowRef,
    /// Its rows.
    pub events: u64,
    /// Those that are page views.
    pub page_views: u64,
    /// Those that are neither a page view nor the leaving of a page.
    pub others: u64,
    /// The first page view.
    pub entry: Option<RowRef>,
    /// The last page view.
    pub exit: Option<RowRef>,
    /// One of its rows was chosen.
    pub chosen: bool,
}

impl Found {
    fn begun(first: RowRef) -> Self {
        Self { first, last: first, events: 0, page_views: 0, others: 0, entry: None, exit: None, chosen: false }
    }

    /// From the first to the last row, in milliseconds.
    pub fn duration_ms(&self) -> i64 {
        self.last.ts_ms - self.first.ts_ms
    }

    /// One page view at most and no other event; leaving a page is none.
    pub fn bounced(&self) -> bool {
        self.page_views <= 1 && self.others == 0
    }
}

/// Finds sessions, person by person; its room is used again for everybody.
pub(super) struct Finder<'a> {
    history: &'a History,
    within: &'a Selection,
    chosen: &'a Selection,
    names: &'a Names<'a>,
    sessions: Sessions<'a>,
    ordered: Ordered,
    found: Vec<Found>,
}

impl<'a> Finder<'a> {
    /// Of the rows in `within`; a session is chosen with one of its rows.
    pub(super) fn new(history: &'a History, within: &'a Selection, chosen: &'a Selection, names: &'a Names<'a>) -> Self {
        Self { history, within, chosen, names, sessions: Sessions::of(history), ordered: Ordered::default(), found: Vec::new() }
    }

    /// The person's chosen sessions, in the order of their first rows.
    pub(super) fn chosen(&mut self, runs: &[Run]) -> impl Iterator<Item = &Found> {
        self.found.clear();
        // Most filters choose nothing of most people, whose sessions then need not be made.
        if runs.iter().any(|run| self.chosen[run.block as usize].first(run.rows()).is_some()) {
            self.find(runs);
        }
        self.found.iter().filter(|found| found.chosen)
    }

    fn find(&mut self, runs: &[Run]) {
        self.sessions.begin();
        for row in self.ordered.rows(self.history, runs, self.within) {
            let session = self.sessions.assign(runs, row) as usize;
            if session == self.found.len() {
                self.found.push(Found::begun(*row));
            }
            let found = &mut self.found[session];
            found.last = *row;
            found.events += 1;
            found.chosen |= self.chosen[row.block as usize].has(row.row as usize);
            match self.names.at(row) {
                Kind::View => {
                    found.page_views += 1;
                    found.entry.get_or_insert(*row);
                    found.exit = Some(*row);
                }
                Kind::Other => found.others += 1,
                Kind::Leave => {}
            }
        }
    }
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
