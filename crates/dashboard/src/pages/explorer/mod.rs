//! The Metrics explorer: a catalogue, charts of metrics with the aggregates that fit their kinds, their samples, and why some differ.

mod about;
mod aggregates;
mod asked;
mod cards;
mod catalogue;
mod chart;
mod figure;
mod marked;
mod moment;
mod points;
mod query;
mod samples;
mod series_table;
mod why;

use leptos::prelude::*;
use protocol::explorer::{HeatAnswer, MetricAnswer, MetricCatalogue, MetricKey, SampleAnswer, SamplesAnswer, WhyAnswer};
use protocol::number;
use protocol::range::Range;
use protocol::receipt::Receipt;

pub use aggregates::Charted;
pub use query::{ExplorerQuery, View};

use crate::components::audience_head::times;
use crate::components::filter_bar::{Bar, bar};
use crate::components::filter_line::filter_line;
use crate::components::picker::{Tab, tabs};
use crate::components::{empty, freshness};
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What a page of the explorer shows. Metrics that are not there have no answer.
pub enum Shown {
    /// The charts, and what is wrong with the question.
    Aggregates(Option<Box<Charted>>),
    /// The points, and the one that is looked at.
    Samples(Option<Box<(SamplesAnswer, Option<SampleAnswer>)>>),
    /// What differs, and how values are spread where they are a distribution's.
    Why(Option<Box<(WhyAnswer, Option<HeatAnswer>)>>),
    /// Every metric.
    Catalogue,
    /// One metric.
    About(Option<Box<MetricAnswer>>),
}

impl Shown {
    fn view(&self) -> View {
        match self {
            Self::Aggregates(_) => View::Aggregates,
            Self::Samples(_) => View::Samples,
            Self::Why(_) => View::Why,
            Self::Catalogue => View::Catalogue,
            Self::About(_) => View::About,
        }
    }

    fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Aggregates(answer) => answer.as_deref()?.answer.as_ref().map(|answer| &answer.receipt),
            Self::Samples(answer) => answer.as_deref().map(|(answer, _)| &answer.receipt),
            Self::Why(answer) => answer.as_deref().map(|(answer, _)| &answer.receipt),
            Self::Catalogue => None,
            Self::About(answer) => answer.as_ref().map(|answer| &answer.receipt),
        }
    }

    fn points(&self) -> Option<u64> {
        match self {
            Self::Aggregates(answer) => answer.as_deref()?.answer.as_ref().map(|answer| answer.lines[0].points),
            Self::Samples(answer) => answer.as_deref().map(|(answer, _)| answer.points),
            _ => None,
        }
    }
}

/// A page of the explorer.
pub fn page(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, shown: &Shown) -> Page {
    let title = match &query.metric {
        Some(metric) => format!("{} · Metrics explorer", metric.name),
        None => "Metrics explorer".to_owned(),
    };
    let open = shown.view();
    shell::framed(frame, Entry::Explorer, Title::new(title), || {
        let receipt = shown.receipt().unwrap_or(&catalogue.receipt);
        let href = |selected: &Selected| query.selecting(selected).href(frame, open);
        let timed = !matches!(open, View::Catalogue | View::About);
        let picker =
            timed.then(|| times(frame, &query.path(frame, open), &query.selected, query.question(), receipt, &Range::EXPLORER, &href));
        let head = view! {
            <div class="page-head">
                <h1>"Metrics explorer"</h1>
                {freshness::freshness(frame, receipt)}
                <div class="right">{picker}</div>
            </div>
        };
        if catalogue.metrics.is_empty() {
            let command = frame.metric_command();
            return view! { {head} {empty::nothing_yet("No metric point yet", "the first point", command)} }.into_any();
        }
        view! {
            {head}
            {view_tabs(frame, query, open, shown.points())}
            {timed.then(|| filters(frame, query, open, &href))}
            {content(frame, query, catalogue, shown)}
        }
        .into_any()
    })
}

fn content(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, shown: &Shown) -> AnyView {
    let (open, inner) = match shown {
        Shown::Catalogue => return cards::content(frame, query, catalogue),
        Shown::Aggregates(answer) => (View::Aggregates, answer.as_ref().map(|answer| aggregates::content(frame, query, catalogue, answer))),
        Shown::Samples(answer) => {
            let content = answer.as_deref().map(|(answer, opened)| samples::content(frame, query, catalogue, answer, opened.as_ref()));
            (View::Samples, content)
        }
        Shown::Why(answer) => (View::Why, answer.as_deref().map(|(answer, heat)| why::content(frame, query, answer, heat.as_ref()))),
        Shown::About(answer) => (View::About, answer.as_ref().map(|answer| about::content(frame, query, answer))),
    };
    // A sample needs the room beside the list.
    let narrow = open == View::Samples && !query.at.is_empty();
    let panel = (!narrow).then(|| catalogue::panel(frame, query, open, catalogue));
    let inner = inner.unwrap_or_else(|| unknown(frame, query));
    view! { <div class=if narrow { "" } else { "explore" }>{panel}<div class="stack">{inner}</div></div> }.into_any()
}

/// Which points: a bar, and what is kept under a name.
fn filters(frame: &Frame, query: &ExplorerQuery, open: View, href: &impl Fn(&Selected) -> String) -> AnyView {
    let kept: Vec<Word> = query.words(open).into_iter().filter(|(name, _)| !["filter", "at", "after", "before"].contains(name)).collect();
    let words =
        |metric: &MetricKey| [("name", metric.name.clone()), ("kind", metric.kind.word().to_owned()), ("unit", metric.unit.clone())];
    let metric = query.metric.iter().flat_map(words);
    let words: Vec<Word> = metric.collect();
    // An empty unit says that there is none.
    let every = words.iter().map(|(name, value)| (*name, value.as_str()));
    let suggest = url::with_every(&format!("/api/v1/projects/{}/metrics/suggestions", frame.project.id), every);
    let filtered = &query.selected.filtered;
    let fields = ["environment:", "release:", "user:", "session:", "trace:"].map(str::to_owned).into();
    let example = "Filter: route:/cart, release:web@5.2, user:42 …";
    let of = Bar { path: &query.path(frame, open), kept: &kept, suggest: Some(suggest), fields, example, help: "/docs/filters" };
    let bar = bar(of, filtered, |text| href(&query.selected.matching(text)));
    filter_line(frame, bar, &query.selected, href)
}

fn view_tabs(frame: &Frame, query: &ExplorerQuery, open: View, points: Option<u64>) -> AnyView {
    let tab =
        |label: &'static str, view: View, count: Option<String>| Tab { label, count, href: query.href(frame, view), open: open == view };
    tabs(vec![
        tab("Aggregates", View::Aggregates, None),
        tab("Samples", View::Samples, points.map(|points| number::count(points as f64))),
        tab("Why", View::Why, None),
        tab("Catalogue", View::Catalogue, None),
        tab("About", View::About, None),
    ])
    .into_any()
}

fn unknown(frame: &Frame, query: &ExplorerQuery) -> AnyView {
    let name = query.metric.as_ref().map_or("", |metric| &metric.name);
    let all = ExplorerQuery { metric: None, by: Vec::new(), aggregate: None, ..query.clone() }.href(frame, View::Aggregates);
    view! {
        <section class="panel">
            {empty::nothing_here(
                "No such metric".to_owned(),
                format!("{name} was never sent, or under another kind or unit: these make it another metric. The catalogue has what there is."),
                Some(("Show the catalogue".to_owned(), all)),
            )}
        </section>
    }.into_any()
}
