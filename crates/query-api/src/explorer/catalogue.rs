//! Every metric of the project.

use std::collections::HashMap;

use analysis::calendar;
use analysis::metric::Chart;
use protocol::access::Role;
use protocol::explorer::{MetricCatalogue, MetricKey, MetricSummary};
use protocol::receipt::Accuracy;
use storage::metric_series::{self, SeriesRow};

use super::cells;
use super::resolve::tag_keys;
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
    let lines: HashMap<i32, usize> =
        metrics.iter().enumerate().flat_map(|(line, series)| series.iter().map(move |series| (series.series_id, line))).collect();
    let lately: Vec<i32> = series.iter().filter(|series| series.last_seen >= frame.start()).map(|series| series.series_id).collect();
    let mut chart = Chart::new(frame.clone(), metrics.len());
    cells::each(state, context, &mut making, &frame, &lately, |row| {
        if let Some(line) = lines.get(&row.series_id).copied() {
            let (start, cell) = cells::decode(metrics[line][0].kind, &row)?;
            chart.add(line, start, cell);
        }
        Ok(())
    })
    .await?;

    let summaries = metrics.iter().enumerate().map(|(line, series)| summary(series, line, &chart)).collect();
    let counted = "Points of the last 24 hours, by their own time; a distribution's line is its 95th percentile from sketches.";
    Ok(MetricCatalogue { metrics: summaries, receipt: making.receipt(context, counted, frame.start(), frame.end(), Accuracy::Exact) })
}

fn summary(series: &[SeriesRow], line: usize, chart: &Chart) -> MetricSummary {
    let SeriesRow { name, kind, unit, .. } = &series[0];
    MetricSummary {
        metric: MetricKey { name: name.clone(), kind: *kind, unit: unit.clone() },
        series: series.len() as u64,
        points: chart.points(line),
        spark: chart.values(line, kind.aggregates()[0]),
        last_seen: series.iter().map(|series| series.last_seen).max().unwrap_or_default(),
        tag_keys: tag_keys(series),
    }
}
