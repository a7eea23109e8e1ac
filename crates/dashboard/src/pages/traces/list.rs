//! Traces, or spans, one by one, below how long all of them took.

use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Number, Test};
use protocol::number;
use protocol::range::Range;
use protocol::span::SpanStatus;
use protocol::traces::{TraceRow, TraceSort, TracesAnswer, TracesOf};

use super::durations::{self, said};
use super::links::{person_href, trace_href};
use super::{TracesPageQuery, View};
use crate::Frame;
use crate::components::download::download;
use crate::components::empty;
use crate::components::picker::{Choice, segments};
use crate::components::when::exact;

pub(super) fn content(frame: &Frame, query: &TracesPageQuery, answer: &TracesAnswer) -> AnyView {
    let (one, many) = match answer.of {
        TracesOf::Roots => ("trace", "traces"),
        TracesOf::Spans => ("span", "spans"),
    };
    let choice = |label: &str, of: TracesOf| Choice {
        label: label.to_owned(),
        href: TracesPageQuery { of, ..query.clone() }.href(frame),
        chosen: of == query.of,
    };
    let of = segments("Rows", "seg", vec![choice("Traces", TracesOf::Roots), choice("Spans", TracesOf::Spans)]);
    if answer.rows.is_empty() {
        return view! { <section class="panel"><header><h2>"Found"</h2><div class="right">{of}</div></header>{nothing(frame, query, answer)}</section> }.into_any();
    }
    let count = number::counted(answer.matching, one, many);
    let back = answer.looked_back_to.map(|at| {
        let at = exact(frame, at);
        view! { <p class="warning">{format!("There are more than one answer looks at: what began before {at} was left out. A filter by name, op, service, status or duration reaches further back, as does a shorter time.")}</p> }
    });
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let rows = answer.rows.iter().map(|row| line(frame, query, answer, row)).collect_view();
    view! {
        <div class="stack">
            {back}
            <section class="panel">
                <header>
                    <h2>{count.clone()}</h2>
                    {failed(frame, query, answer)}
                    <span class="faint">{format!("p50 {}, p95 {}", said(answer.p50_ms), said(answer.p95_ms))}</span>
                    <div class="right">{of}</div>
                </header>
                <div class="body">{durations::chart(frame, query, answer)}</div>
                <div class="scroll-x" tabindex="0" role="region" aria-label="Found">
                    <table class="tbl">
                        <thead>
                            <tr>
                                {head(frame, query, Some(TraceSort::Latest), "Began", "")}
                                {head(frame, query, None, if answer.of == TracesOf::Roots { "Root" } else { "Span" }, "")}
                                {head(frame, query, None, "Service", "hide-s")}
                                {head(frame, query, Some(TraceSort::Slowest), "Duration", "num")}
                                <th scope="col" class="hide-s"><span class="sr">"Size"</span></th>
                                {head(frame, query, None, "Spans", "num hide-s")}
                                <th scope="col" class="num" title="Spans of the trace that failed">"Errors"</th>
                                {head(frame, query, None, "Person", "hide-s")}
                                {head(frame, query, None, "Release", "hide-s")}
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <div class="foot">
                    <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                    <span>{format!("{} of {}", answer.rows.len(), number::grouped(answer.matching as i64))}</span>
                    <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                    {download(frame, "traces", query.words())}
                </div>
            </section>
        </div>
    }
    .into_any()
}

/// How many failed. A trace has errors where any of its spans failed; of spans, each counts for itself.
fn failed(frame: &Frame, query: &TracesPageQuery, answer: &TracesAnswer) -> AnyView {
    let said = |count: u64, what: &str| {
        let share = number::percent(count as f64 / answer.matching as f64);
        view! { {small_icon(Icon::FAILED)}{format!("{} {what}, {share}", number::grouped(count as i64))} }
    };
    match (answer.of, answer.with_errors) {
        (TracesOf::Roots, Some(count)) if count > 0 => {
            let errors = Number::new(0.0).map(|zero| Filter::term(Field::named("errors"), Test::Above(zero)));
            let narrowed = errors.into_iter().fold(query.selected.filtered.filter.clone(), Filter::and).to_string();
            let href = query.selecting(&query.selected.matching(&narrowed)).href(frame);
            let roots = format!("of {} the root itself failed", number::grouped(answer.failed as i64));
            view! {
                <a class="tag bad" href=href title="Traces of which any span failed">{said(count, "with errors")}</a>
                <span class="faint">{roots}</span>
            }
            .into_any()
        }
        (TracesOf::Roots, None) if answer.failed > 0 => {
            view! { <span class="tag bad">{said(answer.failed, "whose root failed")}</span> }.into_any()
        }
        (TracesOf::Spans, _) if answer.failed > 0 => view! { <span class="tag bad">{said(answer.failed, "failed")}</span> }.into_any(),
        _ => ().into_any(),
    }
}

fn nothing(frame: &Frame, query: &TracesPageQuery, answer: &TracesAnswer) -> AnyView {
    let matching = if query.selected.filtered.filter.is_all() { "" } else { " that matches the filter" };
    let explanation = format!(
        "No span{matching} began in {}. Spans are sent by startSpan, the tower layer, or any client that posts to /v1/spans:batch.",
        query.selected.period.sentence()
    );
    let way_out = match (answer.of, query.selected.wider_within(Range::Days30)) {
        (TracesOf::Roots, _) if matching.is_empty() => {
            Some(("Look among all spans".to_owned(), TracesPageQuery { of: TracesOf::Spans, ..query.clone() }.href(frame)))
        }
        (_, wider) => wider.map(|(label, wider)| (label, query.selecting(&wider).href(frame))),
    };
    empty::nothing_here("Nothing was found".to_owned(), explanation, way_out)
}

fn head(frame: &Frame, query: &TracesPageQuery, sort: Option<TraceSort>, label: &'static str, class: &'static str) -> AnyView {
    let Some(sort) = sort else { return view! { <th scope="col" class=class>{label}</th> }.into_any() };
    let sorted = sort == query.sort;
    let href = TracesPageQuery { sort, view: View::List, ..query.clone() }.href(frame);
    let label = if sorted { format!("{label} ↓") } else { label.to_owned() };
    view! { <th scope="col" class=class aria-sort=sorted.then_some("descending")><a href=href>{label}</a></th> }.into_any()
}

fn line(frame: &Frame, query: &TracesPageQuery, answer: &TracesAnswer, row: &TraceRow) -> AnyView {
    let began = clock::wall(row.ts, frame.offset(row.ts));
    let longest = answer.rows.iter().map(|row| row.duration_ms).fold(0.0, f64::max);
    let share = if longest > 0.0 { row.duration_ms / longest } else { 0.0 };
    let span = (query.of == TracesOf::Spans).then_some(row.span_id);
    let href = trace_href(frame, row.trace_id, span);
    let failed = match row.status {
        SpanStatus::Ok => ().into_any(),
        SpanStatus::Error => {
            view! { <span class="failed" title="failed">{small_icon(Icon::FAILED)}<span class="sr">"failed"</span></span> }.into_any()
        }
        SpanStatus::Cancelled => view! { <span class="tag">"cancelled"</span> }.into_any(),
    };
    let services: Vec<&String> = row.services.iter().filter(|service| Some(*service) != row.service.as_ref()).collect();
    let others = (!services.is_empty()).then(|| {
        let names = services.iter().map(|service| service.as_str()).collect::<Vec<_>>().join(", ");
        view! { <span class="faint" title=names>{format!(" + {}", services.len())}</span> }
    });
    let errors = match row.failed {
        0 => view! { <span class="faint">"–"</span> }.into_any(),
        count => view! { <span class="tag bad">{small_icon(Icon::FAILED)}{number::grouped(count as i64)}</span> }.into_any(),
    };
    let person = row.user_id.as_ref().map_or_else(
        || view! { <span class="faint">"–"</span> }.into_any(),
        |user| view! { <a class="clip cell" href=person_href(frame, user) title=user.clone()>{user.clone()}</a> }.into_any(),
    );
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    view! {
        <tr>
            <td class="nowrap"><a href=href.clone() title=exact(frame, row.ts)>{format!("{} {}", clock::day(began), clock::millisecond(began))}</a></td>
            <td class="what"><a class="clip" href=href title=row.op.clone()>{row.name.clone()}</a> {failed}</td>
            <td class="nowrap hide-s">{text(&row.service)}{others}</td>
            <td class="num nowrap"><b>{number::duration(row.duration_ms / 1e3)}</b></td>
            <td class="hide-s size"><span class="cell-bar" style=format!("width:{:.0}px", share * 48.0)></span></td>
            <td class="num hide-s">{number::grouped(row.spans as i64)}</td>
            <td class="num">{errors}</td>
            <td class="hide-s">{person}</td>
            <td class="nowrap muted hide-s">{text(&row.release)}</td>
        </tr>
    }
    .into_any()
}
