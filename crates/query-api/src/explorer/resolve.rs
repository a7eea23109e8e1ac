//! Which metric is meant.

use std::collections::BTreeSet;

use protocol::explorer::MetricKey;
use protocol::metric::MetricKind;
use storage::metric_series::{self, OTHER, SeriesRow};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// A metric as somebody asks for it. Points of one name with another kind or unit are another metric; without kind or unit
/// the one that was seen last is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricQuery {
    /// Such as `http.server.duration_ms`.
    pub name: String,
    /// What its values mean.
    pub kind: Option<MetricKind>,
    /// Such as `ms`; empty for a metric without one.
    pub unit: Option<String>,
}

impl From<MetricKey> for MetricQuery {
    fn from(metric: MetricKey) -> Self {
        Self { name: metric.name, kind: Some(metric.kind), unit: Some(metric.unit) }
    }
}

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
