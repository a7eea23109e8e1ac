//! Active people: daily, weekly and monthly.

use analysis::active::{self, Active, DAYS_BEFORE};
use analysis::calendar::{self, Frame};
use analysis::history::{Cancel, Cancelled, Spread};
use chrono::TimeDelta;
use protocol::analyses::{ActiveAnswer, ActiveDay, ActiveQuery};
use protocol::range::{Period, Step};
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
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
    let question = LastDays { all: all.clone(), shown };
    let counted = engine::answer(state, context, &mut making, Asked::of(&query.scope, &all), question).await?;
    let days = calendar::Frame { step: Step::Day1, buckets: all.buckets[all.buckets.len() - shown..].to_vec() };
    let told = |(day, [daily, weekly, monthly]): (_, &Active)| ActiveDay { day, daily: *daily, weekly: *weekly, monthly: *monthly };
    let sentence = "Distinct people of each day, and of the 7 and 30 days that end with it.";
    Ok(ActiveAnswer {
        days: frame::buckets(&making, &days).into_iter().zip(&*counted).map(told).collect(),
        receipt: making.receipt_of(context, sentence, &query.scope, (days.start(), days.end()), Accuracy::Exact),
    })
}

/// The last ones of some days.
#[derive(Hash)]
struct LastDays {
    all: Frame,
    shown: usize,
}

impl Question for LastDays {
    type Counted = Vec<Active>;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        active::count(&found.history, &found.chosen(), &Spread::over(&found.history, &self.all), self.shown, cancel)
    }
}
