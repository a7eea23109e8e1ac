//! Every metric of the project, and what is known of one.

use std::collections::BTreeMap;

use analysis::calendar::{self, Frame};
use analysis::metric::Chart;
use chrono::TimeDelta;
use protocol::access::Role;
use protocol::explorer::{
    AttributeKey, DESCRIPTION_CHARS_MAX, MetricAnswer, MetricCatalogue, MetricKey, MetricNote, MetricQuery, MetricSummary, OWNER_CHARS_MAX,
    Overflow, Threshold,
};
use protocol::receipt::Accuracy;
use storage::metric_series::{self, OTHER, SeriesRow};
use storage::{metric_notes, samples};

use super::resolve::{self, Resolved, tag_keys};
use super::{aggregate, cells};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Every metric of the project by name, with its last 24 hours. Of more than 50,000 series those seen last.
///
/// # Errors
/// When the database does not answer in time.
pub async fn catalogue(state: &QueryState, context: &ProjectContext) -> Result<MetricCatalogue, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context)).await
}

async fn run(state: &QueryState, context: &ProjectContext) -> Result<MetricCatalogue, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = calendar::spark(making.now, context.zone());
    let series = metric_series::catalogue(state.db(), context.id()).await?;
    making.rows_read += series.len() as u64;

    // The catalogue is ordered by metric, so that its series lie together.
    let metrics: Vec<&[SeriesRow]> = series.chunk_by(|a, b| (&a.name, a.kind, &a.unit) == (&b.name, b.kind, &b.unit)).collect();
    let summaries = summaries(state, context, &mut making, &frame, &metrics).await?;
    let counted = format!("Points of the last 24 hours, by their own time.{LINES}");
    let receipt = making.receipt(context, counted, frame.start(), frame.end(), accuracy(&summaries));
    Ok(MetricCatalogue { metrics: summaries, receipt })
}

/// What a receipt says of the lines, whose accuracy is that of the least exact one.
const LINES: &str = " A distribution's line is its 95th percentile, from sketches; every other line, and every count, is exact.";

/// That of the least exact line.
fn accuracy(summaries: &[MetricSummary]) -> Accuracy {
    summaries.iter().map(|summary| summary.accuracy).find(|accuracy| *accuracy != Accuracy::Exact).unwrap_or_default()
}

async fn summaries(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    metrics: &[&[SeriesRow]],
) -> Result<Vec<MetricSummary>, ApiError> {
    let lately: Vec<(usize, &SeriesRow)> = metrics
        .iter()
        .enumerate()
        .flat_map(|(line, series)| series.iter().map(move |series| (line, series)))
        .filter(|(_, series)| series.last_seen >= frame.start())
        .collect();
    let rows: Vec<&SeriesRow> = lately.iter().map(|(_, series)| *series).collect();
    let mut chart = Chart::new(frame.clone(), metrics.len());
    cells::each(state, context, making, frame, &rows, |place, start, cell| chart.add(lately[place].0, start, cell)).await?;
    Ok(metrics.iter().enumerate().map(|(line, series)| summary(series, line, &chart)).collect())
}

/// What is known of one metric.
///
/// # Errors
/// [`ApiError::UnknownMetric`]; else when the database does not answer in time.
pub async fn metric(state: &QueryState, context: &ProjectContext, query: &MetricQuery) -> Result<MetricAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, one(state, context, query)).await
}

async fn one(state: &QueryState, context: &ProjectContext, query: &MetricQuery) -> Result<MetricAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = calendar::spark(making.now, context.zone());
    let Resolved { metric, series } = resolve::metric(state, context, query).await?;
    making.rows_read += series.len() as u64;
    let mut summaries = summaries(state, context, &mut making, &frame, &[&series]).await?;
    let summary = summaries.pop().ok_or_else(|| ApiError::UnknownMetric(query.name.clone()))?;
    let senders = samples::senders(state.db(), context.id(), &metric, frame.start(), frame.end()).await?;
    let overflow = overflow(state, context, &making, &metric, &series).await?;
    let counted = format!("Series of `{}` that are told apart, and points of the last 24 hours by their own time.{LINES}", metric.name);
    let accuracy = summary.accuracy;
    Ok(MetricAnswer {
        first_seen: series.iter().map(|series| series.first_seen).min().unwrap_or_default(),
        note: metric_notes::find(state.db(), context.id(), &metric).await?.unwrap_or_default(),
        attributes: attributes(&series),
        overflow,
        senders,
        summary,
        receipt: making.receipt(context, counted, frame.start(), frame.end(), accuracy),
    })
}

/// Says what a metric measures and whom to ask, in place of what was said.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor, [`ApiError::UnknownMetric`],
/// [`ApiError::InvalidParameter`] for a text that is too long; else when the database does not answer.
pub async fn describe(state: &QueryState, context: &ProjectContext, query: &MetricQuery, note: MetricNote) -> Result<MetricNote, ApiError> {
    context.require(Role::Editor)?;
    let tidy = |name: &'static str, text: &str, most: usize| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > most {
            let (problem, allowed) = ("is too long".to_owned(), format!("at most {most} characters"));
            return Err(ApiError::InvalidParameter { name, problem, allowed });
        }
        Ok(text)
    };
    let note = MetricNote {
        description: tidy("description", &note.description, DESCRIPTION_CHARS_MAX)?,
        owner: tidy("owner", &note.owner, OWNER_CHARS_MAX)?,
        thresholds: note.thresholds,
    };
    let Resolved { metric, .. } = resolve::metric(state, context, query).await?;
    for threshold in &note.thresholds {
        aggregate::allowed("thresholds", &metric, Some(threshold.aggregate))?;
    }
    metric_notes::save(state.db(), context.id(), &metric, &note, &context.caller().to_string(), state.clock().now()).await?;
    Ok(note)
}

/// Thresholds from their text.
///
/// # Errors
/// [`ApiError::InvalidParameter`] naming the part that cannot be read.
pub fn thresholds(text: &str) -> Result<Vec<Threshold>, ApiError> {
    Threshold::list(text).map_err(|fault| ApiError::InvalidParameter {
        name: "thresholds",
        problem: format!("cannot be read: {fault}"),
        allowed: "such as p95 > 800 critical, p95 > 500 warning".to_owned(),
    })
}

/// The attributes of some series, the one with most values first.
fn attributes(series: &[SeriesRow]) -> Vec<AttributeKey> {
    /// Values that are named.
    const EXAMPLES: usize = 5;
    let mut keys = BTreeMap::<&str, BTreeMap<&str, u64>>::new();
    for (key, value) in series.iter().flat_map(|series| &series.tags).filter(|(key, _)| *key != OTHER) {
        *keys.entry(key).or_default().entry(value).or_default() += 1;
    }
    let attribute = |(key, values): (&str, BTreeMap<&str, u64>)| {
        let mut examples: Vec<_> = values.iter().collect();
        examples.sort_by_key(|(_, series)| std::cmp::Reverse(**series));
        AttributeKey {
            key: key.to_owned(),
            values: values.len() as u64,
            series: values.values().sum(),
            examples: examples.into_iter().take(EXAMPLES).map(|(value, _)| (*value).to_owned()).collect(),
        }
    };
    let mut attributes: Vec<_> = keys.into_iter().map(attribute).collect();
    attributes.sort_by(|a, b| b.values.cmp(&a.values).then_with(|| a.key.cmp(&b.key)));
    attributes
}

/// What is wrong with a metric of which not all series are told apart.
pub(super) async fn overflow(
    state: &QueryState,
    context: &ProjectContext,
    making: &Making,
    metric: &MetricKey,
    series: &[SeriesRow],
) -> Result<Option<Overflow>, ApiError> {
    if !series.iter().any(|series| series.tags.contains_key(OTHER)) {
        return Ok(None);
    }
    let most = attributes(series).into_iter().next();
    Ok(Some(Overflow {
        metric: metric.clone(),
        values: most.as_ref().map_or(0, |most| most.values),
        attribute: most.map(|most| most.key),
        sender: samples::widest_sender(state.db(), context.id(), metric, making.now - TimeDelta::hours(24), making.now).await?,
    }))
}

fn summary(series: &[SeriesRow], line: usize, chart: &Chart) -> MetricSummary {
    let SeriesRow { name, kind, unit, .. } = &series[0];
    MetricSummary {
        metric: MetricKey { name: name.clone(), kind: *kind, unit: unit.clone() },
        series: series.len() as u64,
        points: chart.points(line),
        spark: chart.values(line, kind.aggregates()[0]),
        accuracy: aggregate::accuracy(kind.aggregates()[0], false),
        last_seen: series.iter().map(|series| series.last_seen).max().unwrap_or_default(),
        tag_keys: tag_keys(series),
    }
}
