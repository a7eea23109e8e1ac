//! Decisions about issues.

use analysis::issue::{Undecided, decide};
use protocol::access::Role;
use protocol::issue::{IgnoreUntil, IssueChange, IssueChanged, IssueId};
use protocol::limits::ISSUES_CHANGED_MAX;
use storage::issues;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, budget};

/// Decides about issues, all of them or none.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor, [`ApiError::UnknownIssue`],
/// [`ApiError::InvalidParameter`] for a decision that makes no sense; else when the database does not answer in time.
pub async fn change(state: &QueryState, context: &ProjectContext, ids: &[IssueId], change: &IssueChange) -> Result<IssueChanged, ApiError> {
    context.require(Role::Editor)?;
    budget::within(state, run(state, context, ids, change)).await
}

async fn run(state: &QueryState, context: &ProjectContext, ids: &[IssueId], change: &IssueChange) -> Result<IssueChanged, ApiError> {
    let wrong = |name, problem: &str, allowed: String| ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed };
    if ids.is_empty() {
        return Err(wrong("id", "is missing", "the ids of issues".to_owned()));
    }
    if ids.len() > ISSUES_CHANGED_MAX {
        return Err(wrong("id", "is given too often", format!("at most {ISSUES_CHANGED_MAX} issues at once")));
    }
    let now = state.clock().now();
    match change {
        IssueChange::Ignore(IgnoreUntil::Time(until)) if *until <= now => {
            return Err(wrong("until", "is over", "a time that is still to come".to_owned()));
        }
        IssueChange::Ignore(IgnoreUntil::Errors(errors)) if !(1.0..=1e15).contains(errors) => {
            return Err(wrong("errors", "makes no sense", "a number of errors, from 1 on".to_owned()));
        }
        _ => {}
    }
    let target = if let IssueChange::Merge { into } = change { Some(into.0) } else { None };
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).chain(target).collect();
    let by = context.caller().to_string();
    let decided = |known| {
        decide(known, ids, change, (now, &by)).map_err(|undecided| match undecided {
            Undecided::Unknown(id) => ApiError::UnknownIssue(id.to_string()),
            Undecided::Others => wrong("id", "holds the errors of many issues", "issues that are one fault".to_owned()),
            Undecided::TooMany => wrong("id", "would merge too many", format!("at most {ISSUES_CHANGED_MAX} into one")),
        })
    };
    Ok(IssueChanged { changed: issues::change(state.db(), context.id(), &numbers, decided).await? })
}
