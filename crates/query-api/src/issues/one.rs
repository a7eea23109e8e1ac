//! One issue.

use protocol::access::Role;
use protocol::issue::{IssueAnswer, IssueQuery};
use protocol::receipt::{Accuracy, BotRule};
use storage::issue_reports::{self, Among};

use super::figures::figures;
use super::list::group_of;
use super::{COUNTED, distributions, reports};
use crate::access::ProjectContext;
use crate::analyses::{buckets, frame};
use crate::receipt::Making;
use crate::{ApiError, QueryState, audience, budget};

/// Answers an [`IssueQuery`].
///
/// # Errors
/// [`ApiError::UnknownIssue`], [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not
/// answer in time.
pub async fn issue(state: &QueryState, context: &ProjectContext, query: &IssueQuery) -> Result<IssueAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &IssueQuery) -> Result<IssueAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(context, &making, query.period, None)?;
    let group = group_of(state, context, query.id).await?;
    let figures = figures(state, context, &mut making, &frame, None, &[&group]).await?;
    let row = group.row(&frame, figures.into_iter().next().unwrap_or_default());
    let numbers: Vec<i64> = group.numbers().collect();
    let in_range = Among { issues: &numbers, from: frame.start(), until: frame.end() };
    let said = issue_reports::latest(state.db(), context.id(), in_range, IssueQuery::REPORTS_COUNTED).await?;
    let shown = reports::pick(state, context, &row.issue, &numbers, query.report).await?;
    making.rows_read += said.len() as u64 + u64::from(shown.report.is_some());
    let counted =
        format!("{COUNTED}, in {}; tags over the latest {} reports that are kept.", query.period.sentence(), IssueQuery::REPORTS_COUNTED);
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(IssueAnswer {
        similar: storage::issues::similar(state.db(), context.id(), &row.issue, IssueQuery::SIMILAR as i64).await?,
        row,
        merged: group.merged,
        step: frame.step,
        buckets: buckets(&making, &frame),
        releases: audience::releases(state, context, &frame).await?,
        reports_counted: said.len() as u64,
        distributions: distributions::of(&said),
        report: shown.report,
        older: shown.older,
        newer: shown.newer,
        receipt,
    })
}
