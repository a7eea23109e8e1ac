//! Audience · Metrics: people, sessions, page views and events over time, and who the people are.

mod beside;
mod chart;
mod lists;
mod words;

use std::collections::HashMap;

use dashboard_islands::receipt::Offsets;
use leptos::prelude::*;
use protocol::analyses::{BreakdownsAnswer, BreakdownsQuery};
use protocol::annotation::Annotation;
use protocol::audience::{AudienceAnswer, AudienceQuery, Measure};
use protocol::range::Compare;

use crate::components::annotations::Notes;
use crate::components::audience_head::{Head, audience_head};
use crate::components::empty;
use crate::components::picker::{Choice, menu};
use crate::components::stat::{Stat, strip};
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

pub use lists::Lists;

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsQuery {
    /// Which time and which events.
    pub selected: Selected,
    /// What it is compared with.
    pub compare: Compare,
    /// What the chart shows.
    pub measure: Measure,
    /// What the lists below the chart are of.
    pub lists: Lists,
}

impl MetricsQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            selected: Selected::read(words),
            compare: url::choice(words, "compare", &Compare::ALL, Compare::word).unwrap_or_default(),
            measure: url::choice(words, "measure", &Measure::ALL, Measure::word).unwrap_or_default(),
            lists: Lists::read(words),
        }
    }

    /// What is asked of the engine.
    pub fn audience(&self) -> AudienceQuery {
        AudienceQuery { scope: self.selected.scope(), compare: self.compare }
    }

    /// What the lists below the chart ask.
    pub fn breakdowns(&self) -> BreakdownsQuery {
        BreakdownsQuery { scope: self.selected.scope(), by: self.lists.fields(), ..BreakdownsQuery::default() }
    }

    /// What the URL says beside what is selected; the usual comparison is left out.
    fn kept(&self) -> Vec<Word> {
        let compare = if self.compare == Compare::default() { "" } else { self.compare.word() };
        let own = [("measure", self.measure.word()), ("compare", compare)];
        own.into_iter().chain(self.lists.words()).map(|(name, word)| (name, word.to_owned())).collect()
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Metrics.page()), self.selected.words().iter().chain(&self.kept()))
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
    /// Figures over time.
    pub answer: AudienceAnswer,
    /// Where people come from, where they are and what they use.
    pub lists: BreakdownsAnswer,
    /// What people noted in the range.
    pub notes: Vec<Annotation>,
    /// The account may note something.
    pub may_edit: bool,
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &MetricsQuery, answers: &Answers, begun: bool) -> Page {
    shell::framed(frame, Entry::Metrics, Title::new("Metrics"), || {
        let head = Head {
            title: "Metrics",
            path: frame.path(Entry::Metrics.page()),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: comparisons(frame, query),
            begun,
        };
        let views = super::active::views(frame, &query.selected, false);
        view! { {audience_head(frame, &answers.answer.receipt, head)} {views} {content(frame, query, answers, begun)} }
    })
}

/// What the range is compared with.
fn comparisons(frame: &Frame, query: &MetricsQuery) -> AnyView {
    let choice = |compare: Compare| Choice {
        label: compare.label().to_owned(),
        href: MetricsQuery { compare, ..query.clone() }.href(frame),
        chosen: compare == query.compare,
    };
    menu("Compared with", format!("vs {}", query.compare.label()), Compare::ALL.map(choice).into())
}

fn content(frame: &Frame, query: &MetricsQuery, answers: &Answers, begun: bool) -> AnyView {
    let Answers { answer, lists, notes, may_edit } = answers;
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    if answer.totals.events == 0.0 {
        let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
        let time = query.selected.period.sentence();
        let explanation = format!("No event of a person{} in {time}. Events of bots are not counted here.", matching(query));
        return view! { <section class="panel">{empty::nothing_here("Nothing in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    }
    let back = query.href(frame);
    let notes = Notes { notes, may_edit: *may_edit, back: &back };
    view! {
        {strip(Measure::ALL.map(|measure| stat(frame, query, answer, (measure, measure == query.measure))).into())}
        {chart::panel(frame, query, answer, notes)}
        {lists::what(frame, query, answer)}
        {lists::who(frame, query, lists)}
    }
    .into_any()
}

/// A filter's part of a sentence.
fn matching(query: &MetricsQuery) -> &'static str {
    if query.selected.filtered.filter.is_all() { " arrived" } else { " matches the filter" }
}

/// The card of a measure, which leads to its chart.
pub(super) fn stat(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, (measure, chosen): (Measure, bool)) -> Stat {
    Stat {
        measure,
        value: answer.totals.of(measure),
        before: answer.previous_totals.and_then(|totals| totals.of(measure)),
        line: answer.buckets.iter().map(|bucket| bucket.counts.of(measure)).collect(),
        open: answer.buckets.last().is_some_and(|bucket| bucket.open),
        chosen,
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
