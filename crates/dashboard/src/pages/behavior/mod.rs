//! Audience · Behavior: what people look at, where they come in and where they leave.

mod routes_table;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::analyses::{RoutesAnswer, RoutesQuery, Scope};
use protocol::range::{Period, Range};

use crate::components::filter_bar::filter_bar;
use crate::components::picker::audience_ranges;
use crate::components::{empty, freshness};
use crate::filtered::Filtered;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

pub use routes_table::Column;

/// Routes of one page.
const ROUTES_SHOWN: usize = 200;

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BehaviorQuery {
    /// How far back.
    pub range: Range,
    /// Which events.
    pub filtered: Filtered,
    /// What the routes are sorted by, largest first.
    pub sort: Column,
}

impl BehaviorQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            range: url::choice(words, "range", &Range::AUDIENCE, Range::word).unwrap_or_default(),
            filtered: Filtered::read(words),
            sort: url::choice(words, "sort", &Column::ALL, Column::word).unwrap_or_default(),
        }
    }

    /// What is asked of the engine.
    pub fn routes(&self) -> RoutesQuery {
        let scope = Scope { period: Period::Last(self.range), filter: self.filtered.filter.clone(), ..Scope::default() };
        RoutesQuery { scope, top: ROUTES_SHOWN }
    }

    fn href(&self, frame: &Frame) -> String {
        self.href_filtered(frame, &self.filtered.text())
    }

    fn href_filtered(&self, frame: &Frame, filter: &str) -> String {
        let words = [("range", self.range.word()), ("sort", self.sort.word()), ("filter", filter)];
        url::with_query(&frame.path(Entry::Behavior.page()), words)
    }
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &BehaviorQuery, answer: &RoutesAnswer, begun: bool) -> Page {
    let kept = [("range", query.range.word().to_owned()), ("sort", query.sort.word().to_owned())];
    let bar = filter_bar(&frame.path(Entry::Behavior.page()), &kept, &query.filtered, |text| query.href_filtered(frame, text));
    shell::framed(frame, Entry::Behavior, Title::new("Behavior"), || {
        view! {
            <div class="page-head">
                <h1>"Behavior"</h1>
                {freshness::freshness(frame, &answer.receipt)}
                <div class="right">{audience_ranges(query.range, |range| BehaviorQuery { range, ..query.clone() }.href(frame))}</div>
            </div>
            {begun.then_some(bar)}
            {content(frame, query, answer, begun)}
        }
    })
}

fn content(frame: &Frame, query: &BehaviorQuery, answer: &RoutesAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    if answer.routes.is_empty() {
        let explanation = format!("No page view of a person arrived in the {}.", query.range.sentence());
        let way_out = empty::way_out(
            (query.range != Range::Days90).then(|| BehaviorQuery { range: Range::Days90, ..query.clone() }.href(frame)),
            (!query.filtered.filter.is_all()).then(|| query.href_filtered(frame, "")),
        );
        return view! { <section class="panel">{empty::nothing_here("Nothing in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    }
    routes_table::panel(frame, query, answer)
}
