//! One of an issue's reports, and its neighbours.

use chrono::TimeDelta;
use protocol::issue::{Issue, IssueReport, ReportPick, ReportPlace};
use storage::issue_reports::{self, Among, Towards};
use uuid::Uuid;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// What is shown; nothing when no report is kept.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) report: Option<IssueReport>,
    pub(super) older: Option<ReportPlace>,
    pub(super) newer: Option<ReportPlace>,
}

/// The report that is meant. Up to a place before all of them it is the oldest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn pick(
    state: &QueryState,
    context: &ProjectContext,
    issue: &Issue,
    numbers: &[i64],
    pick: ReportPick,
) -> Result<Shown, ApiError> {
    let among = Among { issues: numbers, from: issue.first_seen, until: issue.last_seen };
    let places = async |from, towards, limit| issue_reports::places(state.db(), context.id(), among, from, towards, limit).await;
    let begin = ReportPlace { ts: issue.first_seen - TimeDelta::microseconds(1), event_id: Uuid::nil() };
    let end = ReportPlace { ts: issue.last_seen, event_id: Uuid::max() };
    let (from, mut found) = match pick {
        ReportPick::Oldest => (begin, Vec::new()),
        ReportPick::Latest => (end, places(end, Towards::Older, 2).await?),
        ReportPick::At(place) => {
            let place = place.min(end);
            (place, places(place, Towards::Older, 2).await?)
        }
    };
    let (place, older, newer) = match found.first().copied() {
        Some(place) => {
            let newer = if from == end { None } else { places(place, Towards::Newer, 1).await?.pop() };
            (place, found.get(1).copied(), newer)
        }
        None => {
            found = places(begin, Towards::Newer, 2).await?;
            let Some(place) = found.first().copied() else { return Ok(Shown::default()) };
            (place, None, found.get(1).copied())
        }
    };
    let report = issue_reports::at(state.db(), context.id(), numbers, place).await?;
    Ok(Shown { report, older, newer })
}
