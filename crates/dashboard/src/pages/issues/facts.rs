//! What a report says of itself, and how that is spread over reports.

use dashboard_islands::charts::ranked::{Ranked, ranked};
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::issue::{Distribution, IssueAnswer, IssueReport};
use protocol::number;
use serde_json::Value;

use crate::Frame;
use crate::pages::person::PersonQuery;

/// Characters of one value.
const VALUE_CHARS: usize = 300;

/// Where one can go on from a report: who had it, its trace.
pub(super) fn ways(frame: &Frame, report: &IssueReport) -> AnyView {
    let person = report.actor.as_ref().map(|actor| {
        let href = PersonQuery::of(actor).href(frame);
        view! { <a class="btn" href=href>{icon(Icon::USERS)}<span class="clip">{actor.id.clone()}</span></a> }
    });
    let trace = report.trace_id.map(|trace| {
        let trace = trace.to_string();
        let href = frame.path(&format!("traces/{trace}"));
        view! { <a class="btn" href=href title=trace.clone()>{icon(Icon::SPAN)}{format!("Trace {}", &trace[..8])}</a> }
    });
    let handled = if report.handled { "handled" } else { "not handled" };
    view! {
        {person} {trace}
        <span class="tag">{report.level.word()}</span>
        <span class=if report.handled { "tag" } else { "tag bad" }>{handled}</span>
    }
    .into_any()
}

/// The panel of one report.
pub(super) fn of_report(frame: &Frame, report: &IssueReport) -> AnyView {
    let own = [
        ("release", report.release.clone()),
        ("environment", Some(report.environment.clone())),
        ("service", report.service.clone()),
        ("route", report.route.clone()),
        ("session", report.session_id.clone()),
        ("span", report.span_id.map(|span| span.to_string())),
        ("report", Some(report.place.event_id.to_string())),
    ];
    let own = own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let tags = report.tags.iter().map(|(key, value)| (key.clone(), value.clone()));
    let context = report.context.iter().map(|(key, value)| {
        let value = if let Value::String(text) = value { text.clone() } else { value.to_string() };
        (key.clone(), value)
    });
    let facts = own.chain(tags).chain(context).map(|(key, value)| {
        let value: String = value.chars().take(VALUE_CHARS).collect();
        view! { <dt>{key}</dt><dd>{value}</dd> }
    });
    let xray = format!("{}?id={}", frame.path("delivery"), report.place.event_id);
    view! {
        <section class="panel">
            <header><h2>"This report"</h2><div class="right"><a class="link" href=xray>"X-ray"</a></div></header>
            <div class="body"><dl class="kv">{facts.collect_view()}</dl></div>
        </section>
    }
    .into_any()
}

/// The panel over many reports.
pub(super) fn distributions(answer: &IssueAnswer) -> AnyView {
    if answer.distributions.is_empty() {
        return ().into_any();
    }
    let counted = format!("over the latest {}", number::counted(answer.reports_counted, "report", "reports"));
    view! {
        <section class="panel">
            <header><h2>"Tags"</h2><span class="faint">{counted}</span></header>
            {answer.distributions.iter().map(|tag| distribution(tag, answer.reports_counted)).collect_view()}
        </section>
    }
    .into_any()
}

fn distribution(tag: &Distribution, reports: u64) -> AnyView {
    let row = |name: Option<String>, count: u64| Ranked {
        name,
        count: count as f64,
        share: Some(count as f64 / reports.max(1) as f64),
        mono: true,
        href: None,
        without: None,
    };
    let mut rows: Vec<Ranked> = tag.values.iter().map(|value| row(Some(value.value.clone()), value.reports)).collect();
    rows.extend((tag.others > 0).then(|| row(Some("others".to_owned()), tag.others)));
    rows.extend((tag.without > 0).then(|| row(None, tag.without)));
    view! { <h3>{tag.tag.clone()}</h3> {ranked(rows)} }.into_any()
}
