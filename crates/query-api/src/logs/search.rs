//! A page of the records that are looked for.

use std::ops::ControlFlow;
use std::time::Duration;

use protocol::access::Role;
use protocol::logs::{LogsAnswer, LogsQuery, StoredLog};
use protocol::receipt::{Accuracy, BotRule};
use storage::logs::LogPlace;

use super::scan::{Scan, scan};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Rows that one page looks at.
const ROWS_MAX: u64 = 50_000;
/// After this a page says how far it got.
const TIME_MAX: Duration = Duration::from_secs(2);

/// Answers a [`LogsQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range without buckets, a limit out of bounds and an unreadable place; else when the database
/// does not answer in time.
pub async fn search(state: &QueryState, context: &ProjectContext, query: &LogsQuery) -> Result<LogsAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &LogsQuery) -> Result<LogsAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    if !(1..=LogsQuery::LIMIT_MAX).contains(&query.limit) {
        let (problem, allowed) = (format!("cannot be {}", query.limit), format!("1 to {}", LogsQuery::LIMIT_MAX));
        return Err(ApiError::InvalidParameter { name: "limit", problem, allowed });
    }
    let (_, (from, until)) = super::time(&making, context, query.scope.period)?;
    let asked = Scan {
        filter: &query.scope.filter,
        from,
        until,
        order: query.order,
        after: query.after.as_deref().map(place).transpose()?,
        rows_max: ROWS_MAX,
        time_max: TIME_MAX,
    };
    let mut records: Vec<StoredLog> = Vec::new();
    let mut shown = None;
    // One more than is shown tells whether there is more.
    let scanned = scan(state, context, asked, |place, log| {
        if records.len() == query.limit {
            return ControlFlow::Break(());
        }
        shown = Some(place);
        records.push(log);
        ControlFlow::Continue(())
    })
    .await?;
    let next = if scanned.broke { shown } else { scanned.last.filter(|_| !scanned.done) };
    making.rows_read = scanned.rows;
    making.weighted = records.iter().any(|log| log.weight > 1.0);
    let mut receipt = making.receipt(context, counted(query), from, until, Accuracy::Exact);
    receipt.filter = query.scope.filter.to_string();
    receipt.bots = BotRule::All;
    Ok(LogsAnswer { records, next: next.map(|place| place.word()), searched: scanned.told(), receipt })
}

fn counted(query: &LogsQuery) -> String {
    format!("Stored log records of {} by their own time, {} first.", query.scope.period.sentence(), query.order.word())
}

fn place(word: &str) -> Result<LogPlace, ApiError> {
    LogPlace::read(word).ok_or_else(|| ApiError::InvalidParameter {
        name: "after",
        problem: "is no place in a list of records".to_owned(),
        allowed: "what `next` of the page before says".to_owned(),
    })
}
