//! The list: a row for each issue, 25 at once.

use dashboard_islands::charts::spark::spark;
use dashboard_islands::icon::{Icon, icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::issue::{IssueId, IssueRow, IssueSort, IssuesAnswer, IssuesQuery};
use protocol::level::Level;
use protocol::number;

use super::query::LEVELS;
use super::{IssuePageQuery, IssuesPageQuery, actions, words};
use crate::Frame;
use crate::components::empty;
use crate::components::pages::pages;
use crate::components::picker::{Choice, menu};
use crate::components::when::{ago, exact};
use crate::shell::Entry;

/// The panel.
pub(super) fn panel(frame: &Frame, query: &IssuesPageQuery, answer: &IssuesAnswer) -> AnyView {
    let total = answer.counts.of(query.filter);
    let count = number::counted(total, "issue", "issues");
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let turn = pages(answer.issues.len(), (query.page, IssuesQuery::PAGE), total, |page| {
        Some(IssuesPageQuery { page, ..query.clone() }.href(frame))
    });
    let rows = if answer.issues.is_empty() { nothing(frame, query) } else { table(frame, query, answer) };
    view! {
        <section class="panel">
            <header>
                <h2>{query.filter.label()}</h2>
                <span class="faint">{count.clone()}</span>
                <div class="right row wrap">{levels(frame, query)} {search(frame, query)}</div>
            </header>
            {rows}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=count up=true/>
                {turn}
            </div>
        </section>
    }
    .into_any()
}

fn levels(frame: &Frame, query: &IssuesPageQuery) -> AnyView {
    let choice = |level: Option<Level>| Choice {
        label: level.map_or_else(|| "Any level".to_owned(), |level| format!("{} or worse", level.word())),
        href: IssuesPageQuery { level, ..query.begun_anew() }.href(frame),
        chosen: level == query.level,
    };
    let choices: Vec<Choice> = std::iter::once(None).chain(LEVELS.map(Some)).map(choice).collect();
    let shown = choices.iter().find(|choice| choice.chosen).map_or_else(String::new, |choice| choice.label.clone());
    menu("Level", shown, choices)
}

fn search(frame: &Frame, query: &IssuesPageQuery) -> AnyView {
    let kept = query.selected.words().into_iter().chain(query.kept()).filter(|(name, word)| *name != "search" && !word.is_empty());
    view! {
        <form class="find" role="search" aria-label="Find issues" action=frame.path(Entry::Issues.page())>
            {icon(Icon::SEARCH)}
            <input type="search" name="search" value=query.search.clone() placeholder="Type, message, place" aria-label="Find by type, message or place" autocomplete="off"/>
            {kept.map(|(name, word)| view! { <input type="hidden" name=name value=word/> }).collect_view()}
        </form>
    }
    .into_any()
}

fn nothing(frame: &Frame, query: &IssuesPageQuery) -> AnyView {
    let narrowed = IssuesPageQuery { selected: query.selected.clone(), filter: query.filter, ..IssuesPageQuery::default() };
    let way_out = if query.is_narrowed() {
        Some(("Show all of this time".to_owned(), narrowed.href(frame)))
    } else {
        query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)))
    };
    let what = format!("Nothing like this in {}.", query.selected.period.sentence());
    empty::nothing_here("No issue here".to_owned(), what, way_out).into_any()
}

/// The columns; those with an order lead to it.
const HEADS: [(Option<IssueSort>, &str, &str); 6] = [
    (None, "Issue", ""),
    (None, "Trend", "hide-s"),
    (Some(IssueSort::Events), "Events", "num"),
    (Some(IssueSort::Users), "Users", "num"),
    (Some(IssueSort::LastSeen), "Last seen", "num hide-s"),
    (Some(IssueSort::FirstSeen), "First seen", "num hide-s"),
];

fn table(frame: &Frame, query: &IssuesPageQuery, answer: &IssuesAnswer) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let head = |(sort, label, class): (Option<IssueSort>, &'static str, &'static str)| {
        let Some(sort) = sort else { return view! { <th scope="col" class=class>{label}</th> }.into_any() };
        let sorted = sort == query.sort;
        let href = IssuesPageQuery { sort, ..query.begun_anew() }.href(frame);
        let label = if sorted { format!("{label} ↓") } else { label.to_owned() };
        view! { <th scope="col" class=class aria-sort=sorted.then_some("descending")><a href=href>{label}</a></th> }.into_any()
    };
    let rows = view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="Issues">
            <table class="tbl issues">
                <thead>
                    <tr>
                        {frame.may_edit.then(|| view! { <th scope="col"><span class="sr">"Ticked"</span></th> })}
                        {HEADS.map(head).collect_view()}
                    </tr>
                </thead>
                <tbody>{answer.issues.iter().map(|row| line(frame, query, row, open)).collect_view()}</tbody>
            </table>
        </div>
    };
    if !frame.may_edit {
        return rows.into_any();
    }
    view! {
        <form method="post" action=actions::path(frame)>
            <input type="hidden" name="back" value=query.href(frame)/>
            <div class="row wrap bulk">{actions::of_many()}</div>
            {rows}
        </form>
    }
    .into_any()
}

fn line(frame: &Frame, query: &IssuesPageQuery, row: &IssueRow, open: bool) -> AnyView {
    let issue = &row.issue;
    let href = IssuePageQuery { selected: query.selected.clone(), ..IssuePageQuery::of(issue.id) }.href(frame);
    let trend: Vec<Option<f64>> = row.trend.iter().copied().map(Some).collect();
    let tick = frame.may_edit.then(|| {
        let about = (issue.id != IssueId::OTHERS)
            .then(|| view! { <input type="checkbox" name="id" value=issue.id.to_string() aria-label=format!("Tick {}", issue.title())/> });
        view! { <td class="tick">{about}</td> }
    });
    let said = issue.kind.is_some().then(|| view! { <div class="clip muted">{issue.message.clone()}</div> });
    let place = issue.culprit.clone().map(|place| view! { <div class="clip mono faint">{place}</div> });
    view! {
        <tr>
            {tick}
            <td class="what">
                <div class="row"><a class="clip" href=href>{issue.title().to_owned()}</a>{words::marks(issue, row.is_new, row.merged)}</div>
                {said} {place}
            </td>
            <td class="line hide-s">{spark(&trend, 26.0, "var(--bad)", open, true)}</td>
            <td class="num">{number::count(row.events)}</td>
            <td class="num">{number::count(row.users as f64)}</td>
            <td class="num nowrap hide-s" title=exact(frame, issue.last_seen)>{ago(frame, issue.last_seen)}</td>
            <td class="num nowrap hide-s" title=exact(frame, issue.first_seen)>{ago(frame, issue.first_seen)}</td>
        </tr>
    }
    .into_any()
}
