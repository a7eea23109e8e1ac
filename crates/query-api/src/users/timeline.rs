//! What one person did and what happened to them: every signal by its own time, a page at once.
//!
//! A page never reads more than it shows by much: it looks at the last week first, and farther back only where that was
//! little. Each source gives its newest rows; where one has more than fit, the page ends there for all of them.

mod fold;
mod group;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::receipt::{Accuracy, BotRule};
use protocol::timeline::{TimelineAnswer, TimelineBody, TimelineItem, TimelineKind, TimelineQuery};
use storage::timeline::{self, Behind, Stored, Window};
use uuid::Uuid;

use super::person::Ids;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Rows of one source on one page, and traces that are looked into.
const PAGE: usize = 200;
/// Points, spans or log records of one person on one page.
const BEHIND_MAX: usize = 1_000;
/// Events of each id that are looked at for their sessions.
const SESSION_EVENTS: i64 = 5_000;
/// How far beyond a page they are looked for.
const AROUND: TimeDelta = TimeDelta::days(1);
/// With so many items a page is worth showing, and nothing older is looked for.
const ENOUGH: usize = 30;
/// Days that are looked at before what is older, which is every day that is kept.
const LOOKS_BACK: [i64; 2] = [7, 60];

/// Answers a [`TimelineQuery`].
///
/// # Errors
/// [`ApiError::UnknownPerson`] for an id that nobody was counted with; else when the database does not answer in time.
pub async fn timeline(state: &QueryState, context: &ProjectContext, query: &TimelineQuery) -> Result<TimelineAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &TimelineQuery) -> Result<TimelineAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let ids = Ids::of(state, context, &query.actor).await?;
    // Clocks may be a little ahead.
    let until = query.before.unwrap_or(making.now + TimeDelta::days(1));
    let bottom = query.from.unwrap_or(DateTime::UNIX_EPOCH);
    let asking = Asking { state, context, ids: &ids, kind: query.kind };
    let mut page = Page::default();
    let mut from = until;
    for days in LOOKS_BACK.into_iter().map(Some).chain([None]) {
        from = days.map_or(bottom, |days| (until - TimeDelta::days(days)).max(bottom));
        page = asking.page(from, until).await?;
        if page.cut.is_some() || page.items.len() >= ENOUGH || from == bottom {
            break;
        }
    }
    let next = page.cut.or((from > bottom).then_some(from));
    let traces = page.traces();
    if query.kind.is_none() && !traces.is_empty() {
        page.take_in(asking.behind(&traces, page.window(until)).await?);
    }
    making.rows_read = page.items.len() as u64;
    let items: Vec<TimelineItem> = page.items.into_iter().map(|stored| stored.item).collect();
    let sessions = group::by_session(if query.kind.is_none() { fold::into_moments(items) } else { items });
    let began = sessions.last().map_or(until, |session| session.from);
    let counted = "Stored rows of every id that is this person, and what shares a trace with them.";
    let mut receipt = making.receipt(context, counted, began, until, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(TimelineAnswer { sessions, next, crowded: page.crowded, receipt })
}

/// What others hang on: something the person did, or an error.
fn is_anchor(body: &TimelineBody) -> bool {
    matches!(body.kind(), TimelineKind::View | TimelineKind::Event | TimelineKind::Error)
}

fn trace(stored: &Stored) -> Option<Uuid> {
    stored.item.trace_id.map(|trace| Uuid::from_bytes(trace.0))
}

/// Rows of one page, in no order.
#[derive(Default)]
struct Page {
    items: Vec<Stored>,
    /// What is before this is on the next page.
    cut: Option<DateTime<Utc>>,
    /// Some source has more rows at one time than a page holds.
    crowded: bool,
}

impl Page {
    /// The newest rows of each source, as many as one more than fit: all of the page ends where the first of them does.
    fn of(sources: Vec<(Vec<Stored>, usize)>) -> Self {
        let full = |(rows, fit): &(Vec<Stored>, usize)| (rows.len() > *fit).then(|| rows[*fit].item.ts);
        let Some(cut) = sources.iter().filter_map(full).max() else {
            return Self { items: sources.into_iter().flat_map(|(rows, _)| rows).collect(), ..Self::default() };
        };
        let all: Vec<Stored> = sources.into_iter().flat_map(|(rows, _)| rows).collect();
        let (newer, older): (Vec<Stored>, Vec<Stored>) = all.into_iter().partition(|stored| stored.item.ts > cut);
        if !newer.is_empty() {
            // Rows at the cut itself may not all have been read.
            return Self { items: newer, cut: Some(cut + TimeDelta::microseconds(1)), crowded: false };
        }
        let at_once = older.into_iter().filter(|stored| stored.item.ts == cut).collect();
        Self { items: at_once, cut: Some(cut), crowded: true }
    }

    /// The time that it spans, for what is behind its items.
    fn window(&self, until: DateTime<Utc>) -> Window {
        let from = self.items.iter().map(|stored| stored.item.ts).min().unwrap_or(until);
        Window { from, until, limit: TimelineItem::BEHIND_MAX }
    }

    /// The traces of what was done and what went wrong, the newest first, as many as are looked into.
    fn traces(&self) -> Vec<Uuid> {
        let mut anchors: Vec<&Stored> = self.items.iter().filter(|stored| is_anchor(&stored.item.body)).collect();
        anchors.sort_by_key(|stored| std::cmp::Reverse(stored.item.ts));
        let mut known = HashSet::new();
        anchors.into_iter().filter_map(trace).filter(|trace| known.insert(*trace)).take(PAGE).collect()
    }

    /// Adds rows that it does not have yet.
    fn take_in(&mut self, more: Vec<Stored>) {
        let key = |stored: &Stored| (stored.item.body.kind(), stored.place);
        let mut known: HashSet<_> = self.items.iter().map(key).collect();
        self.items.extend(more.into_iter().filter(|stored| known.insert(key(stored))));
    }
}

/// Whose rows are read, and which.
struct Asking<'a> {
    state: &'a QueryState,
    context: &'a ProjectContext,
    ids: &'a Ids,
    kind: Option<TimelineKind>,
}

impl Asking<'_> {
    fn wants(&self, kind: TimelineKind) -> bool {
        self.kind.is_none_or(|wanted| wanted == kind)
    }

    /// What the person did in a range, as much as one page holds.
    async fn page(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Page, ApiError> {
        let (db, project, whose) = (self.state.db(), self.context.id(), self.ids.whose(&[]));
        let window = Window { from, until, limit: PAGE as i64 + 1 };
        let views = match (self.wants(TimelineKind::View), self.wants(TimelineKind::Event)) {
            (true, true) => Some(None),
            (true, false) => Some(Some(true)),
            (false, true) => Some(Some(false)),
            (false, false) => None,
        };
        let (with_errors, with_identities) = (self.wants(TimelineKind::Error), self.wants(TimelineKind::Identity));
        let with_others = [TimelineKind::Metric, TimelineKind::Span, TimelineKind::Log].into_iter().any(|kind| self.wants(kind));
        // A session may begin or end in another page's time.
        let wide = Window { from: from - AROUND, until: until + AROUND, limit: SESSION_EVENTS };
        let (events, errors, identities, sessions) = tokio::try_join!(
            async { if let Some(views) = views { timeline::events(db, project, whose, window, views).await } else { Ok(Vec::new()) } },
            async { if with_errors { timeline::errors(db, project, whose, window).await } else { Ok(Vec::new()) } },
            async { if with_identities { timeline::identities(db, project, whose, window).await } else { Ok(Vec::new()) } },
            async { if with_others { timeline::sessions(db, project, whose, wide).await } else { Ok(Vec::new()) } },
        )?;
        let fit = if self.kind.is_some() { PAGE } else { BEHIND_MAX };
        let window = Window { limit: fit as i64 + 1, ..window };
        let [points, spans, logs] = self.rows(Behind::Sender(self.ids.whose(&sessions)), window).await?;
        let mut page = Page::of(vec![(events, PAGE), (errors, PAGE), (identities, PAGE), (points, fit), (spans, fit), (logs, fit)]);
        // An id that is both a user's and a session's finds its rows twice.
        let found = std::mem::take(&mut page.items);
        page.take_in(found);
        Ok(page)
    }

    /// What shares a trace with the page's items.
    async fn behind(&self, traces: &[Uuid], window: Window) -> Result<Vec<Stored>, ApiError> {
        Ok(self.rows(Behind::Traces(traces), window).await?.into_iter().flatten().collect())
    }

    /// Points, spans and log records, those that are wanted.
    async fn rows(&self, behind: Behind<'_>, window: Window) -> Result<[Vec<Stored>; 3], ApiError> {
        let (db, project) = (self.state.db(), self.context.id());
        let [with_points, with_spans, with_logs] =
            [TimelineKind::Metric, TimelineKind::Span, TimelineKind::Log].map(|kind| self.wants(kind));
        let (points, spans, logs) = tokio::try_join!(
            async { if with_points { timeline::points(db, project, behind, window).await } else { Ok(Vec::new()) } },
            async { if with_spans { timeline::spans(db, project, behind, window).await } else { Ok(Vec::new()) } },
            async { if with_logs { timeline::logs(db, project, behind, window).await } else { Ok(Vec::new()) } },
        )?;
        Ok([points, spans, logs])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(seconds: &[i64]) -> Vec<Stored> {
        let stored = |(n, second): (usize, &i64)| {
            let ts = DateTime::from_timestamp(*second, 0).expect("a time");
            let body = TimelineBody::Event { name: "e".to_owned(), route: None, props: serde_json::Map::new() };
            let item = TimelineItem { ts, trace_id: None, session_id: None, release: None, body, moment: Vec::new() };
            Stored { place: (ts, Uuid::nil(), n as i32), item }
        };
        seconds.iter().enumerate().map(stored).collect()
    }

    fn seconds(page: &Page) -> Vec<i64> {
        page.items.iter().map(|stored| stored.item.ts.timestamp()).collect()
    }

    #[test]
    fn a_page_ends_where_the_first_full_source_does() {
        let page = Page::of(vec![(rows(&[9, 8, 7]), 2), (rows(&[8, 3, 1]), 3)]);
        assert_eq!((seconds(&page), page.crowded), (vec![9, 8, 8], false));
        assert_eq!(page.cut, DateTime::from_timestamp(7, 1_000), "what happened at 7 is on the next page");
        let page = Page::of(vec![(rows(&[9, 8]), 2), (rows(&[8, 3]), 3)]);
        assert_eq!((seconds(&page), page.cut), (vec![9, 8, 8, 3], None));
    }

    #[test]
    fn more_at_one_time_than_fits_is_said_and_stepped_over() {
        let page = Page::of(vec![(rows(&[9, 9, 9]), 2), (rows(&[4]), 2)]);
        assert_eq!((seconds(&page), page.crowded, page.cut), (vec![9, 9, 9], true, DateTime::from_timestamp(9, 0)));
    }
}
