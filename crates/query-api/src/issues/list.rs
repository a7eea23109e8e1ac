//! The issues of a range.

use std::cmp::Reverse;
use std::collections::HashMap;

use analysis::calendar::Frame;
use protocol::access::Role;
use protocol::issue::{Issue, IssueCounts, IssueId, IssueRow, IssueSort, IssuesAnswer, IssuesQuery};
use protocol::receipt::{Accuracy, BotRule};
use storage::issue_quarters::{self, Wanted};

use super::COUNTED;
use super::figures::{Group, figures, groups, is_new};
use crate::access::ProjectContext;
use crate::analyses::{buckets, frame};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Quarters whose people are found at once, at most.
const QUARTERS_MAX: i64 = 500_000;

/// Answers an [`IssuesQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn issues(state: &QueryState, context: &ProjectContext, query: &IssuesQuery) -> Result<IssuesAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

/// An issue of the range, not yet with its people.
struct Found {
    group: Group,
    events: f64,
    /// Rows that its people are in.
    quarters: i64,
}

async fn run(state: &QueryState, context: &ProjectContext, query: &IssuesQuery) -> Result<IssuesAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(context, &making, query.period, None)?;
    let mut counts = IssueCounts::default();
    let mut chosen: Vec<Found> = Vec::new();
    for found in found(state, context, &mut making, &frame, query).await? {
        let (status, new) = (found.group.issue.standing.status, is_new(&found.group.issue, &frame));
        counts.add(status, new);
        if query.filter.takes(status, new) {
            chosen.push(found);
        }
    }
    chosen.sort_by_key(|found| (Reverse(key(query.sort, found)), found.group.issue.id));
    let skip = query.page.saturating_mul(IssuesQuery::PAGE);
    let issues = match query.sort {
        IssueSort::Users => by_users(state, context, &mut making, &frame, query, &chosen).await?,
        _ => {
            let page: Vec<&Group> = chosen.iter().skip(skip).take(IssuesQuery::PAGE).map(|found| &found.group).collect();
            rows(state, context, &mut making, &frame, query, &page).await?
        }
    };
    let counted = format!("{COUNTED}, in {}.", query.period.sentence());
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(IssuesAnswer { issues, counts, buckets: buckets(&making, &frame), receipt })
}

/// Every issue with errors in the range that the question is about, whatever its state.
async fn found(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    query: &IssuesQuery,
) -> Result<Vec<Found>, ApiError> {
    let wanted = Wanted { from: frame.start(), until: frame.end(), environment: query.environment.as_deref() };
    let totals = issue_quarters::totals(state.db(), context.id(), wanted).await?;
    making.rows_read += totals.len() as u64;
    let numbers: Vec<i64> = totals.iter().map(|total| total.issue_id).collect();
    let groups = groups(state, context, &numbers).await?;
    let totals: HashMap<i64, _> = totals.into_iter().map(|total| (total.issue_id, total)).collect();
    let search = query.search.to_lowercase();
    let all = groups.into_values().filter(|group| matches(&group.issue, query, &search));
    let found = all.map(|group| {
        let parts = || group.numbers().filter_map(|number| totals.get(&number));
        Found { events: parts().map(|total| total.events).sum(), quarters: parts().map(|total| total.rows).sum(), group }
    });
    Ok(found.collect())
}

fn matches(issue: &Issue, query: &IssuesQuery, search: &str) -> bool {
    let has = |text: &Option<String>| text.as_ref().is_some_and(|text| text.to_lowercase().contains(search));
    query.level.is_none_or(|level| issue.level >= level)
        && query.release.as_ref().is_none_or(|release| issue.first_release.as_ref() == Some(release))
        && (has(&issue.kind) || has(&issue.culprit) || issue.message.to_lowercase().contains(search))
}

/// What a list is sorted by; numbers that are not negative keep their order as bits.
fn key(sort: IssueSort, found: &Found) -> u64 {
    let millis = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis().max(0).unsigned_abs();
    match sort {
        IssueSort::LastSeen => millis(found.group.issue.last_seen),
        IssueSort::FirstSeen => millis(found.group.issue.first_seen),
        IssueSort::Events | IssueSort::Users => found.events.max(0.0).to_bits(),
    }
}

/// A page by people: everybody's are found first.
async fn by_users(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    query: &IssuesQuery,
    chosen: &[Found],
) -> Result<Vec<IssueRow>, ApiError> {
    if chosen.iter().map(|found| found.quarters).sum::<i64>() > QUARTERS_MAX {
        let (problem, allowed) =
            ("would look at too many people".to_owned(), "another order, a shorter range or a narrower search".to_owned());
        return Err(ApiError::InvalidParameter { name: "sort", problem, allowed });
    }
    let groups: Vec<&Group> = chosen.iter().map(|found| &found.group).collect();
    let mut rows = rows(state, context, making, frame, query, &groups).await?;
    // Stable: of equal ones, the one with more errors comes first.
    rows.sort_by_key(|row| Reverse(row.users));
    Ok(rows.into_iter().skip(query.page.saturating_mul(IssuesQuery::PAGE)).take(IssuesQuery::PAGE).collect())
}

async fn rows(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    query: &IssuesQuery,
    groups: &[&Group],
) -> Result<Vec<IssueRow>, ApiError> {
    let figures = figures(state, context, making, frame, query.environment.as_deref(), groups).await?;
    Ok(groups.iter().zip(figures).map(|(group, figures)| group.row(frame, figures)).collect())
}

/// The one group of an issue, which may be merged into another.
pub(super) async fn group_of(state: &QueryState, context: &ProjectContext, id: IssueId) -> Result<Group, ApiError> {
    let groups = groups(state, context, &[id.0]).await?;
    groups.into_values().next().ok_or_else(|| ApiError::UnknownIssue(id.to_string()))
}
