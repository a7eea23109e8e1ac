//! Stored points of a metric, and what went on beside one.

use analysis::metric::Chart;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::explorer::{MetricKey, NearestBy, SAMPLES_MAX, Sample, SampleAnswer, SampleOrder, SampleTrace, SamplesAnswer, SamplesQuery};
use protocol::metric::Aggregate;
use protocol::range::Period;
use protocol::receipt::Accuracy;
use protocol::timeline::TimelineItem;
use protocol::trace::TraceId;
use storage::samples::{self, Of, SamplePlace, Walk};
use storage::timeline::{self, Behind, Window};
use uuid::Uuid;

use super::aggregate::{accuracy, frame};
use super::chosen::{Chosen, POINTS_MAX};
use super::listing;
use super::matching::Asked;
use super::resolve::{self, Resolved};
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
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for a time without buckets, a filter by what no point says or by what
/// only too many single points know, and an unreadable place; else when the database does not answer in time.
pub async fn samples(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SamplesQuery) -> Result<SamplesAnswer, ApiError> {
    let (beside, back) = place(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.period, None, &making, context)?;
    // What is asked for by its ends is meant exactly; a range ends with the bucket that is open.
    let (from, until) = match query.period {
        Period::Between { from, until } => (from, until),
        _ => (frame.start(), frame.end()),
    };
    let Resolved { metric, series } = resolve::metric(state, context, &query.metric).await?;
    let asked = Asked::of(&query.filter, &metric.name, &series)?;
    let mut left = POINTS_MAX;
    let chosen = Chosen::of(state, context, &mut making, (&metric, &series, &asked), (from, until), &mut left).await?;
    let mut chart = Chart::new(frame.clone(), 1);
    chosen.each(state, context, &mut making, &frame, |_, start, cell| chart.add(0, start, cell)).await?;
    let together = chart.cell(0, frame.buckets.len());
    let percentile = |aggregate| together.as_ref().and_then(|cell| cell.percentile_of(aggregate));
    let (p50, p95) = (percentile(Aggregate::P50), percentile(Aggregate::P95));
    let target = match query.order {
        SampleOrder::P95 => p95,
        _ => p50,
    };
    let (tags, singles) = chosen.narrowed(&asked);
    let of = Of { metric: &metric, from, until, tags: tags.as_deref(), singles: &singles };
    let near = beside.map_or(target.unwrap_or(0.0), |place| place.near);
    let walk = Walk { order: query.order, near, beside, back, limit: SAMPLES_MAX as i64 };
    let (mut found, more) = listing::page(state, context, &mut making, of, &asked, walk).await?;
    if back {
        found.reverse();
    }
    let word = |placed: Option<&(SamplePlace, Sample)>| placed.map(|(place, _)| place.word());
    // Where the page was asked for from, there is at least the point that named it.
    let next = word(found.last()).filter(|_| back || more);
    let previous = word(found.first()).filter(|_| if back { more } else { beside.is_some() });
    let counted = format!("Stored points of `{}` in {}, by their own time.", metric.name, query.period.sentence());
    let percentiles = accuracy(Aggregate::P50, chosen.is_of_points());
    let listed = match query.order {
        SampleOrder::P50 | SampleOrder::P95 => percentiles,
        _ => Accuracy::Exact,
    };
    let mut receipt = making.receipt(context, counted, from, until, listed);
    receipt.filter = query.filter.to_string();
    Ok(SamplesAnswer {
        metric,
        period: query.period,
        order: query.order,
        samples: found.into_iter().map(|(_, sample)| sample).collect(),
        next,
        previous,
        points: chart.points(0),
        p50,
        p95,
        percentiles,
        receipt,
    })
}

/// Beside which point the page is, and whether it is the one before it.
fn place(query: &SamplesQuery) -> Result<(Option<SamplePlace>, bool), ApiError> {
    let (name, word) = match (&query.after, &query.before) {
        (None, None) => return Ok((None, false)),
        (Some(word), None) => ("after", word),
        (None, Some(word)) => ("before", word),
        (Some(_), Some(_)) => {
            let (problem, allowed) = ("cannot come with `after`".to_owned(), "one of the two".to_owned());
            return Err(ApiError::InvalidParameter { name: "before", problem, allowed });
        }
    };
    let place = SamplePlace::read(word).ok_or_else(|| ApiError::InvalidParameter {
        name,
        problem: "is no place in a list of samples".to_owned(),
        allowed: "what `next` or `previous` of another page says".to_owned(),
    })?;
    Ok((Some(place), name == "before"))
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
    let (id, nearest_by) = match sample.trace_id {
        Some(id) => (Some(id), None),
        None => nearest(state, context, sample).await?.unzip(),
    };
    let Some(id) = id else { return Ok(None) };
    let mut spans = samples::spans_of_trace(state.db(), context.id(), id, sample.ts, SPANS_SHOWN + 1).await?;
    let more = spans.len() as i64 > SPANS_SHOWN;
    spans.truncate(usize::try_from(SPANS_SHOWN).unwrap_or(usize::MAX));
    Ok(Some(SampleTrace { id, nearest_by, spans, more }))
}

/// The trace nearest to a point that names none: that of its session, or else that of its user.
async fn nearest(state: &QueryState, context: &ProjectContext, sample: &Sample) -> Result<Option<(TraceId, NearestBy)>, ApiError> {
    for (by, id) in [(NearestBy::Session, &sample.session_id), (NearestBy::User, &sample.user_id)] {
        let Some(id) = id else { continue };
        if let Some(trace) = samples::nearest_trace(state.db(), context.id(), (by, id), sample.ts, NEAR).await? {
            return Ok(Some((trace, by)));
        }
    }
    Ok(None)
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
