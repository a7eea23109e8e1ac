//! Stored points of a metric, and what went on beside one.

use analysis::metric::Chart;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::explorer::{MetricKey, NearestBy, SAMPLES_MAX, Sample, SampleAnswer, SampleOrder, SampleTrace, SamplesAnswer, SamplesQuery};
use protocol::filter::Filter;
use protocol::metric::Aggregate;
use protocol::range::Period;
use protocol::receipt::Accuracy;
use protocol::timeline::TimelineItem;
use serde_json::Value;
use storage::metric_series::SeriesRow;
use storage::samples::{self, Of};
use storage::timeline::{self, Behind, Window};
use uuid::Uuid;

use super::aggregate::{SKETCH_ERROR, frame};
use super::resolve::{self, Resolved};
use super::{cells, matching};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Spans of a preview.
const SPANS_SHOWN: i64 = 12;
/// Log records, and errors, of one moment.
const RECORDS_SHOWN: i64 = 10;
/// How far from a point the trace of its user or session may begin.
const NEAR: TimeDelta = TimeDelta::minutes(5);

/// At most 50 stored points of a metric, as they were sent.
///
/// # Errors
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for a time without buckets and a filter by what is not an attribute;
/// else when the database does not answer in time.
pub async fn samples(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.period, None, &making, context)?;
    let Resolved { metric, series } = resolve::metric(state, context, &query.metric).await?;
    matching::check(&query.filter, &series)?;
    let tags = tags(&query.filter, &series);
    let rows: Vec<&SeriesRow> = series.iter().filter(|series| matching::matches(&query.filter, series)).collect();
    let mut chart = Chart::new(frame.clone(), 1);
    cells::each(state, context, &mut making, &frame, &rows, |_, start, cell| chart.add(0, start, cell)).await?;
    let together = chart.cell(0, frame.buckets.len());
    let percentile = |aggregate| together.as_ref().and_then(|cell| cell.percentile_of(aggregate));
    let (p50, p95) = (percentile(Aggregate::P50), percentile(Aggregate::P95));
    let target = match query.order {
        SampleOrder::P95 => p95,
        _ => p50,
    };
    // What is asked for by its ends is meant exactly; a range ends with the bucket that is open.
    let (from, until) = match query.period {
        Period::Between { from, until } => (from, until),
        _ => (frame.start(), frame.end()),
    };
    let of = Of { metric: &metric, from, until, tags: tags.as_deref() };
    let samples = samples::find(state.db(), context.id(), of, query.order, target.unwrap_or(0.0), SAMPLES_MAX as i64).await?;
    making.rows_read += samples.len() as u64;
    let counted = format!("Stored points of `{}` in {}, by their own time.", metric.name, query.period.sentence());
    let accuracy = match query.order {
        SampleOrder::P50 | SampleOrder::P95 => Accuracy::Relative { error: SKETCH_ERROR },
        _ => Accuracy::Exact,
    };
    let mut receipt = making.receipt(context, counted, from, until, accuracy);
    receipt.filter = query.filter.to_string();
    Ok(SamplesAnswer { metric, period: query.period, order: query.order, samples, points: chart.points(0), p50, p95, receipt })
}

/// The sets of attributes that a filter is about, as points have them; `None` for all of them.
pub(super) fn tags(filter: &Filter, series: &[SeriesRow]) -> Option<Vec<Value>> {
    (!filter.is_all()).then(|| {
        let matching = series.iter().filter(|series| matching::matches(filter, series));
        matching.map(|series| Of::tagged(&series.environment, &series.tags)).collect()
    })
}

/// One point with its trace, or the nearest one of its session or user, and the errors and log records of that trace.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for an id that names no stored point; else when the database does not answer in time.
pub async fn sample(state: &QueryState, context: &ProjectContext, id: &str) -> Result<SampleAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, one(state, context, id)).await
}

async fn one(state: &QueryState, context: &ProjectContext, id: &str) -> Result<SampleAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let Some((metric, sample)) = samples::one(state.db(), context.id(), id).await? else {
        return Err(ApiError::InvalidParameter {
            name: "id",
            problem: "names no stored point".to_owned(),
            allowed: "the id of a sample whose day is still kept".to_owned(),
        });
    };
    let trace = trace(state, context, &sample).await?;
    let (mut errors, mut logs) = (Vec::new(), Vec::new());
    if let Some(trace) = &trace {
        errors = samples::errors_of_trace(state.db(), context.id(), trace.id, sample.ts, RECORDS_SHOWN).await?;
        logs = logs_of(state, context, trace, sample.ts).await?;
    }
    making.rows_read = (1 + errors.len() + logs.len() + trace.as_ref().map_or(0, |trace| trace.spans.len())) as u64;
    let counted = moment(&metric, trace.as_ref());
    let receipt = making.receipt(context, counted, sample.ts, sample.ts, Accuracy::Exact);
    Ok(SampleAnswer { metric, sample, trace, errors, logs, receipt })
}

fn moment(metric: &MetricKey, trace: Option<&SampleTrace>) -> String {
    let by = match trace.map(|trace| trace.nearest_by) {
        None => "without a trace",
        Some(None) => "with its trace",
        Some(Some(NearestBy::Session)) => "with the nearest trace of its session",
        Some(Some(NearestBy::User)) => "with the nearest trace of its user",
    };
    format!("A stored point of `{}` {by}.", metric.name)
}

async fn trace(state: &QueryState, context: &ProjectContext, sample: &Sample) -> Result<Option<SampleTrace>, ApiError> {
    let (id, nearest_by) = match (sample.trace_id, &sample.user_id, &sample.session_id) {
        (Some(id), ..) => (Some(id), None),
        (None, None, None) => (None, None),
        (None, user, session) => {
            let by = if user.is_some() { NearestBy::User } else { NearestBy::Session };
            let sender = user.as_ref().or(session.as_ref()).map_or("", String::as_str);
            (samples::nearest_trace(state.db(), context.id(), sender, sample.ts, NEAR).await?, Some(by))
        }
    };
    let Some(id) = id else { return Ok(None) };
    let mut spans = samples::spans_of_trace(state.db(), context.id(), id, sample.ts, SPANS_SHOWN + 1).await?;
    let more = spans.len() as i64 > SPANS_SHOWN;
    spans.truncate(usize::try_from(SPANS_SHOWN).unwrap_or(usize::MAX));
    Ok(Some(SampleTrace { id, nearest_by, spans, more }))
}

async fn logs_of(
    state: &QueryState,
    context: &ProjectContext,
    trace: &SampleTrace,
    at: DateTime<Utc>,
) -> Result<Vec<TimelineItem>, ApiError> {
    let window = Window { from: at, until: at, limit: RECORDS_SHOWN };
    let stored = timeline::logs(state.db(), context.id(), Behind::Traces(&[Uuid::from_bytes(trace.id.0)]), window).await?;
    let mut logs: Vec<TimelineItem> = stored.into_iter().map(|stored| stored.item).collect();
    logs.sort_by_key(|item| item.ts);
    Ok(logs)
}
