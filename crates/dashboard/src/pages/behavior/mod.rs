//! Audience · Behavior: what people look at, where they come in and where they leave.

pub(super) mod hours;
mod neighbours;
mod routes_table;
mod usage;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::analyses::{HoursAnswer, HoursQuery, JourneysAnswer, RoutesAnswer, RoutesQuery, UsageAnswer, UsageQuery, WeekClock};

use crate::components::audience_head::{Head, audience_head};
use crate::components::empty;
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

pub use neighbours::Around;
pub use routes_table::Column;

/// Routes of one page.
const ROUTES_SHOWN: usize = 200;

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BehaviorQuery {
    /// Which time and which events.
    pub selected: Selected,
    /// What the routes are sorted by, largest first.
    pub sort: Column,
    /// Whose clock the hours of the week are read on.
    pub clock: WeekClock,
}

impl BehaviorQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            selected: Selected::read(words),
            sort: url::choice(words, "sort", &Column::ALL, Column::word).unwrap_or_default(),
            clock: url::choice(words, "clock", &WeekClock::ALL, WeekClock::word).unwrap_or_default(),
        }
    }

    /// What is asked of the engine.
    pub fn routes(&self) -> RoutesQuery {
        RoutesQuery { scope: self.selected.scope(), top: ROUTES_SHOWN }
    }

    /// What is asked about hours.
    pub fn hours(&self) -> HoursQuery {
        HoursQuery { scope: self.selected.scope(), clock: self.clock }
    }

    /// What is asked about features, variants and searches.
    pub fn usage(&self) -> UsageQuery {
        UsageQuery { scope: self.selected.scope(), ..UsageQuery::default() }
    }

    fn kept(&self) -> Vec<Word> {
        let clock = if self.clock == WeekClock::default() { "" } else { self.clock.word() };
        vec![("sort", self.sort.word().to_owned()), ("clock", clock.to_owned())]
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Behavior.page()), self.selected.words().iter().chain(&self.kept()))
    }

    fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.clone() }
    }

    fn href_filtered(&self, frame: &Frame, filter: &str) -> String {
        self.selecting(&self.selected.matching(filter)).href(frame)
    }
}

/// What the page shows.
pub struct Answers {
    /// Routes with their views, people, dwell.
    pub routes: RoutesAnswer,
    /// When in the week.
    pub hours: HoursAnswer,
    /// Features, variants, searches.
    pub usage: UsageAnswer,
    /// Where people came from and went to, for a page that is narrowed down to one route.
    pub around: Option<(Around, [JourneysAnswer; 2])>,
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &BehaviorQuery, answers: &Answers, begun: bool) -> Page {
    shell::framed(frame, Entry::Behavior, Title::new("Behavior"), || {
        let head = Head {
            title: "Behavior",
            path: frame.path(Entry::Behavior.page()),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: ().into_any(),
            begun,
        };
        view! { {audience_head(frame, &answers.routes.receipt, head)} {content(frame, query, answers, begun)} }
    })
}

/// Whose clock the hours are read on.
fn clocks(frame: &Frame, query: &BehaviorQuery) -> AnyView {
    let choice = |clock: WeekClock| {
        let label = match clock {
            WeekClock::Project => "Project's clock",
            WeekClock::Visitor => "Visitor's own",
        };
        let href = BehaviorQuery { clock, ..query.clone() }.href(frame);
        view! { <a href=href aria-current=(clock == query.clock).then_some("true")>{label}</a> }
    };
    view! { <nav class="seg" aria-label="Clock">{WeekClock::ALL.map(choice).collect_view()}</nav> }.into_any()
}

fn content(frame: &Frame, query: &BehaviorQuery, answers: &Answers, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    if answers.routes.routes.is_empty() {
        let explanation = format!("No page view of a person arrived in {}.", query.selected.period.sentence());
        let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
        return view! { <section class="panel">{empty::nothing_here("Nothing in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    }
    view! {
        {routes_table::panel(frame, query, &answers.routes)}
        {answers.around.as_ref().map(|(around, journeys)| neighbours::panels(frame, query, around, journeys))}
        {usage::panels(frame, query, &answers.usage)}
        {hours::panel(frame, &answers.hours, clocks(frame, query))}
    }
    .into_any()
}
