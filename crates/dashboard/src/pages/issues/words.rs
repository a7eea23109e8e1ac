//! An issue in words: its state, its marks.

use leptos::prelude::*;
use protocol::issue::{Issue, IssueStatus};
use protocol::level::Level;
use protocol::number;

use crate::Frame;
use crate::components::when::{ago, exact};

/// What stands beside an issue's name: a level that is no error's, a state, that it is new.
pub(super) fn marks(issue: &Issue, is_new: bool, merged: u64) -> AnyView {
    let level = (issue.level != Level::Error).then(|| {
        let class = if issue.level == Level::Fatal { "tag bad" } else { "tag" };
        view! { <span class=class>{issue.level.word()}</span> }
    });
    let state = match issue.standing.status {
        IssueStatus::Unresolved => None,
        IssueStatus::Regressed => Some(view! { <span class="tag bad">"regressed"</span> }),
        status => Some(view! { <span class="tag">{status.word()}</span> }),
    };
    let new = (is_new && issue.standing.status.is_open()).then(|| view! { <span class="tag new">"new"</span> });
    let merged = (merged > 0).then(|| view! { <span class="kind">{format!("+{merged} merged")}</span> });
    view! { {level} {state} {new} {merged} }.into_any()
}

/// What was decided, when and by whom; nothing where nobody did anything.
pub(super) fn standing(frame: &Frame, issue: &Issue) -> Option<String> {
    let standing = &issue.standing;
    let since = ago(frame, standing.since?);
    let by = standing.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    Some(match standing.status {
        IssueStatus::Unresolved => format!("Opened again {since}{by}."),
        IssueStatus::Regressed => match &standing.resolved_in {
            Some(release) => format!("It was resolved after {release}, and came back {since}."),
            None => format!("It was resolved, and came back {since}."),
        },
        IssueStatus::Resolved => match &standing.resolved_in {
            Some(release) => {
                format!("Resolved {since}{by}, with the release after {release}: errors of {release} and before do not reopen it.")
            }
            None => format!("Resolved {since}{by}: the next error reopens it."),
        },
        IssueStatus::Ignored => {
            let until = match (standing.ignored_until, standing.ignored_errors) {
                (Some(until), _) => format!("until {}", exact(frame, until)),
                (None, Some(errors)) => format!("until {} more errors", number::grouped(errors.ceil() as i64)),
                (None, None) => "for good".to_owned(),
            };
            format!("Ignored {until}, since {since}{by}.")
        }
    })
}
