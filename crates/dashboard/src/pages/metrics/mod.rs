//! Audience · Metrics: people, sessions, page views and events over time, and who the people are.

mod chart;
mod lists;
mod words;

use std::collections::HashMap;

use dashboard_islands::receipt::Offsets;
use leptos::prelude::*;
use protocol::analyses::{BreakdownsAnswer, BreakdownsQuery, Scope};
use protocol::audience::{AudienceAnswer, Measure};
use protocol::range::{Period, Range};

use crate::components::filter_bar::filter_bar;
use crate::components::picker::audience_ranges;
use crate::components::stat::{Stat, strip};
use crate::components::{empty, freshness};
use crate::filtered::Filtered;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

pub use lists::Lists;

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsQuery {
    /// How far back.
    pub range: Range,
    /// What the chart shows.
    pub measure: Measure,
    /// Which events.
    pub filtered: Filtered,
    /// What the lists below the chart are of.
    pub lists: Lists,
}

impl MetricsQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            range: url::choice(words, "range", &Range::AUDIENCE, Range::word).unwrap_or_default(),
            measure: url::choice(words, "measure", &Measure::ALL, Measure::word).unwrap_or_default(),
            filtered: Filtered::read(words),
            lists: Lists::read(words),
        }
    }

    /// What the lists below the chart ask.
    pub fn breakdowns(&self) -> BreakdownsQuery {
        let scope = Scope { period: Period::Last(self.range), filter: self.filtered.filter.clone(), ..Scope::default() };
        BreakdownsQuery { scope, by: self.lists.fields(), ..BreakdownsQuery::default() }
    }

    fn href(&self, frame: &Frame) -> String {
        self.href_filtered(frame, &self.filtered.text())
    }

    fn href_filtered(&self, frame: &Frame, filter: &str) -> String {
        let words = [("range", self.range.word()), ("measure", self.measure.word()), ("filter", filter)];
        url::with_query(&frame.path(Entry::Metrics.page()), words.into_iter().chain(self.lists.words()))
    }
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, lists: &BreakdownsAnswer, begun: bool) -> Page {
    let words = [("range", query.range.word()), ("measure", query.measure.word())].into_iter().chain(query.lists.words());
    let kept: Vec<_> = words.map(|(name, word)| (name, word.to_owned())).collect();
    let bar = filter_bar(&frame.path(Entry::Metrics.page()), &kept, &query.filtered, |text| query.href_filtered(frame, text));
    shell::framed(frame, Entry::Metrics, Title::new("Metrics"), || {
        view! {
            <div class="page-head">
                <h1>"Metrics"</h1>
                {freshness::freshness(frame, &answer.receipt)}
                <div class="right">{audience_ranges(query.range, |range| MetricsQuery { range, ..query.clone() }.href(frame))}</div>
            </div>
            {begun.then_some(bar)}
            {content(frame, query, answer, lists, begun)}
        }
    })
}

fn content(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, lists: &BreakdownsAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    let nothing = answer.totals.events == 0.0;
    if nothing {
        let way_out = empty::way_out(
            (query.range != Range::Days90).then(|| MetricsQuery { range: Range::Days90, ..query.clone() }.href(frame)),
            (!query.filtered.filter.is_all()).then(|| query.href_filtered(frame, "")),
        );
        let explanation =
            format!("No event of a person{} in the {}. Events of bots are not counted here.", matching(query), query.range.sentence());
        return view! { <section class="panel">{empty::nothing_here("Nothing in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    }
    view! {
        {strip(Measure::ALL.map(|measure| stat(frame, query, answer, measure)).into())}
        {chart::panel(frame, query, answer)}
        {lists::what(frame, query, answer)}
        {lists::who(frame, query, lists)}
    }
    .into_any()
}

/// A filter's part of a sentence.
fn matching(query: &MetricsQuery) -> &'static str {
    if query.filtered.filter.is_all() { " arrived" } else { " matches the filter" }
}

fn stat(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, measure: Measure) -> Stat {
    Stat {
        measure,
        value: answer.totals.of(measure),
        before: answer.previous_totals.of(measure),
        line: answer.buckets.iter().map(|bucket| bucket.counts.of(measure)).collect(),
        open: answer.buckets.last().is_some_and(|bucket| bucket.open),
        chosen: measure == query.measure,
        href: MetricsQuery { measure, ..query.clone() }.href(frame),
        mark: answer.receipt.accuracy.label(),
    }
}

/// The receipt's times are those of the zone at either end of the range.
pub(super) fn offsets(frame: &Frame, answer: &AudienceAnswer) -> Offsets {
    Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_in_the_url_is_the_default() {
        let words = HashMap::from([("range".to_owned(), "1h".to_owned()), ("measure".to_owned(), "events".to_owned())]);
        assert_eq!(MetricsQuery::read(&words), MetricsQuery { measure: Measure::Events, ..MetricsQuery::default() });
    }
}
