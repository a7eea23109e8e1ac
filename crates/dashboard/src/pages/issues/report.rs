//! One report: what it says, its stack, what caused it, what happened before.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::error_report::Cause;
use protocol::issue::{IssueAnswer, IssueReport, ReportPick, ReportPlace};

use super::breadcrumbs::breadcrumbs;
use super::stack::stack;
use super::{IssuePageQuery, facts};
use crate::Frame;
use crate::components::empty;

/// The panel.
pub(super) fn panel(frame: &Frame, query: &IssuePageQuery, answer: &IssueAnswer) -> AnyView {
    let Some(report) = &answer.report else {
        let why = "Reports are older than they are kept. What is counted above stays.".to_owned();
        return view! { <section class="panel">{empty::nothing_here("No report is kept".to_owned(), why, None)}</section> }.into_any();
    };
    let at = clock::wall(report.place.ts, frame.offset(report.place.ts));
    view! {
        <section class="panel report">
            <header>
                <h2>{format!("{} {}", clock::date(at), clock::millisecond(at))}</h2>
                <div class="right">{turn(frame, query, answer)}</div>
            </header>
            <div class="body row wrap">{facts::ways(frame, report)}</div>
            <div class="body"><p class="report-said">{said(report)}</p></div>
            {(!report.stacktrace.is_empty()).then(|| view! { <h3>"Stack" <span class="faint">"innermost call first"</span></h3> {stack(&report.stacktrace)} })}
            {report.cause.iter().map(cause).collect_view()}
            {(!report.breadcrumbs.is_empty()).then(|| view! { <h3>"Before it"</h3> {breadcrumbs(&report.breadcrumbs, report.place.ts)} })}
        </section>
    }
    .into_any()
}

fn said(report: &IssueReport) -> AnyView {
    let kind = report.kind.clone().map(|kind| view! { <b>{kind}</b> ": " });
    view! { {kind} <span>{report.message.clone()}</span> }.into_any()
}

fn cause(cause: &Cause) -> AnyView {
    let kind = cause.kind.clone().unwrap_or_else(|| "Error".to_owned());
    view! {
        <h3>"Caused by"</h3>
        <div class="body"><p class="report-said"><b>{kind}</b> ": " <span>{cause.message.clone()}</span></p></div>
        {(!cause.stacktrace.is_empty()).then(|| stack(&cause.stacktrace))}
    }
    .into_any()
}

/// To the reports around this one.
fn turn(frame: &Frame, query: &IssuePageQuery, answer: &IssueAnswer) -> AnyView {
    let link = |label: &'static str, pick: ReportPick| view! { <a class="link" href=query.showing(pick).href(frame)>{label}</a> };
    let around = |label: &'static str, place: Option<ReportPlace>| place.map(|place| link(label, ReportPick::At(place)));
    view! {
        <nav class="row wrap turn" aria-label="Reports">
            {answer.older.map(|_| link("Oldest", ReportPick::Oldest))}
            {around("Older", answer.older)}
            {around("Newer", answer.newer)}
            {answer.newer.map(|_| link("Newest", ReportPick::Latest))}
        </nav>
    }
    .into_any()
}
