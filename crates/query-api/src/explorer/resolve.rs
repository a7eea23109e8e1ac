//! Which metric is meant.

use std::collections::BTreeSet;

use protocol::explorer::{MetricKey, MetricQuery};
use storage::metric_series::{self, OTHER, SeriesRow};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// A metric with its series.
pub(super) struct Resolved {
    pub(super) metric: MetricKey,
    pub(super) series: Vec<SeriesRow>,
}

pub(super) async fn metric(state: &QueryState, context: &ProjectContext, query: &MetricQuery) -> Result<Resolved, ApiError> {
    let named = storage::samples::metrics_named(state.db(), context.id(), &query.name).await?;
    let metric = named
        .into_iter()
        .map(|named| named.metric)
        .find(|metric| query.kind.is_none_or(|kind| kind == metric.kind) && query.unit.as_ref().is_none_or(|unit| *unit == metric.unit))
        .ok_or_else(|| ApiError::UnknownMetric(query.name.clone()))?;
    let series = metric_series::of_metric(state.db(), context.id(), &metric.name, metric.kind, &metric.unit).await?;
    Ok(Resolved { metric, series })
}

/// What these series can be grouped by, in order.
pub(super) fn tag_keys<'a>(series: impl IntoIterator<Item = &'a SeriesRow>) -> Vec<String> {
    let keys: BTreeSet<&String> = series.into_iter().flat_map(|series| series.tags.keys()).filter(|key| *key != OTHER).collect();
    keys.into_iter().cloned().collect()
}
