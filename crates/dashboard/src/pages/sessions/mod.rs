//! Audience · Sessions: the sessions of a range, one by one.

mod list;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::audience::{AudienceAnswer, AudienceQuery, Measure};
use protocol::sessions::{SessionListAnswer, SessionListQuery, SessionSort};

use crate::components::audience_head::{Head, audience_head};
use crate::components::empty;
use crate::components::stat::strip;
use crate::pages::metrics::{self, MetricsQuery};
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsPageQuery {
    /// Which time and which events.
    pub selected: Selected,
    /// Which come first.
    pub sort: SessionSort,
    /// From 0.
    pub page: usize,
}

impl SessionsPageQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let page = words.get("page").and_then(|page| page.parse().ok()).unwrap_or_default();
        Self {
            selected: Selected::read(words),
            sort: url::choice(words, "sort", &SessionSort::ALL, SessionSort::word).unwrap_or_default(),
            page: SessionListQuery::PAGES_MAX.min(page),
        }
    }

    /// What is asked of the engine.
    pub fn sessions(&self) -> SessionListQuery {
        SessionListQuery { scope: self.selected.scope(), sort: self.sort, page: self.page }
    }

    /// What is asked about all sessions together.
    pub fn figures(&self) -> AudienceQuery {
        self.metrics().audience()
    }

    /// The page that shows the same time and events as figures.
    fn metrics(&self) -> MetricsQuery {
        MetricsQuery { selected: self.selected.clone(), ..MetricsQuery::default() }
    }

    fn kept(&self) -> Vec<Word> {
        vec![("sort", self.sort.word().to_owned())]
    }

    /// Every word of the page's URL, which the API takes as well.
    fn words(&self) -> Vec<Word> {
        let page = if self.page == 0 { String::new() } else { self.page.to_string() };
        self.selected.words().into_iter().chain(self.kept()).chain([("page", page)]).collect()
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Sessions.page()), &self.words())
    }

    fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), page: 0, ..self.clone() }
    }
}

/// The page: the sessions one by one, below what they come to together. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &SessionsPageQuery, (answer, figures): (&SessionListAnswer, &AudienceAnswer), begun: bool) -> Page {
    shell::framed(frame, Entry::Sessions, Title::new("Sessions"), || {
        let head = Head {
            title: "Sessions",
            path: frame.path(Entry::Sessions.page()),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: ().into_any(),
            begun,
        };
        view! { {audience_head(frame, &answer.receipt, head)} {content(frame, query, answer, figures, begun)} }
    })
}

/// What the strip shows.
const FIGURES: [Measure; 4] = [Measure::Sessions, Measure::PageViews, Measure::BounceRate, Measure::VisitTime];

fn content(frame: &Frame, query: &SessionsPageQuery, answer: &SessionListAnswer, figures: &AudienceAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    if answer.total > 0 {
        let metrics = query.metrics();
        let stats = FIGURES.map(|measure| metrics::stat(frame, &metrics, figures, (measure, false)));
        return view! { {strip(stats.into())} {list::panel(frame, query, answer)} }.into_any();
    }
    let matching = if query.selected.filtered.filter.is_all() { "" } else { " with an event that matches the filter" };
    let explanation = format!("No session{matching} began in {}.", query.selected.period.sentence());
    let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
    view! { <section class="panel">{empty::nothing_here("No session in this range".to_owned(), explanation, way_out)}</section> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_does_not_know_is_the_default_and_no_page_is_beyond_the_last() {
        let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(SessionsPageQuery::read(&words(&[("sort", "name"), ("page", "x")])), SessionsPageQuery::default());
        let read = SessionsPageQuery::read(&words(&[("sort", "duration"), ("page", "9999")]));
        assert_eq!((read.sort, read.page), (SessionSort::Duration, SessionListQuery::PAGES_MAX));
    }
}
