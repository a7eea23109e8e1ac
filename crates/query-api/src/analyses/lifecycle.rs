//! Lifecycle: who is new, who returns, who came back from further away, and who did not come.

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, OUT, Spread};
use analysis::lifecycle::{self, Stages};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::analyses::{LifecycleAnswer, LifecycleBucket, LifecycleQuery, TimeBucket};
use protocol::range::{Period, Step};
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`LifecycleQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn lifecycle(state: &QueryState, context: &ProjectContext, query: &LifecycleQuery) -> Result<LifecycleAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &LifecycleQuery) -> Result<LifecycleAnswer, ApiError> {
    if !matches!(query.step, Step::Day1 | Step::Week1 | Step::Month1) {
        let problem = format!("cannot be {}", query.step.word());
        return Err(ApiError::InvalidParameter { name: "step", problem, allowed: "1d, 1w or 1mo".to_owned() });
    }
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, Some(query.step))?;
    let (start, end) = (frame.start(), frame.end());
    // The whole period before the first one, whatever part of the first one the range cuts off.
    let before = analysis::calendar::period(
        Period::Between { from: start - length(query.step), until: start },
        Some(query.step),
        making.now,
        context.zone(),
    );
    let before = before.map_or(start, |before| before.buckets.last().map_or(start, |bucket| bucket.start));
    let asked = Asked { from: DateTime::UNIX_EPOCH, until: end, ..Asked::of(&query.scope, &frame) };
    let stages = engine::answer(state, context, &mut making, asked, StagesOf { frame: frame.clone(), before }).await?;
    let sentence = format!("Distinct people by what they did in the {} before.", query.step.label());
    Ok(LifecycleAnswer {
        buckets: frame::buckets(&making, &frame).into_iter().zip(&*stages).map(|(period, stages)| told(period, stages)).collect(),
        receipt: making.receipt_of(context, sentence, &query.scope, (start, end), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct StagesOf {
    frame: Frame,
    /// Where the period before the first one begins.
    before: DateTime<Utc>,
}

impl Question for StagesOf {
    type Counted = Vec<Stages>;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        let Self { frame, before } = self;
        let bucket = |quarter: DateTime<Utc>| match frame.index_of(quarter) {
            Some(bucket) => bucket as u16 + 1,
            None if (*before..frame.start()).contains(&quarter) => 0,
            None => OUT,
        };
        lifecycle::count(&found.history, &found.chosen(), &Spread::by(&found.history, bucket), frame.buckets.len(), cancel)
    }
}

/// At least one whole period.
fn length(step: Step) -> TimeDelta {
    match step {
        Step::Month1 => TimeDelta::days(31),
        Step::Week1 => TimeDelta::days(8),
        _ => TimeDelta::hours(26),
    }
}

fn told(period: TimeBucket, stages: &Stages) -> LifecycleBucket {
    let Stages { new, returning, resurrected, dormant } = *stages;
    LifecycleBucket { period, new, returning, resurrected, dormant }
}
