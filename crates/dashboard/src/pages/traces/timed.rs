//! Endpoints, moments, page loads, jobs: a row for each name.

use dashboard_islands::charts::spark::spark;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Test};
use protocol::number;
use protocol::range::Range;
use protocol::span::SpanStatus;
use protocol::traces::{TimedAnswer, TimedBy, TimedOf, TimedRow, TracesOf};

use super::TracesPageQuery;
use super::durations::said;
use crate::Frame;
use crate::components::download::download;
use crate::components::empty;
use crate::components::picker::{Choice, segments};

pub(super) fn panel(frame: &Frame, query: &TracesPageQuery, answer: &TimedAnswer) -> AnyView {
    let choice = |label: &str, by: TimedBy| Choice {
        label: label.to_owned(),
        href: TracesPageQuery { by, ..query.clone() }.href(frame),
        chosen: by == query.by,
    };
    let by = segments("Rows", "seg", vec![choice("By name", TimedBy::Name), choice("By release", TimedBy::Release)]);
    let title = answer.of.label();
    if answer.rows.is_empty() {
        return view! { <section class="panel"><header><h2>{title}</h2><div class="right">{by}</div></header>{nothing(frame, query, answer)}</section> }.into_any();
    }
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(answer.rows.len() as u64, "row", "rows");
    let gives_up = gives_up(answer.of);
    let rows = answer.rows.iter().map(|row| line(frame, query, answer, row)).collect_view();
    let more = answer.more.then(|| view! { <span>"Only the most frequent ones are shown: a filter shows others."</span> });
    view! {
        <section class="panel">
            <header><h2>{title}</h2><span class="faint">{count.clone()}</span><div class="right">{by}</div></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label=title>
                <table class="tbl">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col" class="hide-s">"Service"</th>
                            {(query.by == TimedBy::Release).then(|| view! { <th scope="col">"Release"</th> })}
                            <th scope="col" class="hide-s">"Over time"</th>
                            <th scope="col" class="num" aria-sort="descending">"Count ↓"</th>
                            <th scope="col" class="num hide-s">"Rate"</th>
                            {gives_up.map(|word| view! { <th scope="col" class="num">{word}</th> })}
                            <th scope="col" class="num">"Failed"</th>
                            <th scope="col" class="num">"p50"</th>
                            <th scope="col" class="num">"p95"</th>
                            <th scope="col" class="hide-s"><span class="sr">"Size"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                {more}
                {download(frame, "spans/timed", query.words().into_iter().chain([("of", answer.of.word().to_owned())]).collect())}
            </div>
        </section>
    }
    .into_any()
}

/// What a cancelled span of this kind is called; `None` where it does not happen.
const fn gives_up(of: TimedOf) -> Option<&'static str> {
    match of {
        TimedOf::Moments => Some("Abandoned"),
        TimedOf::Jobs => Some("Cancelled"),
        TimedOf::Endpoints | TimedOf::Pages => None,
    }
}

fn line(frame: &Frame, query: &TracesPageQuery, answer: &TimedAnswer, row: &TimedRow) -> AnyView {
    let slowest = answer.rows.iter().filter_map(|row| row.p95_ms).fold(0.0, f64::max);
    let size = row.p95_ms.filter(|_| slowest > 0.0).map_or(0.0, |p95| p95 / slowest * 48.0);
    let per_minute = row.spans as f64 / answer.minutes.max(1.0);
    let rate = if per_minute < 1.0 {
        format!("{} / h", number::with_unit(per_minute * 60.0, ""))
    } else {
        format!("{} / min", number::with_unit(per_minute, ""))
    };
    let share = |part: u64, status: SpanStatus, bad: bool| {
        if part == 0 {
            return view! { <span class="faint">"–"</span> }.into_any();
        }
        let href = spans_href(frame, query, answer.of, row, Some(status));
        let title = format!("{} of {}", number::grouped(part as i64), number::grouped(row.spans as i64));
        view! { <a class:bad=bad href=href title=title>{number::percent(part as f64 / row.spans.max(1) as f64)}</a> }.into_any()
    };
    let gives_up = gives_up(answer.of).map(|_| view! { <td class="num">{share(row.cancelled, SpanStatus::Cancelled, false)}</td> });
    let trend: Vec<Option<f64>> = row.trend.iter().map(|spans| Some(*spans as f64)).collect();
    let release =
        (query.by == TimedBy::Release).then(|| view! { <td class="nowrap">{row.release.clone().unwrap_or_else(|| "–".to_owned())}</td> });
    view! {
        <tr>
            <td class="what"><a class="mono clip" href=spans_href(frame, query, answer.of, row, None) title="Its traces">{row.name.clone()}</a></td>
            <td class="nowrap hide-s">{row.service.clone().unwrap_or_else(|| "–".to_owned())}</td>
            {release}
            <td class="hide-s spark-cell">{spark(&trend, 22.0, "var(--s1)", false, false)}</td>
            <td class="num">{number::grouped(row.spans as i64)}</td>
            <td class="num nowrap hide-s">{rate}</td>
            {gives_up}
            <td class="num">{share(row.failed, SpanStatus::Error, true)}</td>
            <td class="num nowrap">{said(row.p50_ms)}</td>
            <td class="num nowrap"><b>{said(row.p95_ms)}</b></td>
            <td class="hide-s size"><span class="cell-bar" style=format!("width:{size:.0}px")></span></td>
        </tr>
    }
    .into_any()
}

/// The spans behind a row.
fn spans_href(frame: &Frame, query: &TracesPageQuery, of: TimedOf, row: &TimedRow, status: Option<SpanStatus>) -> String {
    let own = |key: &str| Field::Prop(key.to_owned());
    let mut terms = vec![(Field::Name, row.name.as_str())];
    // Page loads have two ops: their names say enough.
    terms.extend(of.ops().first().filter(|_| of.ops().len() == 1).map(|op| (own("op"), *op)));
    terms.extend(row.service.as_deref().map(|service| (own("service"), service)));
    terms.extend(row.release.as_deref().map(|release| (Field::Release, release)));
    terms.extend(status.map(|status| (own("status"), status.word())));
    let filter = terms
        .into_iter()
        .fold(query.selected.filtered.filter.clone(), |filter, (field, value)| filter.and(Filter::term(field, Test::is(value))));
    query.listing(TracesOf::Spans, &filter.to_string()).href(frame)
}

fn nothing(frame: &Frame, query: &TracesPageQuery, answer: &TimedAnswer) -> AnyView {
    let how = match answer.of {
        TimedOf::Endpoints => "A server sends them with the op http.server: the tower layer does so for every request.",
        TimedOf::Moments => {
            "They are named flows of several steps: startMoment(\"checkout\") begins one, end() ends it, abandon() gives it up."
        }
        TimedOf::Pages => "A browser sends them with the ops pageload and navigation: the SDK's tracing entry does so.",
        TimedOf::Jobs => "Work in the background is sent with the op job.",
    };
    let matching = if query.selected.filtered.filter.is_all() { "" } else { " that match the filter" };
    let explanation = format!("No {}{matching} in {}. {how}", answer.of.label().to_lowercase(), query.selected.period.sentence());
    let way_out = query.selected.wider_within(Range::Days30).map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
    empty::nothing_here(format!("No {}", answer.of.label().to_lowercase()), explanation, way_out)
}
