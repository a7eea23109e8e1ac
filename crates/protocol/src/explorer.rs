//! The Metrics explorer: catalogue, aggregates, samples.

mod aggregates;
mod catalogue;
mod samples;
mod threshold;
mod unit;
mod why;

use serde::{Deserialize, Serialize};

use crate::metric::MetricKind;

pub use aggregates::{
    AggregateAnswer, AggregateFormula, AggregateLine, AggregateQuery, AggregateSeries, AnsweredLine, Compared, FormulaSeries,
};
pub use catalogue::{
    AttributeKey, DESCRIPTION_CHARS_MAX, MetricAnswer, MetricCatalogue, MetricNote, MetricSender, MetricSummary, OWNER_CHARS_MAX, Overflow,
};
pub use samples::{NearestBy, SAMPLES_MAX, Sample, SampleAnswer, SampleOrder, SampleSpan, SampleTrace, SamplesAnswer, SamplesQuery};
pub use threshold::{Severity, Side, THRESHOLDS_MAX, Threshold};
pub use why::{HeatAnswer, WHY_POINTS_MIN, WHY_SHOWN_MAX, WhyAnswer, WhyQuery, WhyRow};

/// What identifies a metric. Points of one name with another kind or unit are another metric: they do not add up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricKey {
    /// Such as `http.server.duration_ms`.
    pub name: String,
    /// What its values mean.
    pub kind: MetricKind,
    /// Such as `ms`; empty when the sender names none.
    pub unit: String,
}

impl MetricKey {
    /// The unit in which values are written: the sender's, or else what the name says, such as `ms` of `db.query.duration_ms`.
    pub fn shown_unit(&self) -> &str {
        if self.unit.is_empty() { unit::implied(&self.name) } else { &self.unit }
    }
}

/// A metric as somebody asks for it. Without kind or unit the one of this name that was seen last is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
