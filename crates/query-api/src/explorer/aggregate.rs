//! One metric over time.

use std::collections::HashMap;

use analysis::calendar::{self, Frame};
use analysis::metric::{Chart, Lines, Weighed};
use protocol::access::Role;
use protocol::explorer::{AggregateAnswer, AggregateBucket, AggregateSeries, MetricKey};
use protocol::metric::Aggregate;
use protocol::range::Range;
use protocol::receipt::Accuracy;
use storage::metric_series::{OTHER, SeriesRow};

use super::cells;
use super::resolve::{self, MetricQuery};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// What the sketches behind percentiles promise.
const SKETCH_ERROR: f64 = 0.01;

/// Which metric, how, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateQuery {
    /// Which metric.
    pub metric: MetricQuery,
    /// How each bucket's points become one number; the kind's first aggregate when absent.
    pub aggregate: Option<Aggregate>,
    /// The tag to group by.
    pub by: Option<String>,
    /// Over what.
    pub range: Range,
}

/// A metric over time, one line or one per value of a tag.
///
/// # Errors
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for an aggregate that makes no sense for the kind, a tag that
/// the metric does not have, or a range that the explorer does not offer; else when the database does not answer in time.
pub async fn aggregate(state: &QueryState, context: &ProjectContext, query: &AggregateQuery) -> Result<AggregateAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &AggregateQuery) -> Result<AggregateAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.range, &making, context)?;
    let resolved = resolve::metric(state, context, &query.metric).await?;
    let aggregate = allowed(&resolved.metric, query.aggregate)?;
    let tag_keys = resolve::tag_keys(&resolved.series);
    let by = known_tag(query.by.as_deref(), &tag_keys)?;

    let weighed = weigh(state, context, &mut making, &frame, &resolved.series, by).await?;
    let lines = if by.is_some() { Lines::by_value(&weighed) } else { Lines::together(&weighed) };
    let mut chart = Chart::new(frame.clone(), lines.labels.len());
    let with_points: Vec<i32> = weighed.iter().filter(|series| series.points > 0).map(|series| series.series_id).collect();
    cells::each(state, context, &mut making, &frame, &with_points, |row| {
        let (start, cell) = cells::decode(resolved.metric.kind, &row)?;
        if let Some(line) = lines.of(row.series_id) {
            chart.add(line, start, cell);
        }
        Ok(())
    })
    .await?;

    let series: Vec<AggregateSeries> = (0..)
        .zip(&lines.labels)
        .map(|(line, label)| AggregateSeries {
            label: label.value.clone(),
            other: label.other,
            values: chart.values(line, aggregate),
            total: chart.total(line, aggregate, making.now),
            points: chart.points(line),
        })
        .collect();
    let accuracy = if aggregate.quantile().is_some() { Accuracy::Relative { error: SKETCH_ERROR } } else { Accuracy::Exact };
    let counted =
        format!("Points of `{}` in the {}, by their own time, as {}.", resolved.metric.name, query.range.sentence(), aggregate.label());
    Ok(AggregateAnswer {
        metric: resolved.metric,
        aggregate,
        by: by.map(str::to_owned),
        tag_keys: tag_keys.clone(),
        range: query.range,
        step: frame.step,
        buckets: buckets(&frame, &making),
        points: series.iter().map(|series| series.points).sum(),
        series,
        receipt: making.receipt(context, counted, frame.start(), frame.end(), accuracy),
    })
}

pub(super) fn frame(range: Range, making: &Making, context: &ProjectContext) -> Result<Frame, ApiError> {
    calendar::explorer(range, making.now, context.zone()).ok_or_else(|| ApiError::range(range, &Range::EXPLORER))
}

fn allowed(metric: &MetricKey, asked: Option<Aggregate>) -> Result<Aggregate, ApiError> {
    let allowed = metric.kind.aggregates();
    match asked {
        None => Ok(allowed[0]),
        Some(aggregate) if allowed.contains(&aggregate) => Ok(aggregate),
        Some(aggregate) => Err(ApiError::InvalidParameter {
            name: "aggregate",
            problem: format!("cannot be `{}` for a {}", aggregate.word(), metric.kind.word()),
            allowed: allowed.iter().map(|aggregate| aggregate.word()).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn known_tag<'a>(asked: Option<&'a str>, tag_keys: &[String]) -> Result<Option<&'a str>, ApiError> {
    match asked {
        Some(tag) if !tag_keys.iter().any(|key| key == tag) => Err(ApiError::InvalidParameter {
            name: "by",
            problem: format!("names the tag `{}`, which this metric does not have", tag.chars().take(100).collect::<String>()),
            allowed: if tag_keys.is_empty() { "nothing: the metric has no tags".to_owned() } else { tag_keys.join(", ") },
        }),
        asked => Ok(asked),
    }
}

/// Each series with its points in the range, so that only the largest lines are held apart.
async fn weigh(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    series: &[SeriesRow],
    by: Option<&str>,
) -> Result<Vec<Weighed>, ApiError> {
    let ids: Vec<i32> = series.iter().map(|series| series.series_id).collect();
    let points = storage::samples::points(state.db(), context.id(), cells::grain(frame), &ids, frame.start(), frame.end()).await?;
    making.rows_read += points.len() as u64;
    let points: HashMap<i32, u64> = points.into_iter().collect();
    let weighed = |series: &SeriesRow| Weighed {
        series_id: series.series_id,
        value: by.and_then(|by| series.tags.get(by).cloned()),
        is_rest: series.tags.contains_key(OTHER),
        points: points.get(&series.series_id).copied().unwrap_or(0),
    };
    Ok(series.iter().map(weighed).collect())
}

fn buckets(frame: &Frame, making: &Making) -> Vec<AggregateBucket> {
    let bucket = |bucket: &calendar::Bucket| AggregateBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        open: making.is_open(bucket.end),
    };
    frame.buckets.iter().map(bucket).collect()
}
