//! From segments, by the counting engine.

use std::collections::BTreeSet;

use analysis::audience::Ranked;
use analysis::calendar::{Comparison, Frame};
use analysis::history::{Cancel, Cancelled, History, OUT, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::segment::Attribute;
use analysis::trend::{self, By, Key, Series};
use protocol::audience::Counts;
use protocol::event::PAGE_VIEW;
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::BotRule;

use super::{Figures, ROWS_SHOWN};
use crate::access::ProjectContext;
use crate::engine::{self, Asked};
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// What the page shows.
pub(super) async fn figures(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frames: &Comparison,
    filter: &Filter,
) -> Result<Figures, ApiError> {
    let [names, routes] = [Attribute::Name, Attribute::Route].map(Dimension::Text);
    let asked = Asked {
        from: frames.previous.start(),
        until: frames.current.end(),
        bots: BotRule::Humans,
        filter,
        only_matching: true,
        columns: names.columns().into_iter().chain(routes.columns()).collect::<BTreeSet<_>>(),
        ordered: false,
    };
    let found = engine::find(state, context, making, asked).await?;
    let frames = frames.clone();
    engine::run(state, move |cancel| {
        let views = Filter::term(Field::Name, Test::is(PAGE_VIEW));
        let events = found.chosen();
        let views = found.matching(&views).and(events.clone());
        let counting = Counting { history: &found.history, events: &events, views: &views, cancel };
        let (buckets, totals) = counting.counts(&frames.current, Spread::over(&found.history, &frames.current))?;
        let (previous, _) = counting.counts(&frames.previous, Spread::over(&found.history, &frames.previous))?;
        let cut = Spread::by(&found.history, |quarter| match frames.previous.index_of(quarter) {
            Some(bucket) if quarter < frames.previous_until => bucket as u16,
            _ => OUT,
        });
        let (_, previous_totals) = counting.counts(&frames.previous, cut)?;
        Ok(Figures {
            totals,
            previous_totals,
            buckets,
            previous,
            routes: counting.ranked(&frames.current, &routes, By::People)?,
            names: counting.ranked(&frames.current, &names, By::Events)?,
        })
    })
    .await
}

/// The rows of a page.
struct Counting<'a> {
    history: &'a History,
    events: &'a Selection,
    views: &'a Selection,
    cancel: &'a Cancel,
}

impl Counting<'_> {
    /// By bucket, and over all of them.
    fn counts(&self, frame: &Frame, spread: Spread) -> Result<(Vec<Counts>, Counts), Cancelled> {
        let count = |rows: &Selection| -> Result<Series, Cancelled> {
            let keys = Keys::none(self.history);
            Ok(trend::count(self.history, rows, &spread, frame.buckets.len(), &keys, self.cancel)?.remove(0))
        };
        let (events, views) = (count(self.events)?, count(self.views)?);
        let counts =
            |events: &trend::Cell, views: &trend::Cell| Counts { people: events.people, page_views: views.events, events: events.events };
        Ok((
            events.buckets.iter().zip(&views.buckets).map(|(events, views)| counts(events, views)).collect(),
            counts(&events.total, &views.total),
        ))
    }

    /// The values with most; events without a value are left out.
    fn ranked(&self, frame: &Frame, dimension: &Dimension, by: By) -> Result<Vec<Ranked>, Cancelled> {
        let keys = Keys::of(self.history, dimension);
        let spread = Spread::over(self.history, frame).joined();
        let ranked = trend::break_down(self.history, self.events, &spread, 1, &keys, (ROWS_SHOWN + 1, by), self.cancel)?;
        let told = |ranked: trend::Ranked| match ranked.key {
            Key::Value(value) => {
                Some(Ranked { value: value.to_string(), people: ranked.series.total.people, events: ranked.series.total.events })
            }
            Key::Absent | Key::Other => None,
        };
        Ok(ranked.into_iter().filter_map(told).take(ROWS_SHOWN).collect())
    }
}
