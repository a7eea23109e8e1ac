//! Stored points of a metric, each with its trace.

use protocol::access::Role;
use protocol::explorer::{SAMPLES_MAX, SampleOrder, SamplesAnswer};
use protocol::range::Range;
use protocol::receipt::Accuracy;

use super::aggregate::frame;
use super::cells;
use super::resolve::{self, MetricQuery};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Which metric's points, of when, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamplesQuery {
    /// Which metric.
    pub metric: MetricQuery,
    /// Of when.
    pub range: Range,
    /// In which order.
    pub order: SampleOrder,
}

/// At most 50 stored points of a metric, as they were sent.
///
/// # Errors
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for a range that the explorer does not offer; else when the
/// database does not answer in time.
pub async fn samples(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.range, &making, context)?;
    let resolved = resolve::metric(state, context, &query.metric).await?;
    let (from, until) = (frame.start(), frame.end());
    let samples = storage::samples::find(state.db(), context.id(), &resolved.metric, from, until, query.order, SAMPLES_MAX as i64).await?;
    let ids: Vec<i32> = resolved.series.iter().map(|series| series.series_id).collect();
    let points = storage::samples::points(state.db(), context.id(), cells::grain(&frame), &ids, from, until).await?;
    making.rows_read += (samples.len() + points.len()) as u64;
    let counted = format!("Stored points of `{}` in the {}, by their own time.", resolved.metric.name, query.range.sentence());
    Ok(SamplesAnswer {
        metric: resolved.metric,
        range: query.range,
        order: query.order,
        samples,
        points: points.into_iter().map(|(_, points)| points).sum(),
        receipt: making.receipt(context, counted, from, until, Accuracy::Exact),
    })
}
