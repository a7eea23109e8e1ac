//! Metrics over time: what is asked and what is answered.

use serde::{Deserialize, Serialize};

use super::{MetricKey, MetricQuery, Overflow, Threshold};
use crate::analyses::TimeBucket;
use crate::audience::ReleaseMark;
use crate::filter::Filter;
use crate::metric::{Aggregate, MetricKind};
use crate::range::{Compare, Period, Range, Step};
use crate::receipt::{Accuracy, Receipt};

/// One to four metrics over time, together or by group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AggregateQuery {
    /// Called A, B, C and D.
    pub lines: Vec<AggregateLine>,
    /// Which points of every line.
    pub filter: Filter,
    /// Attributes to group by; every line has the groups of the first one.
    pub by: Vec<String>,
    /// Groups that are drawn by themselves, those with the largest values of the first line; the others together.
    pub top: usize,
    /// Of when.
    pub period: Period,
    /// The width of a bucket; what fits the period where nothing is said.
    pub step: Option<Step>,
    /// What every line is compared with.
    pub compare: Compare,
    /// A figure from the lines, such as `A/B*100`; of each group where there are groups.
    pub formula: Option<String>,
}

impl AggregateQuery {
    /// Metrics in one chart.
    pub const LINES_MAX: usize = 4;
    /// Attributes that groups are made of.
    pub const BY_MAX: usize = 3;
    /// Groups that can be told apart in a chart.
    pub const TOP: usize = 7;
    /// Groups with a line of their own, at most.
    pub const TOP_MAX: usize = 50;
    /// Widths of a bucket.
    pub const STEPS: [Step; 6] = [Step::Minute1, Step::Minutes5, Step::Minutes15, Step::Hour1, Step::Hours6, Step::Day1];
}

impl Default for AggregateQuery {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            filter: Filter::all(),
            by: Vec::new(),
            top: Self::TOP,
            period: Period::Last(Range::Hours24),
            step: None,
            compare: Compare::Nothing,
            formula: None,
        }
    }
}

/// One metric of a question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AggregateLine {
    /// Which metric.
    pub metric: MetricQuery,
    /// How each bucket's points become one number; the kind's first aggregate when absent.
    pub aggregate: Option<Aggregate>,
    /// Which points, beside the filter of all lines.
    pub filter: Filter,
}

impl Aggregate {
    /// The unit in which its figures of a metric are written; empty where it counts.
    pub fn unit_of(self, metric: &MetricKey) -> String {
        let counts = match self {
            Self::Count | Self::Unique => true,
            Self::PerSecond | Self::PerMinute => metric.kind != MetricKind::Counter,
            _ => false,
        };
        if counts { String::new() } else { metric.shown_unit().to_owned() }
    }
}

/// Metrics over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateAnswer {
    /// What was asked for, as it was understood: A first.
    pub lines: Vec<AnsweredLine>,
    /// What they are grouped by.
    pub by: Vec<String>,
    /// The time that was asked for.
    pub period: Period,
    /// The width of a bucket.
    pub step: Step,
    /// The buckets' bounds and state, oldest first.
    pub buckets: Vec<TimeBucket>,
    /// By line; its groups by their value, the rest last.
    pub series: Vec<AggregateSeries>,
    /// What the formula makes of them.
    pub formula: Option<AggregateFormula>,
    /// Releases that came up in this time.
    pub releases: Vec<ReleaseMark>,
    /// Points in the range, of all lines.
    pub points: u64,
    /// Metrics with more series than are told apart.
    pub overflows: Vec<Overflow>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// One metric of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnsweredLine {
    /// A for the first one.
    pub letter: char,
    /// Which metric.
    pub metric: MetricKey,
    /// How each bucket's points became one number.
    pub aggregate: Aggregate,
    /// Which points, as a filter's text; empty for all of them.
    pub filter: String,
    /// What it could be grouped by.
    pub tag_keys: Vec<String>,
    /// Points in the range.
    pub points: u64,
    /// How exact its values are.
    pub accuracy: Accuracy,
    /// Its filter asks for what only single points know, so that these were counted and not their sums.
    pub single: bool,
    /// The metric's thresholds for this aggregate.
    pub thresholds: Vec<Threshold>,
}

/// One line of the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateSeries {
    /// Of which metric.
    pub letter: char,
    /// The group: a value for each attribute that is grouped by, null where points have none. Empty for the rest.
    pub labels: Vec<Option<String>>,
    /// This is the rest: every further group, taken together.
    pub other: bool,
    /// One value per bucket; null where there were no points.
    pub values: Vec<Option<f64>>,
    /// The aggregate over the whole range: mostly not the mean of the buckets.
    pub total: Option<f64>,
    /// Points in the range.
    pub points: u64,
    /// The same in the earlier range, where one is compared.
    pub compared: Option<Compared>,
}

/// A series in an earlier range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compared {
    /// One value per bucket.
    pub values: Vec<Option<f64>>,
    /// Over the earlier range, as far as this one is over.
    pub total: Option<f64>,
    /// Over this range, as far as it is over: what `total` is to be compared with.
    pub complete: Option<f64>,
}

/// What a formula makes of the lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AggregateFormula {
    /// The formula, as it was understood.
    pub text: String,
    /// The unit of its values, such as `percent`; empty where the units of its lines do not tell.
    pub unit: String,
    /// One, or one for each group.
    pub series: Vec<FormulaSeries>,
}

/// The formula of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormulaSeries {
    /// The group, as in [`AggregateSeries`].
    pub labels: Vec<Option<String>>,
    /// Every further group.
    pub other: bool,
    /// Per bucket; null where it has no value, such as a share of nothing.
    pub values: Vec<Option<f64>>,
    /// Of the totals.
    pub total: Option<f64>,
    /// What it makes of the lines in the earlier range, where one is compared.
    pub compared: Option<Compared>,
}
