//! What can be decided: buttons of a form, which work without any script.

use leptos::prelude::*;
use protocol::issue::{Issue, IssueStatus};

use crate::Frame;

/// Where decisions go to.
pub(super) fn path(frame: &Frame) -> String {
    frame.path("issues/change")
}

fn button(to: &'static str, label: &'static str, class: &'static str) -> AnyView {
    view! { <button class=class type="submit" name="to" value=to>{label}</button> }.into_any()
}

/// Of those that are ticked in the list.
pub(super) fn of_many() -> AnyView {
    view! {
        <span class="faint">"With those ticked:"</span>
        {button("resolve", "Resolve", "btn")}
        {button("ignore", "Ignore", "btn")}
        {button("reopen", "Reopen", "btn")}
        {button("merge", "Merge", "btn")}
    }
    .into_any()
}

/// Of one.
pub(super) fn of_one(frame: &Frame, issue: &Issue, back: String) -> AnyView {
    if !frame.may_edit {
        return ().into_any();
    }
    let buttons = match issue.standing.status {
        IssueStatus::Resolved | IssueStatus::Ignored => button("reopen", "Reopen", "btn"),
        IssueStatus::Unresolved | IssueStatus::Regressed => {
            let next = issue.last_release.is_some().then(|| button("resolve_next", "Resolve with the next release", "btn"));
            view! { {button("resolve", "Resolve", "btn primary")} {next} {ignore()} }.into_any()
        }
    };
    view! {
        <form class="row wrap decide" method="post" action=path(frame)>
            <input type="hidden" name="id" value=issue.id.to_string()/>
            <input type="hidden" name="back" value=back/>
            {buttons}
        </form>
    }
    .into_any()
}

fn ignore() -> AnyView {
    let choices =
        [("ignore_day", "For a day"), ("ignore_week", "For a week"), ("ignore_hundred", "Until 100 more errors"), ("ignore", "For good")];
    view! {
        <details class="pick">
            <summary class="btn">"Ignore…"</summary>
            <div class="menu">{choices.map(|(to, label)| button(to, label, "btn ghost")).collect_view()}</div>
        </details>
    }
    .into_any()
}

/// Takes apart what is merged.
pub(super) fn unmerge(frame: &Frame, issue: &Issue, back: String) -> AnyView {
    if !frame.may_edit {
        return ().into_any();
    }
    view! {
        <form method="post" action=path(frame)>
            <input type="hidden" name="id" value=issue.id.to_string()/>
            <input type="hidden" name="back" value=back/>
            <button class="btn" type="submit" name="to" value="unmerge" aria-label=format!("Unmerge {}", issue.title())>"Unmerge"</button>
        </form>
    }
    .into_any()
}
