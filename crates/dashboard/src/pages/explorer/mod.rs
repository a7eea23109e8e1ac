//! The Metrics explorer: a catalogue, one chart per metric with the aggregates that fit its kind, and its samples.

mod aggregates;
mod catalogue;
mod chart;
mod figure;
mod points;
mod query;
mod samples;
mod series_table;

use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, MetricCatalogue, SamplesAnswer};
use protocol::number;
use protocol::range::Range;
use protocol::receipt::Receipt;

pub use query::{ExplorerQuery, View};

use crate::Frame;
use crate::components::picker::{Choice, Tab, ranges, tabs};
use crate::components::{empty, freshness};
use crate::render::{Page, Title};
use crate::shell::{self, Entry};

/// The Aggregates tab. `answer` is `None` when the project has no metric, or none of this name.
pub fn aggregates_page(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: Option<&AggregateAnswer>) -> Page {
    let (points, receipt) = match answer {
        Some(answer) => (Some(answer.points), &answer.receipt),
        None => (None, &catalogue.receipt),
    };
    page(frame, query, View::Aggregates, catalogue, points, receipt, || match answer {
        Some(answer) => aggregates::content(frame, query, catalogue, answer).into_any(),
        None => unknown(frame, query).into_any(),
    })
}

/// The Samples tab. `answer` is `None` when the project has no metric, or none of this name.
pub fn samples_page(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: Option<&SamplesAnswer>) -> Page {
    let (points, receipt) = match answer {
        Some(answer) => (Some(answer.points), &answer.receipt),
        None => (None, &catalogue.receipt),
    };
    page(frame, query, View::Samples, catalogue, points, receipt, || match answer {
        Some(answer) => samples::content(frame, query, catalogue, answer).into_any(),
        None => unknown(frame, query).into_any(),
    })
}

fn page(
    frame: &Frame,
    query: &ExplorerQuery,
    open: View,
    catalogue: &MetricCatalogue,
    points: Option<u64>,
    receipt: &Receipt,
    content: impl FnOnce() -> AnyView,
) -> Page {
    let title = match &query.metric {
        Some(metric) => format!("{} · Metrics explorer", metric.name),
        None => "Metrics explorer".to_owned(),
    };
    shell::framed(frame, Entry::Explorer, Title::new(title), || {
        let head = view! {
            <div class="page-head">
                <h1>"Metrics explorer"</h1>
                {freshness::freshness(frame, receipt)}
                <div class="right">{range_picker(frame, query, open)}</div>
            </div>
        };
        if catalogue.metrics.is_empty() {
            let command = frame.metric_command();
            return view! { {head} {empty::nothing_yet("No metric point yet", "the first point", command)} }.into_any();
        }
        view! {
            {head}
            {view_tabs(frame, query, open, points)}
            <div class="explore">
                {catalogue::panel(frame, query, open, catalogue)}
                <div class="stack">{content()}</div>
            </div>
        }
        .into_any()
    })
}

fn range_picker(frame: &Frame, query: &ExplorerQuery, open: View) -> AnyView {
    let choice = |range: Range| Choice {
        label: range.label().to_owned(),
        href: ExplorerQuery { range, ..query.clone() }.href(frame, open),
        chosen: range == query.range,
    };
    ranges(Range::EXPLORER.map(choice).into()).into_any()
}

fn view_tabs(frame: &Frame, query: &ExplorerQuery, open: View, points: Option<u64>) -> AnyView {
    tabs(vec![
        Tab { label: "Aggregates", count: None, href: query.href(frame, View::Aggregates), open: open == View::Aggregates },
        Tab {
            label: "Samples",
            count: points.map(|points| number::count(points as f64)),
            href: query.href(frame, View::Samples),
            open: open == View::Samples,
        },
    ])
    .into_any()
}

fn unknown(frame: &Frame, query: &ExplorerQuery) -> AnyView {
    let name = query.metric.as_ref().map_or("", |metric| &metric.name);
    let all = ExplorerQuery { metric: None, by: None, aggregate: None, ..query.clone() }.href(frame, View::Aggregates);
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
