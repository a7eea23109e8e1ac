//! From segments, by the counting engine.

use std::sync::Arc;

use analysis::audience::Ranked;
use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, OUT, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::segment::Attribute;
use analysis::sessions::{self, Stretches};
use analysis::trend::{self, By, Key};
use chrono::{DateTime, Utc};
use protocol::audience::Counts;
use protocol::event::PAGE_VIEW;
use protocol::filter::{Field, Filter, Test};

use super::{Half, ROWS_SHOWN, Top, Wanted};
use crate::access::ProjectContext;
use crate::analyses::session_figures;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// A range; without sessions, of which every event is a part, far less is read where there is a filter.
pub(super) async fn half(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    wanted: &Wanted<'_>,
    sessions: bool,
) -> Result<Arc<Half>, ApiError> {
    let read = NAMES.columns().into_iter().chain(wanted.top.then(|| ROUTES.columns()).into_iter().flatten());
    let asked = Asked {
        // Sessions are made of their other events too.
        only_matching: !sessions,
        columns: read.chain(sessions.then_some(Stretches::COLUMNS).into_iter().flatten()).collect(),
        ordered: sessions,
        ..Asked::of(wanted.scope, wanted.frame)
    };
    let question = OneRange { frame: wanted.frame.clone(), until: wanted.until, top: wanted.top, sessions };
    engine::answer(state, context, making, asked, question).await
}

const NAMES: Dimension = Dimension::Text(Attribute::Name);
const ROUTES: Dimension = Dimension::Text(Attribute::Route);

#[derive(Hash)]
struct OneRange {
    frame: Frame,
    until: DateTime<Utc>,
    top: bool,
    sessions: bool,
}

impl Question for OneRange {
    type Counted = Half;

    fn bytes_max(&self) -> usize {
        4_096 + self.frame.buckets.len() * size_of::<Counts>()
    }

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Half, Cancelled> {
        let Self { frame, until, top, sessions } = self;
        let views = Filter::term(Field::Name, Test::is(PAGE_VIEW));
        let events = found.chosen();
        let views = found.matching(&views).and(events.clone());
        let counting = Counting { found, events: &events, views: &views, sessions: *sessions, cancel };
        let (buckets, whole) = counting.counts(frame, frame.end())?;
        let totals = if *until == frame.end() { whole } else { counting.counts(frame, *until)?.1 };
        let mut leading = Top::default();
        if *top {
            leading.routes = counting.ranked(&ROUTES, By::People)?;
            leading.names = counting.ranked(&NAMES, By::Events)?;
        }
        Ok(Half { buckets, totals, top: leading })
    }
}

/// The rows of a page.
struct Counting<'a> {
    found: &'a Found,
    events: &'a Selection,
    views: &'a Selection,
    sessions: bool,
    cancel: &'a Cancel,
}

impl Counting<'_> {
    /// What lies in a frame and before `until`: by bucket, and over all of them.
    fn counts(&self, frame: &Frame, until: DateTime<Utc>) -> Result<(Vec<Counts>, Counts), Cancelled> {
        let history = &self.found.history;
        let spread = Spread::by(history, |quarter| match frame.index_of(quarter) {
            Some(bucket) if quarter < until => bucket as u16,
            _ => OUT,
        });
        let count = frame.buckets.len();
        let events = trend::count(history, self.events, &spread, count, &Keys::none(history), self.cancel)?.remove(0);
        let views = trend::events(history, self.views, &spread, count, self.cancel)?;
        let counts =
            |events: &trend::Cell, page_views: f64| Counts { people: events.people, page_views, events: events.events, sessions: None };
        let mut buckets: Vec<_> = events.buckets.iter().zip(&views).map(|(events, views)| counts(events, *views)).collect();
        let mut total = counts(&events.total, views.iter().sum());
        if self.sessions {
            let stretches = self.found.stretches(frame.start(), until);
            let chosen = self.events.clone().and(self.found.between(frame.start(), until));
            let sessions = sessions::count(history, &stretches, &chosen, &spread, count, self.cancel)?;
            total.sessions = Some(session_figures(&sessions.total));
            buckets.iter_mut().zip(&sessions.buckets).for_each(|(counts, found)| counts.sessions = Some(session_figures(found)));
        }
        Ok((buckets, total))
    }

    /// The values with most; events without a value are left out.
    fn ranked(&self, dimension: &Dimension, by: By) -> Result<Vec<Ranked>, Cancelled> {
        let ranked = self.found.first(self.events, dimension, (ROWS_SHOWN + 1, by), self.cancel)?;
        let told = |ranked: trend::Ranked| match ranked.key {
            Key::Value(value) => {
                Some(Ranked { value: value.to_string(), people: ranked.series.total.people, events: ranked.series.total.events })
            }
            Key::Absent | Key::Other => None,
        };
        Ok(ranked.into_iter().filter_map(told).take(ROWS_SHOWN).collect())
    }
}
