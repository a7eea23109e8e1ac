//! Sessions one by one, those that come first by some measure.

use std::sync::Arc;

use super::find::{Finder, Found};
use super::stretch::Stretches;
use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};

/// Fewer are not worth putting in order.
const HELD_MIN: usize = 1_024;

/// What comes first: the most of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The latest beginning.
    Start,
    /// The longest.
    Duration,
    /// The most events.
    Events,
    /// The most page views.
    Views,
}

/// A session and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose.
    pub person: u32,
    /// What it was.
    pub session: Found,
}

/// A page of sessions, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In order.
    pub sessions: Vec<Listed>,
    /// All of them.
    pub total: u64,
}

/// The sessions of which some row is in `chosen`, which has none that the stretches leave out, and that began in some bucket:
/// `take` of them after the first `skip`. Of all others no more than as many again, or a thousand, are held for each thread.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn list(
    history: &History,
    (stretches, chosen): (&[Arc<Stretches>], &Selection),
    spread: &Spread,
    by: By,
    (skip, take): (usize, usize),
    cancel: &Cancel,
) -> Result<Page, Cancelled> {
    let keep = skip.saturating_add(take);
    let finder = || Finder::new(history, stretches, chosen);
    let visitor = || Visitor { history, spread, by, keep, finder: finder(), first: Vec::new(), total: 0 };
    let mut page = Page::default();
    for visitor in history.walk(cancel, visitor)? {
        page.total += visitor.total;
        page.sessions.extend(visitor.first);
    }
    page.sessions.sort_unstable_by_key(|listed| order(listed, by));
    page.sessions.truncate(keep);
    page.sessions.drain(..skip.min(page.sessions.len()));
    Ok(page)
}

/// Rising with the place in the list; no two sessions have the same: one person has one row at one place.
fn order(listed: &Listed, by: By) -> impl Ord + use<> {
    let Listed { person, session } = listed;
    let measure = match by {
        By::Start => session.first.ts_ms,
        By::Duration => session.duration_ms(),
        By::Events => session.events as i64,
        By::Views => session.page_views as i64,
    };
    (std::cmp::Reverse((measure, session.first.ts_ms)), *person, session.first.block, session.first.row)
}

struct Visitor<'a> {
    history: &'a History,
    spread: &'a Spread,
    by: By,
    keep: usize,
    finder: Finder<'a>,
    /// The first ones so far, and some more, in no order.
    first: Vec<Listed>,
    total: u64,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        for session in self.finder.chosen(runs) {
            if self.spread.bucket_of(self.history, &session.first) == OUT {
                continue;
            }
            self.total += 1;
            self.first.push(Listed { person, session: *session });
            if self.first.len() > self.keep.saturating_mul(2).max(HELD_MIN) {
                let by = self.by;
                self.first.select_nth_unstable_by_key(self.keep, |listed| order(listed, by));
                self.first.truncate(self.keep);
            }
        }
    }
}
