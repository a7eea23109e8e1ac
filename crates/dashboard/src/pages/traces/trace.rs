//! One trace: its head, the waterfall, the span that is looked at.

mod facts;
mod span;

use std::collections::HashMap;

use chrono::TimeDelta;
use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use dashboard_islands::icon::{Icon, icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use dashboard_islands::trace::{Fall, TraceLinks, TraceWaterfall, first_failed};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Test};
use protocol::number;
use protocol::span::SpanStatus;
use protocol::timeline::TimelineKind;
use protocol::trace::{SpanId, TraceId};
use protocol::traces::{SpanAnswer, TraceAnswer};

use super::links::{actor_href, person_href, trace_href};
use crate::render::{Page, Title};
use crate::selected::instant;
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// Spans that the document has from the beginning; an island gets the others.
const SPANS_SHOWN: usize = 300;

/// What the page's URL says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TracePageQuery {
    /// Which trace.
    pub trace: TraceId,
    /// The span that is looked at; the one to look at first when `None`.
    pub span: Option<SpanId>,
    /// The place of the first span that is listed; from that of the span when `None`.
    pub from: Option<usize>,
}

impl TracePageQuery {
    /// Reads path and query; `None` for what is no trace's id.
    pub fn read(trace: &str, words: &HashMap<String, String>) -> Option<Self> {
        let span = words.get("span").and_then(|span| SpanId::parse(span));
        let from = words.get("from").and_then(|from| from.parse().ok());
        Some(Self { trace: TraceId::parse(trace)?, span, from })
    }

    /// The span whose details stand beside the waterfall.
    pub fn looked_at(&self, answer: &TraceAnswer) -> Option<SpanId> {
        let known = |span: &SpanId| answer.spans.iter().any(|known| known.span_id == *span);
        self.span.filter(known).or_else(|| Some(answer.spans.get(first_failed(&answer.spans))?.span_id))
    }
}

/// The page; `span` is that of [`TracePageQuery::looked_at`].
pub fn page(frame: &Frame, query: &TracePageQuery, answer: &TraceAnswer, span: Option<&SpanAnswer>) -> Page {
    let root = answer.spans.first().map_or("Trace", |span| span.name.as_str()).to_owned();
    shell::framed(frame, Entry::Traces, Title::new(format!("{root} · Trace")), || {
        let head = head(frame, answer, &root);
        let content = if answer.spans.is_empty() { facts::without_spans(frame, answer) } else { waterfall(frame, query, answer, span) };
        view! { {head} {content} }
    })
}

/// The details of a span alone, for the island.
pub fn panel(frame: &Frame, answer: &SpanAnswer) -> String {
    span::panel(frame, answer).to_html()
}

/// There is no such trace, or it is no longer kept.
pub fn unknown(frame: &Frame, id: &str) -> Page {
    let explanation = format!(
        "Nothing that is stored names the trace {}. Its spans may not have arrived yet, or their day is over: raw signals are kept for as long as the project says.",
        id.chars().take(64).collect::<String>()
    );
    shell::framed(frame, Entry::Traces, Title::new("No such trace"), || {
        let way_out = Some(("Show the latest traces".to_owned(), frame.path(Entry::Traces.page())));
        view! { <section class="panel">{crate::components::empty::nothing_here("No such trace".to_owned(), explanation, way_out)}</section> }
    })
    .with_status(axum::http::StatusCode::NOT_FOUND)
}

fn head(frame: &Frame, answer: &TraceAnswer, root: &str) -> AnyView {
    let id = answer.trace_id.to_string();
    let status = match answer.spans.first().map(|span| span.status) {
        Some(SpanStatus::Error) => view! { <span class="status bad">{icon(Icon::FAILED)}"Failed"</span> }.into_any(),
        Some(SpanStatus::Cancelled) => view! { <span class="status idle">{icon(Icon::IDLE)}"Cancelled"</span> }.into_any(),
        _ => ().into_any(),
    };
    // Whoever signed in is the same person: other ids are named only where there is no better one.
    let mut people: Vec<(String, &str)> = answer.users.iter().map(|user| (person_href(frame, user), user.as_str())).collect();
    if people.is_empty() {
        people = answer.visitors.iter().map(|visitor| (actor_href(frame, &visitor.actor), visitor.actor.id.as_str())).collect();
        people.dedup();
    }
    let people = people.into_iter().take(3).map(|(href, id)| {
        view! { <a class="btn" href=href>{icon(Icon::USERS)}<span class="clip">{id.to_owned()}</span></a> }
    });
    let marks = |kind: TimelineKind| answer.marks.iter().filter(|mark| mark.item.body.kind() == kind).count() as u64;
    let failed = answer.spans.iter().filter(|span| span.status == SpanStatus::Error).count() as u64;
    let counts = [
        (marks(TimelineKind::Error), "error", "errors"),
        (marks(TimelineKind::Log), "log record", "log records"),
        (marks(TimelineKind::Event) + marks(TimelineKind::View), "event", "events"),
        (marks(TimelineKind::Metric), "metric point", "metric points"),
    ];
    let counts: Vec<String> = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| number::counted(n, one, many)).collect();
    let (receipt, began) = (answer.receipt.clone(), clock::wall(answer.begin, frame.offset(answer.begin)));
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let spans = format!("{}{}", number::grouped(answer.spans.len() as i64), if answer.more_spans { "+" } else { "" });
    let services = number::counted(answer.services.len() as u64, "service", "services");
    view! {
        <nav class="crumbs" aria-label="Way back">
            <a href=frame.path(Entry::Traces.page())>"Traces"</a>
            {small_icon(Icon::NEXT)}
            <code>{id.clone()}</code>
            <CopyButton text=id what="the trace id".to_owned() label=None/>
        </nav>
        <div class="page-head">
            <h1>{root.to_owned()}</h1>
            {status}
            <div class="right">
                {people.collect_view()}
                <a class="btn" href=logs_href(frame, answer)>{icon(Icon::LOG)}"Logs"</a>
            </div>
        </div>
        <div class="trace-facts">
            <span><b>{number::duration(answer.duration_us as f64 / 1e6)}</b>" total"</span>
            <span><b>{spans}</b>" spans, "{services}</span>
            {(failed > 0).then(|| view! { <span class="bad">{number::counted(failed, "span", "spans")}" failed"</span> })}
            {(!counts.is_empty()).then(|| view! { <span>{counts.join(", ")}</span> })}
            <span>{format!("{} {}", clock::date(began), clock::millisecond(began))}</span>
            {(!answer.releases.is_empty()).then(|| view! { <span>{answer.releases.join(", ")}</span> })}
            {facts::oddities(answer)}
            <ReceiptMark receipt=receipt offsets=offsets figure="This trace".to_owned() up=false/>
        </div>
    }
    .into_any()
}

/// The log records of the trace, as the page of logs shows them.
fn logs_href(frame: &Frame, answer: &TraceAnswer) -> String {
    let around = TimeDelta::minutes(5);
    let until = answer.begin + TimeDelta::microseconds(answer.duration_us);
    let filter = Filter::term(Field::Trace, Test::is(answer.trace_id.to_string())).to_string();
    let words = [("from", instant(answer.begin - around)), ("until", instant(until + around)), ("filter", filter)];
    url::with_words(&frame.path(Entry::Logs.page()), &words)
}

fn waterfall(frame: &Frame, query: &TracePageQuery, answer: &TraceAnswer, span: Option<&SpanAnswer>) -> AnyView {
    let total = answer.spans.len();
    let chosen = span.map(|answer| answer.span.span_id);
    let place = answer.spans.iter().position(|span| Some(span.span_id) == chosen).unwrap_or_default();
    let first = query.from.unwrap_or(place / SPANS_SHOWN * SPANS_SHOWN).min(total.saturating_sub(1));
    let rest = facts::below(frame, answer).to_html();
    let panel = span.map(|answer| span::panel(frame, answer).to_html()).unwrap_or_default();
    let page = trace_href(frame, answer.trace_id, None);
    let turn = |from: usize| url::with_query(&page, [("from", from.to_string().as_str())]);
    let cut = total > SPANS_SHOWN;
    let links = TraceLinks {
        page: format!("{page}?span="),
        panel: format!("{page}/panel?span="),
        whole: cut.then(|| format!("{page}/whole")),
        turn: (
            (first > 0).then(|| turn(first.saturating_sub(SPANS_SHOWN))),
            (first + SPANS_SHOWN < total).then(|| turn(first + SPANS_SHOWN)),
        ),
    };
    let fall = Fall::of(answer);
    let fall = if cut { fall.cut(first, first + SPANS_SHOWN) } else { fall };
    view! { <TraceWaterfall fall=fall first=first total=total links=links chosen=chosen panel=panel rest=rest/> }.into_any()
}
