//! The details of one span: what it was, its attributes, and what names it.

use dashboard_islands::clock;
use dashboard_islands::copy::copy_button;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Test};
use protocol::number;
use protocol::range::Period;
use protocol::span::SpanStatus;
use protocol::time::Timestamp;
use protocol::timeline::{TimelineItem, TimelineKind};
use protocol::traces::SpanAnswer;
use serde_json::Value;

use crate::components::record::record;
use crate::pages::traces::links::{actor_href, person_href};
use crate::selected::Selected;
use crate::shell::Entry;
use crate::{Frame, url};

/// The panel's inside.
pub(super) fn panel(frame: &Frame, answer: &SpanAnswer) -> AnyView {
    let span = &answer.span;
    let status = match span.status {
        SpanStatus::Ok => view! { "ok" }.into_any(),
        SpanStatus::Error => view! { <span class="status bad">{icon(Icon::FAILED)}"failed"</span> }.into_any(),
        SpanStatus::Cancelled => view! { <span class="tag">"cancelled"</span> }.into_any(),
    };
    let began = match span.start {
        Some(Timestamp::At(at)) => at,
        _ => answer.received_at,
    };
    let wall = clock::wall(began, frame.offset(began));
    let id = span.span_id.to_string();
    let own = [
        ("Service", span.service.clone()),
        ("Kind", span.op.clone()),
        ("Release", span.release.clone()),
        ("Environment", span.environment.clone()),
        ("Session", span.session_id.clone()),
    ];
    let own = own.into_iter().filter_map(|(label, value)| Some((label, value?)));
    let user = span.user_id.as_ref().map(|user| (person_href(frame, user), user));
    let person = user.or_else(|| answer.visitor.as_ref().map(|visitor| (actor_href(frame, visitor), &visitor.id)));
    let person = person.map(|(href, id)| view! { <dt>"Person"</dt><dd><a class="clip" href=href>{id.clone()}</a></dd> });
    let checkpoints = answer.checkpoints.iter().map(|(name, ms)| view! { <dt>{name.clone()}</dt><dd>{number::duration(ms / 1e3)}</dd> });
    view! {
        <header><h2>{span.name.clone()}</h2></header>
        <dl class="details">
            <dt>"Duration"</dt><dd><b>{number::duration(span.duration_ms.unwrap_or_default() / 1e3)}</b></dd>
            <dt>"Status"</dt><dd>{status}</dd>
            <dt>"Began"</dt><dd>{format!("{} {}", clock::day(wall), clock::millisecond(wall))}</dd>
            {own.map(|(label, value)| view! { <dt>{label}</dt><dd class="clip" title=value.clone()>{value.clone()}</dd> }).collect_view()}
            {person}
            <dt>"Span"</dt><dd class="trace"><span>{id.clone()}</span>{copy_button(id, "the span id".to_owned(), None)}</dd>
        </dl>
        {(!answer.checkpoints.is_empty()).then(|| view! { <h3>"Checkpoints"</h3><dl class="details">{checkpoints.collect_view()}</dl> })}
        <h3>"Attributes" <span class="faint">{answer.attributes.len()}</span></h3>
        {attributes(frame, answer)}
        {records(frame, answer, TimelineKind::Error, "Errors")}
        {records(frame, answer, TimelineKind::Log, "Logs")}
        {records(frame, answer, TimelineKind::Metric, "Related metrics")}
        {records(frame, answer, TimelineKind::Event, "Events")}
        <p class="body"><a class="btn" href=alike(frame, answer)>"Spans like this one"</a></p>
    }
    .into_any()
}

fn attributes(frame: &Frame, answer: &SpanAnswer) -> AnyView {
    if answer.attributes.is_empty() {
        return view! { <p class="body faint">"It has none."</p> }.into_any();
    }
    let attribute = |(key, value): (&String, &Value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let narrowed = Filter::term(Field::Prop(key.clone()), Test::is(text.as_str())).to_string();
        let href = spans_with(frame, &narrowed);
        view! { <dt>{key.clone()}</dt><dd><a class="mono plain" href=href title="Spans with this value">{text}</a></dd> }
    };
    view! { <dl class="details">{answer.attributes.iter().map(attribute).collect_view()}</dl> }.into_any()
}

fn records(frame: &Frame, answer: &SpanAnswer, kind: TimelineKind, title: &'static str) -> AnyView {
    let of_kind =
        |item: &&TimelineItem| item.body.kind() == kind || (kind == TimelineKind::Event && item.body.kind() == TimelineKind::View);
    let items: Vec<&TimelineItem> = answer.items.iter().filter(of_kind).collect();
    (!items.is_empty())
        .then(|| view! { <h3>{title} <span class="faint">{items.len()}</span></h3><ul class="records">{items.into_iter().map(|item| record(frame, item)).collect_view()}</ul> })
        .into_any()
}

/// The list of spans with the name and the service of this one.
fn alike(frame: &Frame, answer: &SpanAnswer) -> String {
    let service = answer.span.service.as_deref().map(|service| Filter::term(Field::Prop("service".to_owned()), Test::is(service)));
    let name = Filter::term(Field::Name, Test::is(answer.span.name.as_str()));
    spans_with(frame, &service.into_iter().fold(name, Filter::and).to_string())
}

fn spans_with(frame: &Frame, filter: &str) -> String {
    let selected = Selected { period: Period::Last(protocol::range::Range::Hours24), ..Selected::default() }.matching(filter);
    let words: Vec<_> = [("of", "spans".to_owned())].into_iter().chain(selected.words()).collect();
    url::with_words(&frame.path(Entry::Traces.page()), &words)
}
