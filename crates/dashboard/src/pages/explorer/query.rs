//! What the explorer's URLs say.

use std::collections::HashMap;

use protocol::explorer::{MetricCatalogue, MetricKey, MetricSummary, SampleOrder};
use protocol::metric::{Aggregate, MetricKind};
use protocol::range::Range;

use crate::{Frame, url};

/// The two views of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Points summed up per bucket.
    Aggregates,
    /// The points themselves.
    Samples,
}

/// The state of the explorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplorerQuery {
    /// Which metric; `None` for the busiest distribution, or else the busiest metric.
    pub metric: Option<MetricKey>,
    /// How buckets are summed up; `None` for the default of the metric's kind.
    pub aggregate: Option<Aggregate>,
    /// The tag that it is grouped by.
    pub by: Option<String>,
    /// How far back.
    pub range: Range,
    /// What the catalogue is searched for.
    pub find: String,
    /// In which order samples come.
    pub order: SampleOrder,
}

const KINDS: [MetricKind; 4] = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set];
/// Long enough to see a shape, short enough to be fresh.
const RANGE_DEFAULT: Range = Range::Hours6;

impl ExplorerQuery {
    /// Reads the query string; what it does not know is left at its default. Kind and unit that the URL leaves out are
    /// taken from the catalogue, and so is the metric when it names none.
    pub fn read(words: &HashMap<String, String>, catalogue: &MetricCatalogue) -> Self {
        let word = |key: &str| words.get(key).map(String::as_str).filter(|word| !word.is_empty());
        let metric = chosen(word("metric"), word("kind").and_then(kind), words.get("unit").map(String::as_str), catalogue);
        let aggregate =
            metric.as_ref().zip(word("agg")).and_then(|(metric, word)| metric.kind.aggregates().iter().copied().find(|a| a.word() == word));
        let range = word("range").and_then(|word| Range::EXPLORER.into_iter().find(|range| range.word() == word));
        let order = [SampleOrder::Latest, SampleOrder::Largest].into_iter().find(|order| Some(order.word()) == word("order"));
        Self {
            metric,
            aggregate,
            // A tag belongs to the metric that the URL names; another one may not have it.
            by: word("metric").and(word("by")).map(str::to_owned),
            range: range.unwrap_or(RANGE_DEFAULT),
            find: word("find").unwrap_or_default().to_owned(),
            order: order.unwrap_or_default(),
        }
    }

    /// The aggregate that is shown; `None` without a metric.
    pub fn shown_aggregate(&self) -> Option<Aggregate> {
        self.aggregate.or_else(|| self.metric.as_ref().and_then(|metric| metric.kind.aggregates().first().copied()))
    }

    /// The URL of this state.
    pub(super) fn href(&self, frame: &Frame, view: View) -> String {
        let path = match view {
            View::Aggregates => frame.path("explorer"),
            View::Samples => frame.path("explorer/samples"),
        };
        url::with_query(&path, self.pairs(view))
    }

    /// The state as pairs, for links and for the hidden fields of a form. What a view does not show is kept for the other.
    pub(super) fn pairs(&self, view: View) -> Vec<(&'static str, &str)> {
        let metric = self.metric.as_ref();
        let order = if view == View::Samples { self.order.word() } else { "" };
        vec![
            ("metric", metric.map_or("", |metric| &metric.name)),
            ("kind", metric.map_or("", |metric| metric.kind.word())),
            ("unit", metric.map_or("", |metric| &metric.unit)),
            ("agg", self.aggregate.map_or("", Aggregate::word)),
            ("by", self.by.as_deref().unwrap_or("")),
            ("range", self.range.word()),
            ("order", order),
            ("find", &self.find),
        ]
    }
}

fn kind(word: &str) -> Option<MetricKind> {
    KINDS.into_iter().find(|kind| kind.word() == word)
}

fn chosen(name: Option<&str>, kind: Option<MetricKind>, unit: Option<&str>, catalogue: &MetricCatalogue) -> Option<MetricKey> {
    let Some(name) = name else {
        // Latencies are what people come for; the busiest says most.
        let of_interest = |summary: &&MetricSummary| (summary.metric.kind == MetricKind::Distribution, summary.points);
        return catalogue.metrics.iter().rev().max_by_key(of_interest).map(|summary| summary.metric.clone());
    };
    let fits = |metric: &MetricKey| {
        metric.name == name && kind.is_none_or(|kind| metric.kind == kind) && unit.is_none_or(|unit| metric.unit == unit)
    };
    // The unit is left out of a URL when it is empty: an exact match goes first.
    let exact = |metric: &MetricKey| fits(metric) && metric.unit == unit.unwrap_or_default();
    let known = || catalogue.metrics.iter().map(|summary| &summary.metric);
    known()
        .find(|metric| exact(metric))
        .or_else(|| known().find(|metric| fits(metric)))
        .cloned()
        .or_else(|| Some(MetricKey { name: name.to_owned(), kind: kind.unwrap_or_default(), unit: unit.unwrap_or_default().to_owned() }))
}
