//! Routes: how often they are viewed and by how many, where visits begin and end, and how long people stay.
//!
//! Dwell of a view: the visible time that the SDK sends with `$pageleave`, added up until the session's next view; without
//! it the time until the next view, or until the session's last event where none follows, at most 30 minutes. A view after
//! which nothing is known has no dwell, rather than one of zero.

use std::sync::Arc;

use crate::history::{Cancel, Cancelled, History, Ordered, RowRef, Run, Selection, Visit};
use crate::keys::{KeyReader, Keys};
use crate::segment::{Column, ColumnKey, Number, PropKey, PropKind};
use crate::sessions::{GAP_MS, Join, Kind, Names, Pieces, Sessions, Stretches};

/// Longest dwell that is told from the time of the next event: who comes back later was away.
pub const DWELL_MAX_MS: i64 = GAP_MS;

/// One route's figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteStats {
    /// Page views, weighted by sample rate.
    pub views: f64,
    /// Distinct persons who viewed it.
    pub people: u64,
    /// Sessions that began with it: their first page view.
    pub entries: u64,
    /// Sessions that ended with it: their last page view.
    pub exits: u64,
    /// Of each view that has one, in milliseconds; in no order.
    pub dwells_ms: Vec<i64>,
}

/// The figures of every route, by its number in `routes`. Views are the page views in `chosen`; sessions are made of the
/// rows in `within`, and so are `stretches`.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    (within, stretches): (&Selection, &[Arc<Stretches>]),
    chosen: &Selection,
    routes: &Keys,
    cancel: &Cancel,
) -> Result<Vec<RouteStats>, Cancelled> {
    let names: Vec<Names<'_>> = history.blocks().iter().map(|block| Names::of(block)).collect();
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| routes.reader(history, block)).collect();
    let numbers = |key: &ColumnKey| {
        history.columns(key, |column| match column {
            Column::Number(number) => Some(number),
            _ => None,
        })
    };
    let (weights, visible) = (numbers(&ColumnKey::Weight), numbers(&visible_ms()));
    let visitor = || Visitor {
        history,
        within,
        chosen,
        names: &names,
        readers: &readers,
        weights: &weights,
        visible: &visible,
        sessions: Sessions::of(history),
        join: Join::of(history),
        pieces: Pieces::new(history, stretches),
        session_of: Vec::new(),
        ordered: Ordered::default(),
        open: Vec::new(),
        stats: vec![RouteStats::default(); routes.len()],
        counted: vec![u32::MAX; routes.len()],
    };
    let mut stats = vec![RouteStats::default(); routes.len()];
    for visitor in history.walk(cancel, visitor)? {
        for (stats, other) in stats.iter_mut().zip(visitor.stats) {
            stats.views += other.views;
            stats.people += other.people;
            stats.entries += other.entries;
            stats.exits += other.exits;
            stats.dwells_ms.extend(other.dwells_ms);
        }
    }
    Ok(stats)
}

/// Where `$pageleave` says how long a page was visible.
pub fn visible_ms() -> ColumnKey {
    ColumnKey::Prop(PropKey { name: protocol::event::VISIBLE_MS.into(), kind: PropKind::Number })
}

/// The session's page view that no other has followed yet.
#[derive(Clone, Copy, Debug)]
struct View {
    row: RowRef,
    /// What the SDK said so far.
    visible_ms: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    view: Option<View>,
    latest_ms: i64,
    /// The run that the latest row is of.
    run: u32,
}

struct Visitor<'a> {
    history: &'a History,
    within: &'a Selection,
    chosen: &'a Selection,
    names: &'a [Names<'a>],
    readers: &'a [KeyReader<'a>],
    weights: &'a [Option<&'a Number>],
    visible: &'a [Option<&'a Number>],
    sessions: Sessions<'a>,
    join: Join<'a>,
    pieces: Pieces<'a>,
    /// The session of each piece.
    session_of: Vec<usize>,
    ordered: Ordered,
    open: Vec<Open>,
    stats: Vec<RouteStats>,
    /// Who viewed each route last.
    counted: Vec<u32>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        if self.sort_into_sessions(runs) {
            self.by_stretch(person);
        } else {
            self.by_row(person, runs);
        }
        for session in 0..self.open.len() {
            if let Open { view: Some(view), latest_ms, .. } = self.open[session] {
                self.close(view, latest_ms);
                if let Some(stats) = self.chosen_stats(&view.row) {
                    stats.exits += 1;
                }
            }
        }
    }

    fn nobody(&mut self, block: usize, rows: std::ops::Range<usize>) {
        // Nobody's views count, and belong to no session.
        for row in rows.filter(|row| self.within[block].has(*row)) {
            let row = RowRef { ts_ms: 0, block: block as u32, row: row as u32, run: 0 };
            if self.names[block].at(row.row as usize) == Kind::View {
                self.count_view(&row, None);
            }
        }
    }
}

impl Visitor<'_> {
    /// Finds the session of each of the person's stretches. False where those of one session lie within one another in time: then
    /// their rows must be put in order.
    fn sort_into_sessions(&mut self, runs: &[Run]) -> bool {
        self.join.begin();
        self.open.clear();
        self.session_of.clear();
        for piece in self.pieces.of(runs) {
            let session = self.join.session(runs, piece);
            let (latest_ms, run) = (piece.last.ts_ms, piece.last.run);
            match self.open.get_mut(session) {
                None => self.open.push(Open { view: None, latest_ms, run }),
                Some(open) if piece.first.ts_ms > open.latest_ms || open.run == run => (open.latest_ms, open.run) = (latest_ms, run),
                Some(_) => return false,
            }
            self.session_of.push(session);
        }
        true
    }

    /// Stretch by stretch: what a session's rows do depends on no other session.
    fn by_stretch(&mut self, person: u32) {
        let within = self.within;
        for place in 0..self.session_of.len() {
            let (session, piece) = (self.session_of[place], self.pieces.at(place));
            if piece.stretch.has_no_page() {
                continue;
            }
            let block = piece.first.block as usize;
            within[block].for_each(piece.stretch.rows(), |row| match self.names[block].at(row) {
                Kind::View => self.view(person, session, piece.row(row as u32)),
                Kind::Leave => self.leave(session, &piece.row(row as u32)),
                Kind::Other => {}
            });
        }
    }

    /// Row by row, in their order.
    fn by_row(&mut self, person: u32, runs: &[Run]) {
        self.sessions.begin();
        self.open.clear();
        let mut ordered = std::mem::take(&mut self.ordered);
        for row in ordered.rows(self.history, runs, self.within) {
            let session = self.sessions.assign(runs, row) as usize;
            if session == self.open.len() {
                self.open.push(Open { view: None, latest_ms: row.ts_ms, run: row.run });
            }
            match self.names[row.block as usize].at(row.row as usize) {
                Kind::View => self.view(person, session, *row),
                Kind::Leave => self.leave(session, row),
                Kind::Other => {}
            }
            self.open[session].latest_ms = row.ts_ms;
        }
        self.ordered = ordered;
    }

    fn view(&mut self, person: u32, session: usize, row: RowRef) {
        match self.open[session].view {
            Some(before) => self.close(before, row.ts_ms),
            None => {
                if let Some(stats) = self.chosen_stats(&row) {
                    stats.entries += 1;
                }
            }
        }
        self.count_view(&row, Some(person));
        self.open[session].view = Some(View { row, visible_ms: None });
    }

    fn count_view(&mut self, row: &RowRef, person: Option<u32>) {
        let weight = self.weights[row.block as usize].and_then(|weights| weights.at(row.row as usize)).unwrap_or(1.0);
        let route = self.route(row);
        let Some(stats) = self.chosen_stats(row) else { return };
        stats.views += weight;
        if let Some(person) = person
            && self.counted[route] != person
        {
            self.stats[route].people += 1;
            self.counted[route] = person;
        }
    }

    fn leave(&mut self, session: usize, row: &RowRef) {
        let visible = self.visible[row.block as usize].and_then(|visible| visible.at(row.row as usize)).filter(|ms| *ms >= 0.0);
        if let (Some(view), Some(ms)) = (&mut self.open[session].view, visible) {
            view.visible_ms = Some(view.visible_ms.unwrap_or(0.0) + ms);
        }
    }

    /// The view is over; `until_ms` is the next view's time, or the session's last event's.
    fn close(&mut self, view: View, until_ms: i64) {
        let dwell = match view.visible_ms {
            Some(ms) => ms as i64,
            None if until_ms > view.row.ts_ms => (until_ms - view.row.ts_ms).min(DWELL_MAX_MS),
            None => return,
        };
        if let Some(stats) = self.chosen_stats(&view.row) {
            stats.dwells_ms.push(dwell);
        }
    }

    fn route(&self, row: &RowRef) -> usize {
        self.readers[row.block as usize].at(row.row as usize) as usize
    }

    fn chosen_stats(&mut self, row: &RowRef) -> Option<&mut RouteStats> {
        let route = self.route(row);
        self.chosen[row.block as usize].has(row.row as usize).then(|| &mut self.stats[route])
    }
}
