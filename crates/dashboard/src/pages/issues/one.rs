//! One issue: what it is, what was decided, how often it happens, and one of its reports.

use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;
use protocol::issue::{Issue, IssueAnswer, IssueId};
use protocol::number;
use protocol::range::Range;

use super::{IssuePageQuery, actions, facts, report, trend, words};
use crate::Frame;
use crate::components::audience_head::times;
use crate::components::freshness;
use crate::components::when::{ago, exact};
use crate::selected::Selected;
use crate::shell::Entry;

pub(super) fn content(frame: &Frame, query: &IssuePageQuery, answer: &IssueAnswer) -> AnyView {
    let issue = &answer.row.issue;
    let href = |selected: &Selected| IssuePageQuery { selected: selected.clone(), ..query.clone() }.href(frame);
    let picker = times(frame, &query.path(frame), &query.selected, query.kept(), &answer.receipt, &Range::AUDIENCE, &href);
    let decide = (issue.id != IssueId::OTHERS).then(|| actions::of_one(frame, issue, query.href(frame)));
    view! {
        <nav class="crumbs" aria-label="Way here"><a href=frame.path(Entry::Issues.page())>"Issues"</a>{small_icon(Icon::NEXT)}<span class="clip">{issue.title().to_owned()}</span></nav>
        <div class="page-head issue-head">
            <h1>{issue.title().to_owned()}</h1>
            {words::marks(issue, answer.row.is_new, answer.row.merged)}
            {freshness::freshness(frame, &answer.receipt)}
            <div class="right">{picker}</div>
        </div>
        {(issue.id == IssueId::OTHERS).then(|| view! { <p class="warning">{OTHERS}</p> })}
        {issue.kind.is_some().then(|| view! { <p class="issue-said">{issue.message.clone()}</p> })}
        {issue.culprit.clone().map(|place| view! { <p class="mono muted issue-place">{place}</p> })}
        <div class="row wrap issue-decide">
            {decide}
            {words::standing(frame, issue).map(|said| view! { <span class="muted">{said}</span> })}
        </div>
        {figures(frame, answer)}
        {trend::panel(frame, answer)}
        <div class="split">
            <div class="stack">{report::panel(frame, query, answer)}</div>
            <div class="stack">
                {answer.report.as_ref().map(|report| facts::of_report(frame, report))}
                {facts::distributions(answer)}
                {merged(frame, query, answer)}
                {similar(frame, &answer.similar)}
            </div>
        </div>
    }
    .into_any()
}

const OTHERS: &str = "The project has more issues than are told apart. Errors of further ones are counted here together; each of them \
    stands on the timeline of whoever had it.";

fn figures(frame: &Frame, answer: &IssueAnswer) -> AnyView {
    let issue = &answer.row.issue;
    let release =
        |release: &Option<String>| release.as_ref().map_or_else(|| "no release named".to_owned(), |release| format!("in {release}"));
    let figure = |label: &'static str, value: String, below: String, title: Option<String>| {
        view! { <dl title=title><dt>{label}</dt><dd>{value}</dd><dd class="faint">{below}</dd></dl> }
    };
    let range = answer.receipt.counted.split_once("in ").map_or("", |(_, range)| range);
    let range = range.split(';').next().unwrap_or_default().to_owned();
    view! {
        <section class="panel gap-below facts-row issue-figures" aria-label="Figures">
            {figure("Events", number::count(answer.row.events), range.clone(), None)}
            {figure("Users", number::count(answer.row.users as f64), range, None)}
            {figure("First seen", ago(frame, issue.first_seen), release(&issue.first_release), Some(exact(frame, issue.first_seen)))}
            {figure("Last seen", ago(frame, issue.last_seen), release(&issue.last_release), Some(exact(frame, issue.last_seen)))}
        </section>
    }
    .into_any()
}

fn merged(frame: &Frame, query: &IssuePageQuery, answer: &IssueAnswer) -> Option<AnyView> {
    let row = |issue: &Issue| {
        view! { <li><span class="clip" title=issue.message.clone()>{named(issue)}</span>{actions::unmerge(frame, issue, query.href(frame))}</li> }
    };
    (!answer.merged.is_empty()).then(|| {
        view! {
            <section class="panel">
                <header><h2>"Merged into it"</h2></header>
                <ul class="issue-links">{answer.merged.iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

fn similar(frame: &Frame, issues: &[Issue]) -> Option<AnyView> {
    let row = |issue: &Issue| {
        let href = IssuePageQuery::of(issue.id).href(frame);
        view! { <li><a class="clip" href=href title=issue.message.clone()>{named(issue)}</a><span class="faint nowrap">{ago(frame, issue.last_seen)}</span></li> }
    };
    (!issues.is_empty()).then(|| {
        view! {
            <section class="panel">
                <header><h2>"Similar"</h2><span class="faint">"of the same type or place"</span></header>
                <ul class="issue-links">{issues.iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// A type may be that of many: what it says, or where it happens, tells them apart.
fn named(issue: &Issue) -> String {
    match &issue.culprit {
        Some(place) if issue.kind.is_some() => format!("{} · {place}", issue.title()),
        _ => issue.title().to_owned(),
    }
}
