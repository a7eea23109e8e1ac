//! What issues did in a range: errors by bucket, and who had them.

use std::collections::HashMap;

use analysis::calendar::Frame;
use analysis::quarter;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::issue::{Issue, IssueId, IssueRow};
use roaring::RoaringBitmap;
use storage::issue_quarters::{self, Wanted};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, people};

/// Days read at a time.
const DAYS_AT_ONCE: TimeDelta = TimeDelta::days(7);

/// An issue with everything that is merged into it.
pub(super) struct Group {
    pub(super) issue: Issue,
    pub(super) merged: Vec<Issue>,
}

impl Group {
    /// The numbers under which it is counted.
    pub(super) fn numbers(&self) -> impl Iterator<Item = i64> {
        std::iter::once(self.issue.id.0).chain(self.merged.iter().map(|issue| issue.id.0))
    }

    /// As it is told.
    pub(super) fn row(&self, frame: &Frame, figures: Figures) -> IssueRow {
        IssueRow {
            issue: self.issue.clone(),
            is_new: is_new(&self.issue, frame),
            merged: self.merged.len() as u64,
            events: figures.trend.iter().sum(),
            users: figures.people.len(),
            trend: figures.trend,
        }
    }
}

/// Whether an issue was seen for the first time in the range.
pub(super) fn is_new(issue: &Issue, frame: &Frame) -> bool {
    (frame.start()..frame.end()).contains(&issue.first_seen)
}

/// Of one issue.
#[derive(Clone, Default)]
pub(super) struct Figures {
    pub(super) trend: Vec<f64>,
    /// Persons.
    pub(super) people: RoaringBitmap,
}

/// The figures of each of these, in their order.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn figures(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    environment: Option<&str>,
    groups: &[&Group],
) -> Result<Vec<Figures>, ApiError> {
    let persons = people::persons(state, context).await?;
    let place: HashMap<i64, usize> =
        groups.iter().enumerate().flat_map(|(place, group)| group.numbers().map(move |number| (number, place))).collect();
    let numbers: Vec<i64> = place.keys().copied().collect();
    let mut figures = vec![Figures { trend: vec![0.0; frame.buckets.len()], ..Figures::default() }; groups.len()];
    for (from, until) in pieces(frame) {
        let wanted = Wanted { from, until, environment };
        let rows = issue_quarters::of_issues(state.db(), context.id(), &numbers, wanted).await?;
        making.rows_read += rows.len() as u64;
        for row in rows {
            making.weighted |= row.weight != row.n as f64;
            let of = &mut figures[place[&row.issue_id]];
            of.people |= persons.of_all(&quarter::decode(&row.actors)?);
            if let Some(bucket) = frame.index_of(row.bucket) {
                of.trend[bucket] += row.weight;
            }
        }
    }
    Ok(figures)
}

fn pieces(frame: &Frame) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let end = frame.end();
    let starts = std::iter::successors(Some(frame.start()), |start| Some(*start + DAYS_AT_ONCE)).take_while(move |start| *start < end);
    starts.map(move |from| (from, (from + DAYS_AT_ONCE).min(end)))
}

/// The issues with these numbers, each with what it is counted with.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn groups(state: &QueryState, context: &ProjectContext, numbers: &[i64]) -> Result<HashMap<IssueId, Group>, ApiError> {
    let (db, project) = (state.db(), context.id());
    let named = storage::issues::read(db, project, numbers).await?;
    let mut whole: Vec<i64> = named.iter().map(|issue| issue.merged_into.unwrap_or(issue.id).0).collect();
    whole.sort_unstable();
    whole.dedup();
    let mut issues = storage::issues::read(db, project, &whole).await?;
    issues.extend(storage::issues::merged(db, project, &whole).await?);
    let now = state.clock().now();
    let group = |(mut issue, merged): (Issue, Vec<Issue>)| {
        issue.standing = issue.standing.at(now);
        Group { issue, merged }
    };
    Ok(analysis::issue::joined(issues).into_iter().map(|(id, joined)| (id, group(joined))).collect())
}
