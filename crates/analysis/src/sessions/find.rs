//! One person's sessions, made of their stretches in order.

use std::sync::Arc;

use super::join::Join;
use super::stretch::{Piece, Pieces, Stretches};
use crate::history::{History, Ordered, RowRef, Run, Selection};
use crate::segment::{Attribute, Block, ColumnKey, Text};

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

    /// Takes in a stretch of it, the first rows of which come in order.
    fn add(&mut self, history: &History, piece: &Piece<'_>, chosen: bool) {
        let is_later = |row: &RowRef, than: &RowRef| Ordered::compare(history, row, than).is_gt();
        if is_later(&piece.last, &self.last) {
            self.last = piece.last;
        }
        self.events += u64::from(piece.stretch.events);
        self.page_views += u64::from(piece.stretch.views);
        self.others += u64::from(piece.stretch.others);
        self.entry = match (self.entry, piece.entry()) {
            (Some(known), Some(entry)) if is_later(&known, &entry) => Some(entry),
            (known, entry) => known.or(entry),
        };
        self.exit = match (self.exit, piece.exit()) {
            (Some(known), Some(exit)) if is_later(&exit, &known) => Some(exit),
            (known, exit) => known.or(exit),
        };
        self.chosen |= chosen;
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
    chosen: &'a Selection,
    join: Join<'a>,
    pieces: Pieces<'a>,
    found: Vec<Found>,
}

impl<'a> Finder<'a> {
    /// Of these stretches; a session is chosen with one of its rows.
    pub(super) fn new(history: &'a History, stretches: &'a [Arc<Stretches>], chosen: &'a Selection) -> Self {
        let pieces = Pieces::new(history, stretches);
        Self { history, chosen, join: Join::of(history), pieces, found: Vec::new() }
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
        self.join.begin();
        for piece in self.pieces.of(runs) {
            let session = self.join.session(runs, piece);
            if session == self.found.len() {
                self.found.push(Found::begun(piece.first));
            }
            let chosen = self.chosen[piece.first.block as usize].first(piece.stretch.rows()).is_some();
            self.found[session].add(self.history, piece, chosen);
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

/// The kinds of a block's names.
pub(crate) struct Names<'a>(Option<(&'a Text, Vec<Kind>)>);

impl<'a> Names<'a> {
    pub(crate) fn of(block: &'a Block) -> Self {
        let kind = |name: Option<&str>| match name {
            Some(protocol::event::PAGE_VIEW) => Kind::View,
            Some(protocol::event::PAGE_LEAVE) => Kind::Leave,
            _ => Kind::Other,
        };
        let kinds = |text: &'a Text| (text, (0..text.distinct() as u32).map(|code| kind(text.value(code))).collect());
        Self(block.text(&ColumnKey::Text(Attribute::Name)).map(kinds))
    }

    #[inline]
    pub(crate) fn at(&self, row: usize) -> Kind {
        match &self.0 {
            Some((text, kinds)) => kinds[text.codes.at(row) as usize],
            None => Kind::Other,
        }
    }
}
