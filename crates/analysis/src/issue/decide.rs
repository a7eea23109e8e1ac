//! What a decision makes of issues.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use protocol::issue::{IgnoreUntil, Issue, IssueChange, IssueId, IssueStatus, Standing};
use protocol::limits::ISSUES_CHANGED_MAX;

/// Why nothing was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// The project has no such issue.
    Unknown(IssueId),
    /// What holds the errors beyond the limit is nobody's fault to merge.
    Others,
    /// More would be merged into one than is allowed.
    TooMany,
}

/// Those of `issues` that are different after a decision about `ids`. A decision about an issue that is merged into another is
/// one about that. `issues` holds the named ones, what they are merged into, and what is merged into any of these.
///
/// # Errors
/// [`Undecided`].
pub fn decide(
    mut issues: Vec<Issue>,
    ids: &[IssueId],
    change: &IssueChange,
    (now, by): (DateTime<Utc>, &str),
) -> Result<Vec<Issue>, Undecided> {
    let before = issues.clone();
    let find = |id: IssueId| before.iter().find(|issue| issue.id == id).ok_or(Undecided::Unknown(id));
    let whole: BTreeSet<IssueId> =
        ids.iter().map(|id| find(*id).map(|issue| issue.merged_into.unwrap_or(issue.id))).collect::<Result<_, _>>()?;
    let named: BTreeSet<IssueId> = ids.iter().copied().collect();
    match change {
        IssueChange::Merge { into } => merge(&mut issues, &whole, find(*into)?)?,
        IssueChange::Unmerge => {
            for issue in &mut issues {
                let is_meant = named.contains(&issue.id) || issue.merged_into.is_some_and(|into| named.contains(&into));
                issue.merged_into = issue.merged_into.filter(|_| !is_meant);
            }
        }
        _ => {
            for issue in issues.iter_mut().filter(|issue| whole.contains(&issue.id)) {
                issue.standing = stand(issue, change, now, by);
            }
        }
    }
    Ok(issues.into_iter().zip(&before).filter(|(after, before)| after != *before).map(|(after, _)| after).collect())
}

/// Everything goes with one, so that nothing is merged into what is merged itself.
fn merge(issues: &mut [Issue], whole: &BTreeSet<IssueId>, into: &Issue) -> Result<(), Undecided> {
    let into = into.merged_into.unwrap_or(into.id);
    if into == IssueId::OTHERS || whole.contains(&IssueId::OTHERS) {
        return Err(Undecided::Others);
    }
    for issue in issues.iter_mut().filter(|issue| issue.id != into) {
        if whole.contains(&issue.id) || issue.merged_into.is_some_and(|target| whole.contains(&target)) {
            issue.merged_into = Some(into);
        }
    }
    let merged = issues.iter().filter(|issue| issue.merged_into == Some(into)).count();
    if merged > ISSUES_CHANGED_MAX { Err(Undecided::TooMany) } else { Ok(()) }
}

fn stand(issue: &Issue, change: &IssueChange, now: DateTime<Utc>, by: &str) -> Standing {
    let decided = |status| Standing { status, since: Some(now), by: Some(by.to_owned()), ..Standing::default() };
    match change {
        IssueChange::Resolve { next_release } => {
            Standing { resolved_in: issue.last_release.clone().filter(|_| *next_release), ..decided(IssueStatus::Resolved) }
        }
        IssueChange::Ignore(until) => Standing {
            ignored_until: if let IgnoreUntil::Time(time) = until { Some(*time) } else { None },
            ignored_errors: if let IgnoreUntil::Errors(errors) = until { Some(*errors) } else { None },
            ..decided(IssueStatus::Ignored)
        },
        IssueChange::Reopen => decided(IssueStatus::Unresolved),
        IssueChange::Merge { .. } | IssueChange::Unmerge => issue.standing.clone(),
    }
}
