//! Issues: what further errors do to one, and what several come to that are counted together.

mod decide;
mod release;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::issue::{Issue, IssueId, IssueStatus, Standing};
use protocol::level::Level;

pub use decide::{Undecided, decide};

/// An error, as its issue hears of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Happened<'a> {
    /// When, by its own time.
    pub ts: DateTime<Utc>,
    /// How bad it is.
    pub level: Level,
    /// The release that it names.
    pub release: Option<&'a str>,
    /// 1 / sample rate.
    pub weight: f64,
}

/// Widens what an issue knows of its reports; in which order it hears of them does not matter.
pub fn widen(issue: &mut Issue, error: &Happened<'_>) {
    issue.level = issue.level.max(error.level);
    // Of several at one moment, a release stands for all in any order.
    let release = |known: &Option<String>| error.release.is_some_and(|new| known.as_deref().is_none_or(|known| new > known));
    if error.ts < issue.first_seen || error.ts == issue.first_seen && release(&issue.first_release) {
        (issue.first_seen, issue.first_release) = (error.ts, error.release.map(str::to_owned));
    }
    if error.ts > issue.last_seen || error.ts == issue.last_seen && release(&issue.last_release) {
        (issue.last_seen, issue.last_release) = (error.ts, error.release.map(str::to_owned));
    }
}

/// What becomes of a decision by further errors, in the order of their times. What happened before it, and came late, changes
/// nothing.
pub fn after<'a>(mut standing: Standing, errors: impl IntoIterator<Item = Happened<'a>>) -> Standing {
    for error in errors {
        if standing.since.is_none_or(|since| error.ts <= since) {
            continue;
        }
        match (standing.status, standing.ignored_errors) {
            (IssueStatus::Resolved, _) if !is_resolved(standing.resolved_in.as_deref(), error.release) => {
                let resolved_in = standing.resolved_in.take();
                standing = Standing { status: IssueStatus::Regressed, since: Some(error.ts), resolved_in, ..Standing::default() };
            }
            (IssueStatus::Ignored, Some(left)) if left <= error.weight => {
                standing = Standing { status: IssueStatus::Unresolved, since: Some(error.ts), ..Standing::default() };
            }
            (IssueStatus::Ignored, Some(left)) => standing.ignored_errors = Some(left - error.weight),
            _ => {}
        }
    }
    standing
}

/// Whether an error of a release was to be expected after its issue was resolved with the release after `resolved_in`. One that
/// names no release may be of any.
fn is_resolved(resolved_in: Option<&str>, release: Option<&str>) -> bool {
    resolved_in.zip(release).is_some_and(|(resolved_in, release)| !release::is_later(release, resolved_in))
}

/// The issues that are counted together, by the one that stands for them, which has what all of them know. What is merged into
/// an issue that is not among these stands for itself.
pub fn joined(issues: Vec<Issue>) -> BTreeMap<IssueId, (Issue, Vec<Issue>)> {
    let (whole, parts): (Vec<Issue>, Vec<Issue>) = issues.into_iter().partition(|issue| issue.merged_into.is_none());
    let mut joined: BTreeMap<IssueId, (Issue, Vec<Issue>)> = whole.into_iter().map(|issue| (issue.id, (issue, Vec::new()))).collect();
    for part in parts {
        match part.merged_into.and_then(|into| joined.get_mut(&into)) {
            Some((issue, merged)) => {
                let ends = [(part.first_seen, &part.first_release), (part.last_seen, &part.last_release)];
                for (ts, release) in ends {
                    widen(issue, &Happened { ts, level: part.level, release: release.as_deref(), weight: 1.0 });
                }
                merged.push(part);
            }
            None => {
                joined.insert(part.id, (part, Vec::new()));
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests;
