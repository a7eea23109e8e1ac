//! The Samples tab: stored points with everything that was sent with them.

use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::explorer::{MetricCatalogue, Sample, SampleOrder, SamplesAnswer};
use protocol::metric::{Aggregate, MetricKind};
use protocol::number;

use super::figure::Figures;
use super::{ExplorerQuery, View, aggregates, points};
use crate::Frame;
use crate::components::kind::kind_badge;
use crate::components::picker::{Choice, segments};

/// The right side of the tab.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: &SamplesAnswer) -> AnyView {
    // A sample is one value: it has the metric's own unit, whatever the chart sums up.
    let figures = Figures::of(&answer.metric, Aggregate::Last);
    // A set's points name members: there is no size to order or to draw them by.
    let has_sizes = answer.metric.kind != MetricKind::Set;
    let order = has_sizes.then(|| order_picker(frame, query, answer));
    let title =
        view! { <header><h2>{answer.metric.name.clone()}</h2>{kind_badge(answer.metric.kind)}<div class="right">{order}</div></header> };
    if answer.samples.is_empty() {
        let summary = catalogue.metrics.iter().find(|summary| summary.metric == answer.metric);
        return view! { <section class="panel">{title}{aggregates::nothing(frame, query, summary, answer.range)}</section> }.into_any();
    }
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let drawn = answer.samples.len();
    view! {
        <section class="panel">
            {title}
            {has_sizes.then(|| points::chart(frame, answer, &figures))}
            {table(frame, answer, &figures)}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=format!("{drawn} samples") up=true/>
                <span>{format!("{} of {} points", number::count(drawn as f64), number::count(answer.points as f64))}</span>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
            </div>
        </section>
    }
    .into_any()
}

fn order_picker(frame: &Frame, query: &ExplorerQuery, answer: &SamplesAnswer) -> AnyView {
    let choice = |order: SampleOrder, label: &str| Choice {
        label: label.to_owned(),
        href: ExplorerQuery { order, ..query.clone() }.href(frame, View::Samples),
        chosen: order == answer.order,
    };
    segments("Order", "seg", vec![choice(SampleOrder::Latest, "Latest"), choice(SampleOrder::Largest, "Largest")]).into_any()
}

fn table(frame: &Frame, answer: &SamplesAnswer, figures: &Figures) -> AnyView {
    let largest = answer.samples.iter().map(|sample| sample.value.abs()).fold(0.0, f64::max);
    let timed = answer.samples.iter().zip(times(frame, &answer.samples)).enumerate();
    let rows: Vec<_> = timed.map(|(i, (sample, time))| row(i, sample, time, largest, figures)).collect();
    let sorted = |order: SampleOrder| (answer.order == order).then_some("descending");
    let value = if answer.metric.kind == MetricKind::Set { "Member" } else { "Value" };
    let arrow = |order: SampleOrder, word: &str| if answer.order == order { format!("{word} ↓") } else { word.to_owned() };
    view! {
        <div class="scroll-x">
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col" aria-sort=sorted(SampleOrder::Latest)>{arrow(SampleOrder::Latest, "Time")}</th>
                        <th scope="col" class="num" aria-sort=sorted(SampleOrder::Largest)>{arrow(SampleOrder::Largest, value)}</th>
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

fn row(index: usize, sample: &Sample, time: String, largest: f64, figures: &Figures) -> AnyView {
    let share = if largest > 0.0 { sample.value.abs() / largest } else { 0.0 };
    let (value, size) = match &sample.member {
        Some(member) => (view! { <code>{member.clone()}</code> }.into_any(), None),
        None => {
            let bar = view! { <span class="cell-bar" style=format!("width:{:.0}px", share * 48.0)></span> };
            (view! { <b>{figures.text(Some(sample.value))}</b> }.into_any(), Some(bar))
        }
    };
    view! {
        <tr id=points::row_id(index)>
            <td class="nowrap">{time}</td>
            <td class="num">{value}</td>
            <td class="hide-s size">{size}</td>
            <td class="nowrap">{trace(sample)}</td>
            <td class="rest">{tags(sample)}</td>
            <td class="nowrap">{text(sample.user_id.as_deref())}</td>
            <td class="nowrap">{text(sample.session_id.as_deref())}</td>
            <td class="nowrap muted">{text(sample.release.as_deref())}</td>
        </tr>
    }
    .into_any()
}

/// The trace's id in full, ready to be pasted elsewhere.
fn trace(sample: &Sample) -> AnyView {
    let Some(trace) = sample.trace_id else { return text(None) };
    let id = trace.to_string();
    view! { <span class="trace"><span title=id.clone()>{id[..8].to_owned()}</span><CopyButton text=id.clone() what="the trace id".to_owned() label=None/></span> }
        .into_any()
}

fn tags(sample: &Sample) -> AnyView {
    if sample.tags.is_empty() {
        return text(None);
    }
    let all = sample.tags.iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join("\n");
    let tags: Vec<_> = sample.tags.iter().map(|(key, value)| view! { <span><i>{format!("{key}:")}</i>{value.clone()}</span> }).collect();
    view! { <span class="tags clip" title=all>{tags}</span> }.into_any()
}

fn text(value: Option<&str>) -> AnyView {
    match value {
        Some(value) => view! { <span class="clip cell" title=value.to_owned()>{value.to_owned()}</span> }.into_any(),
        None => view! { <span class="faint">"–"</span> }.into_any(),
    }
}
