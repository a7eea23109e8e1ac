//! Active people: daily, weekly and monthly.

use analysis::active::{self, DAYS_BEFORE};
use analysis::calendar;
use analysis::history::Spread;
use chrono::TimeDelta;
use protocol::analyses::{ActiveAnswer, ActiveDay, ActiveQuery};
use protocol::range::{Period, Step};
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers an [`ActiveQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn active(state: &QueryState, context: &ProjectContext, query: &ActiveQuery) -> Result<ActiveAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &ActiveQuery) -> Result<ActiveAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let asked = frame::frame(context, &making, query.scope.period, Some(Step::Day1))?;
    let zone = context.zone();
    let local = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).date_naive();
    // Whole days, and those before the first one.
    let (first, last) = (local(asked.start()), local(asked.end() - TimeDelta::microseconds(1)));
    let period = Period::Days { first: first - TimeDelta::days(DAYS_BEFORE as i64), last };
    let all = frame::frame(context, &making, period, Some(Step::Day1))?;
    let shown = all.buckets.len().saturating_sub(DAYS_BEFORE);
    let found = engine::find(state, context, &mut making, Asked::of(&query.scope, &all)).await?;
    let spread_frame = all.clone();
    let counted = engine::run(state, move |cancel| {
        active::count(&found.history, &found.chosen(), &Spread::over(&found.history, &spread_frame), shown, cancel)
    })
    .await?;
    let days = calendar::Frame { step: Step::Day1, buckets: all.buckets[all.buckets.len() - shown..].to_vec() };
    let told = |(day, [daily, weekly, monthly]): (_, active::Active)| ActiveDay { day, daily, weekly, monthly };
    let sentence = "Distinct people of each day, and of the 7 and 30 days that end with it.";
    Ok(ActiveAnswer {
        days: frame::buckets(&making, &days).into_iter().zip(counted).map(told).collect(),
        receipt: making.receipt_of(context, sentence, &query.scope, (days.start(), days.end()), Accuracy::Exact),
    })
}
