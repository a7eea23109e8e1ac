//! The Samples tab: stored points with everything that was sent with them, and what went on beside one.

use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use dashboard_islands::icon::{Icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::explorer::{MetricCatalogue, Sample, SampleAnswer, SampleOrder, SamplesAnswer};
use protocol::metric::{Aggregate, MetricKind};
use protocol::number;

use super::figure::Figures;
use super::{ExplorerQuery, View, aggregates, moment, points};
use crate::Frame;
use crate::components::download::download;
use crate::components::empty;
use crate::components::kind::kind_badge;
use crate::components::picker::{Choice, segments};
use crate::pages::traces::links::{person_href, trace_href};

/// The tab below the filters, with the sample that is looked at.
pub(super) fn content(
    frame: &Frame,
    query: &ExplorerQuery,
    catalogue: &MetricCatalogue,
    answer: &SamplesAnswer,
    opened: Option<&SampleAnswer>,
) -> AnyView {
    let list = list(frame, query, catalogue, answer);
    match opened {
        Some(opened) => {
            view! { <div class="with-panel"><div class="stack">{list}</div>{moment::panel(frame, query, opened)}</div> }.into_any()
        }
        None => list,
    }
}

fn list(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: &SamplesAnswer) -> AnyView {
    // A sample is one value: it has the metric's own unit, whatever the chart sums up.
    let figures = Figures::of(&answer.metric, Aggregate::Last);
    // A set's points name members: there is no size to order or to draw them by.
    let has_sizes = answer.metric.kind != MetricKind::Set;
    let title = view! {
        <header>
            <h2>{answer.metric.name.clone()}</h2>
            {kind_badge(answer.metric.kind)}
            <div class="right">{order_picker(frame, query, answer, has_sizes)}</div>
        </header>
    };
    if answer.samples.is_empty() {
        let summary = catalogue.metrics.iter().find(|summary| summary.metric == answer.metric);
        let nothing = if answer.points > 0 {
            let first = query.begun_anew().href(frame, View::Samples);
            let explanation = "The points that were here are older than the range by now, or not kept any longer.".to_owned();
            empty::nothing_here("No points on this page".to_owned(), explanation, Some(("Show the first ones".to_owned(), first)))
                .into_any()
        } else {
            aggregates::nothing(frame, query, summary)
        };
        return view! { <section class="panel">{title}{nothing}</section> }.into_any();
    }
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let drawn = answer.samples.len();
    let percentiles = answer.p50.zip(answer.p95).map(|(p50, p95)| {
        let exactness = answer.percentiles.label();
        view! { <span>{format!("p50 {}, p95 {} ({exactness})", figures.text(Some(p50)), figures.text(Some(p95)))}</span> }
    });
    view! {
        <section class="panel">
            {title}
            {has_sizes.then(|| points::chart(frame, answer, &figures))}
            {table(frame, query, answer, &figures)}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=format!("{drawn} samples") up=true/>
                <span>{format!("{} of {} points", number::count(drawn as f64), number::count(answer.points as f64))}</span>
                {percentiles}
                {pages(frame, query, answer)}
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                {download(frame, "metrics/samples", words(query))}
            </div>
        </section>
    }
    .into_any()
}

/// The ways to the samples before these and behind them.
fn pages(frame: &Frame, query: &ExplorerQuery, answer: &SamplesAnswer) -> AnyView {
    let link = |label: &'static str, page: ExplorerQuery| view! { <a class="link" href=page.href(frame, View::Samples)>{label}</a> };
    let previous = answer.previous.clone().map(|before| link("Previous", ExplorerQuery { before, ..query.begun_anew() }));
    let next = answer.next.clone().map(|after| link("Next", ExplorerQuery { after, ..query.begun_anew() }));
    view! { {previous}{next} }.into_any()
}

/// The words of the API for these samples.
fn words(query: &ExplorerQuery) -> Vec<crate::selected::Word> {
    let mut words = query.selected.words();
    let metric = query
        .metric
        .iter()
        .flat_map(|metric| [("name", metric.name.clone()), ("kind", metric.kind.word().to_owned()), ("unit", metric.unit.clone())]);
    words.extend(metric);
    words.extend([("order", query.order.word().to_owned()), ("after", query.after.clone()), ("before", query.before.clone())]);
    words
}

fn order_picker(frame: &Frame, query: &ExplorerQuery, answer: &SamplesAnswer, has_sizes: bool) -> AnyView {
    let choice = |order: SampleOrder| Choice {
        label: order.label().to_owned(),
        href: ExplorerQuery { order, ..query.begun_anew() }.href(frame, View::Samples),
        chosen: order == answer.order,
    };
    let near = |order: SampleOrder| matches!(order, SampleOrder::P50 | SampleOrder::P95);
    let offered = SampleOrder::ALL.into_iter().filter(|order| match order {
        SampleOrder::Latest | SampleOrder::Oldest => true,
        order => has_sizes && (answer.p50.is_some() || !near(*order)),
    });
    segments("Order", "seg many", offered.map(choice).collect()).into_any()
}

fn table(frame: &Frame, query: &ExplorerQuery, answer: &SamplesAnswer, figures: &Figures) -> AnyView {
    let largest = answer.samples.iter().map(|sample| sample.value.abs()).fold(0.0, f64::max);
    let timed = answer.samples.iter().zip(times(frame, &answer.samples)).enumerate();
    let rows: Vec<_> = timed.map(|(i, (sample, time))| row(frame, query, i, sample, time, largest, figures)).collect();
    let by_time = match answer.order {
        SampleOrder::Latest => Some("descending"),
        SampleOrder::Oldest => Some("ascending"),
        _ => None,
    };
    let by_value = match answer.order {
        SampleOrder::Largest => Some("descending"),
        SampleOrder::Smallest => Some("ascending"),
        _ => None,
    };
    let value = if answer.metric.kind == MetricKind::Set { "Member" } else { "Value" };
    let arrow = |word: &str, sorted: Option<&str>| match sorted {
        Some("descending") => format!("{word} ↓"),
        Some(_) => format!("{word} ↑"),
        None => word.to_owned(),
    };
    view! {
        <div class="scroll-x">
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col" aria-sort=by_time>{arrow("Time", by_time)}</th>
                        <th scope="col" class="num" aria-sort=by_value>{arrow(value, by_value)}</th>
                        <th scope="col" class="hide-s"><span class="sr">"Size"</span></th>
                        <th scope="col">"Trace"</th>
                        <th scope="col">"Tags"</th>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Session"</th>
                        <th scope="col">"Release"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The time of each sample; all with their date, unless all are of today.
pub(super) fn times(frame: &Frame, samples: &[Sample]) -> Vec<String> {
    let today = clock::wall(frame.now, frame.offset(frame.now)).date();
    let walls = || samples.iter().map(|sample| clock::wall(sample.ts, frame.offset(sample.ts)));
    let dated = walls().any(|at| at.date() != today);
    walls().map(|at| if dated { format!("{} {}", clock::day(at), clock::millisecond(at)) } else { clock::millisecond(at) }).collect()
}

fn row(frame: &Frame, query: &ExplorerQuery, index: usize, sample: &Sample, time: String, largest: f64, figures: &Figures) -> AnyView {
    let share = if largest > 0.0 { sample.value.abs() / largest } else { 0.0 };
    let (value, size) = match &sample.member {
        Some(member) => (view! { <code>{member.clone()}</code> }.into_any(), None),
        None => {
            let bar = view! { <span class="cell-bar" style=format!("width:{:.0}px", share * 48.0)></span> };
            (view! { <b>{figures.in_full(Some(sample.value))}</b> }.into_any(), Some(bar))
        }
    };
    let opened = query.at == sample.id;
    let href = ExplorerQuery { at: sample.id.clone(), ..query.clone() }.href(frame, View::Samples);
    view! {
        <tr id=points::row_id(index) class:chosen=opened>
            <td class="nowrap"><a href=href aria-current=opened.then_some("true") title="What went on in the same moment">{time}</a></td>
            <td class="num">{value}</td>
            <td class="hide-s size">{size}</td>
            <td class="nowrap">{trace(frame, sample)}</td>
            <td class="rest">{tags(frame, query, sample)}</td>
            <td class="nowrap">{person(frame, query, sample)}</td>
            <td class="nowrap">{narrowing(frame, query, sample, "session", sample.session_id.as_deref())}</td>
            <td class="nowrap muted">{narrowing(frame, query, sample, "release", sample.release.as_deref())}</td>
        </tr>
    }
    .into_any()
}

/// The user, whose timeline is a click away, and the way to the user's points alone.
fn person(frame: &Frame, query: &ExplorerQuery, sample: &Sample) -> AnyView {
    let Some(user) = &sample.user_id else { return text(None) };
    let title = format!("Only points of {user}");
    let only = can_narrow(sample, "user").then(|| query.narrowed(frame, "user", user));
    view! {
        <span class="row">
            <a class="clip cell" href=person_href(frame, user) title=user.clone()>{user.clone()}</a>
            {only.map(|href| view! { <a class="icon-link" href=href aria-label=title.clone() title=title>{small_icon(Icon::FILTER)}</a> })}
        </span>
    }
    .into_any()
}

/// Whether a filter by what the point says means that, and not an attribute of the same name.
pub(super) fn can_narrow(sample: &Sample, key: &str) -> bool {
    !sample.tags.contains_key(key)
}

/// A value of the point; a click leaves those that have it.
fn narrowing(frame: &Frame, query: &ExplorerQuery, sample: &Sample, key: &str, value: Option<&str>) -> AnyView {
    match value {
        Some(value) if can_narrow(sample, key) => {
            let (href, title) = (query.narrowed(frame, key, value), format!("Only {key}:{value}"));
            view! { <a class="clip cell" href=href title=title>{value.to_owned()}</a> }.into_any()
        }
        value => text(value),
    }
}

/// The way to the trace, and its id ready to be pasted elsewhere.
fn trace(frame: &Frame, sample: &Sample) -> AnyView {
    let Some(trace) = sample.trace_id else { return text(None) };
    let id = trace.to_string();
    view! { <span class="trace"><a href=trace_href(frame, trace, sample.span_id) title=format!("Open the trace {id}")>{id[..8].to_owned()}</a><CopyButton text=id.clone() what="the trace id".to_owned() label=None/></span> }
        .into_any()
}

fn tags(frame: &Frame, query: &ExplorerQuery, sample: &Sample) -> AnyView {
    if sample.tags.is_empty() {
        return text(None);
    }
    let all = sample.tags.iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join("\n");
    let tag = |(key, value): (&String, &String)| {
        let href = query.narrowed(frame, key, value);
        view! { <a href=href><i>{format!("{key}:")}</i>{value.clone()}</a> }
    };
    view! { <span class="tags clip" title=all>{sample.tags.iter().map(tag).collect_view()}</span> }.into_any()
}

pub(super) fn text(value: Option<&str>) -> AnyView {
    match value {
        Some(value) => view! { <span class="clip cell" title=value.to_owned()>{value.to_owned()}</span> }.into_any(),
        None => view! { <span class="faint">"–"</span> }.into_any(),
    }
}
