//! Explore · Traces: which traces there are, how endpoints and moments do, and one trace as a waterfall.

mod durations;
pub(crate) mod links;
mod list;
mod query;

mod timed;
pub mod trace;

use leptos::prelude::*;
use protocol::explorer::MetricQuery;
use protocol::filter::{Field, Filter};
use protocol::range::Range;
use protocol::receipt::Receipt;
use protocol::span::DURATION_METRIC;
use protocol::traces::{TimedAnswer, TimedOf, TracesAnswer};

pub use query::{TracesPageQuery, View};

use crate::components::audience_head::times;
use crate::components::filter_bar::{Bar, bar};
use crate::components::filter_line::filter_line;
use crate::components::freshness::freshness;
use crate::components::picker::{Tab, tabs};
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What a first look at spans should be helped with.
const FIELDS: [&str; 12] = [
    "name:",
    "service:",
    "op:",
    "status:error",
    "status:cancelled",
    "duration>",
    "route:",
    "release:",
    "environment:",
    "user:",
    "session:",
    "trace:",
];

/// What a page shows.
pub enum Shown {
    /// Traces, one by one.
    List(Box<TracesAnswer>),
    /// Spans by name.
    Timed(Box<TimedAnswer>),
}

impl Shown {
    fn receipt(&self) -> &Receipt {
        match self {
            Self::List(answer) => &answer.receipt,
            Self::Timed(answer) => &answer.receipt,
        }
    }
}

/// The list of traces, or a table of endpoints, moments, page loads or jobs.
pub fn page(frame: &Frame, query: &TracesPageQuery, shown: &Shown) -> Page {
    shell::framed(frame, Entry::Traces, Title::new(query.view.label()), || {
        let href = |selected: &Selected| query.selecting(selected).href(frame);
        let picker = times(frame, &query.path(frame), &query.selected, query.kept(), shown.receipt(), &Range::RAW, &href);
        view! {
            <div class="page-head">
                <h1>"Traces"</h1>
                {freshness(frame, shown.receipt())}
                <div class="right">{picker}</div>
            </div>
            {views(frame, query)}
            {filters(frame, query, &href)}
            {match shown {
                Shown::List(answer) => list::content(frame, query, answer),
                Shown::Timed(answer) => timed::panel(frame, query, answer),
            }}
        }
    })
}

fn views(frame: &Frame, query: &TracesPageQuery) -> AnyView {
    let timed = TimedOf::ALL.map(View::Timed);
    // What is counted of whole traces, tables of spans do not know.
    let of_traces = |condition: &&Filter| condition.fields().iter().any(|field| **field == Field::named("errors"));
    let conditions = query.selected.filtered.filter.conditions();
    let of_spans = conditions.iter().any(|condition| of_traces(&condition)).then(|| {
        let known = conditions.iter().filter(|condition| !of_traces(condition)).cloned().fold(Filter::all(), Filter::and);
        query.selecting(&query.selected.matching(&known.to_string()))
    });
    let tab = |view: View| {
        let kept = of_spans.as_ref().filter(|_| view != View::List).unwrap_or(query);
        let href = TracesPageQuery { view, ..kept.clone() }.href(frame);
        Tab { label: view.label(), count: None, href, open: view == query.view }
    };
    tabs([View::List].into_iter().chain(timed).map(tab).collect())
}

/// Values are completed from what spans are timed by: that is known without reading any.
fn filters(frame: &Frame, query: &TracesPageQuery, href: &impl Fn(&Selected) -> String) -> AnyView {
    let metric = MetricQuery { name: DURATION_METRIC.to_owned(), ..MetricQuery::default() };
    let suggest = url::with_query(&format!("/api/v1/projects/{}/metrics/suggestions", frame.project.id), [("name", metric.name.as_str())]);
    let kept: Vec<Word> = query.words().into_iter().filter(|(name, _)| *name != "filter").collect();
    let filtered = &query.selected.filtered;
    let example = "Filter: service:api, duration>500, status:error, http.status_code>=500 …";
    // What is counted of whole traces, tables of spans do not know.
    let errors = (query.view == View::List).then_some("errors>0");
    let fields = FIELDS.into_iter().chain(errors).map(str::to_owned).collect();
    let of = Bar { path: &query.path(frame), kept: &kept, suggest: Some(suggest), fields, example, help: "/docs/traces" };
    let bar = bar(of, filtered, |text| href(&query.selected.matching(text)));
    filter_line(frame, bar, &query.selected, href)
}
