//! One sample and its moment: the trace in small, errors, log records, attributes.

use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::explorer::{NearestBy, Sample, SampleAnswer, SampleSpan, SampleTrace};
use protocol::metric::Aggregate;
use protocol::number;
use protocol::span::SpanStatus;

use super::figure::Figures;
use super::samples::can_narrow;
use super::{ExplorerQuery, View};
use crate::Frame;
use crate::components::record::record;
use crate::pages::traces::links::{person_href, trace_href};

/// The panel beside the list.
pub(super) fn panel(frame: &Frame, query: &ExplorerQuery, answer: &SampleAnswer) -> AnyView {
    let sample = &answer.sample;
    let figures = Figures::of(&answer.metric, Aggregate::Last);
    let wall = |at| clock::wall(at, frame.offset(at));
    let closed = ExplorerQuery { at: String::new(), ..query.clone() }.href(frame, View::Samples);
    let value = sample.member.clone().unwrap_or_else(|| figures.in_full(Some(sample.value)));
    let person = sample.user_id.as_ref().map(|user| {
        view! { <a class="btn" href=person_href(frame, user)>{icon(Icon::USERS)}<span class="clip">{user.clone()}</span></a> }
    });
    let attributes = sample.tags.iter().map(|(key, value)| (key.clone(), value.clone(), true));
    let own = [
        ("release", sample.release.clone()),
        ("environment", Some(sample.environment.clone())),
        ("user", sample.user_id.clone()),
        ("session", sample.session_id.clone()),
        ("trace", sample.trace_id.map(|id| id.to_string())),
        ("span", sample.span_id.map(|id| id.to_string())),
    ];
    let own = own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?, key != "span" && can_narrow(sample, key))));
    let detail = |(key, value, narrows): (String, String, bool)| {
        let shown = if narrows {
            let (href, title) = (query.narrowed(frame, &key, &value), format!("Only {key}:{value}"));
            view! { <a href=href title=title>{value}</a> }.into_any()
        } else {
            view! { <span title=value.clone()>{value.clone()}</span> }.into_any()
        };
        view! { <dt>{key}</dt><dd class="clip">{shown}</dd> }
    };
    view! {
        <aside class="panel side-panel" aria-label="Sample">
            <header>
                <h2><span class="faint">"Sample "</span>{clock::millisecond(wall(sample.ts))}</h2>
                <div class="right"><a class="icon-link" href=closed aria-label="Close" title="Close">{icon(Icon::CLOSE)}</a></div>
            </header>
            <div class="body">
                <p class="figure">{value}</p>
                <p class="faint">{format!("{}, {}", answer.metric.name, clock::date(wall(sample.ts)))}</p>
                {person}
            </div>
            {trace(frame, sample, answer.trace.as_ref())}
            {(!answer.errors.is_empty()).then(|| view! {
                <h3>"Errors of the same moment" <span class="faint">{answer.errors.len()}</span></h3>
                <ul class="records">{answer.errors.iter().map(|item| record(frame, item)).collect_view()}</ul>
            })}
            {(!answer.logs.is_empty()).then(|| view! {
                <h3>"Logs of the same moment" <span class="faint">{answer.logs.len()}</span></h3>
                <ul class="records">{answer.logs.iter().map(|item| record(frame, item)).collect_view()}</ul>
            })}
            <h3>"Attributes"</h3>
            <dl class="details">
                {attributes.chain(own).map(detail).collect_view()}
            </dl>
        </aside>
    }
    .into_any()
}

fn trace(frame: &Frame, sample: &Sample, trace: Option<&SampleTrace>) -> AnyView {
    let Some(trace) = trace else {
        let words = match (&sample.user_id, &sample.session_id) {
            (Some(_), _) => "The point names none, and neither its session nor its user had one within 5 minutes.",
            (None, Some(_)) => "The point names none, and its session had none within 5 minutes.",
            (None, None) => "The point names none, and nobody whose trace could be near.",
        };
        return view! { <h3>"Trace"</h3><p class="body faint">{words}</p> }.into_any();
    };
    let id = trace.id.to_string();
    let href = trace_href(frame, trace.id, sample.span_id.filter(|_| trace.nearest_by.is_none()));
    let nearest = trace.nearest_by.map(|by| {
        let whose = match by {
            NearestBy::Session => "its session",
            NearestBy::User => "its user",
        };
        view! { <p class="body nearest">{format!("The point names no trace: this is the nearest one of {whose}.")}</p> }
    });
    let begin = trace.spans.iter().map(|span| span.ts).min();
    let offset = |span: &SampleSpan| begin.map_or(0.0, |begin| (span.ts - begin).num_microseconds().unwrap_or(0) as f64 / 1e3);
    let whole = trace.spans.iter().map(|span| offset(span) + span.duration_ms).fold(0.0, f64::max).max(1e-6);
    let count = format!("{}{} spans", trace.spans.len(), if trace.more { "+" } else { "" });
    let row = |span: &SampleSpan| {
        let style = format!("left:{:.2}%;width:{:.2}%", offset(span) / whole * 100.0, (span.duration_ms / whole * 100.0).max(0.5));
        let failed = span.status == SpanStatus::Error;
        let service = span.service.clone().unwrap_or_default();
        let title = format!("{service} {}: {}", span.name, number::duration(span.duration_ms / 1e3));
        view! {
            <li title=title.clone()>
                <span class="clip">{span.name.clone()}</span>
                <span class="lane"><i class:failed=failed style=style></i></span>
                <span class="num">{number::duration(span.duration_ms / 1e3)}{failed.then_some(" failed")}</span>
            </li>
        }
    };
    view! {
        <h3>"Trace" <span class="trace"><a href=href title=format!("Open the trace {id}")>{id[..8].to_owned()}</a><CopyButton text=id.clone() what="the trace id".to_owned() label=None/></span><span class="faint">{count}</span></h3>
        {nearest}
        {trace.spans.is_empty().then(|| view! { <p class="body faint">"Its spans are not stored."</p> })}
        <ol class="waterfall">{trace.spans.iter().map(row).collect_view()}</ol>
    }
    .into_any()
}
