//! What the explorer's URLs say.

use std::collections::HashMap;

use protocol::explorer::{
    AggregateLine, AggregateQuery, MetricCatalogue, MetricKey, MetricQuery, MetricSummary, SampleOrder, SamplesQuery, WhyQuery,
};
use protocol::filter::{Field, Filter, Test};
use protocol::metric::{Aggregate, MetricKind};
use protocol::range::{Compare, Range, Step};

use crate::selected::{Selected, Word};
use crate::{Frame, url};

/// The views of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Points summed up per bucket.
    Aggregates,
    /// The points themselves.
    Samples,
    /// What is different about a part of them.
    Why,
    /// Every metric, as cards.
    Catalogue,
    /// What is known of the metric.
    About,
}

impl View {
    const fn page(self) -> &'static str {
        match self {
            Self::Aggregates => "explorer",
            Self::Samples => "explorer/samples",
            Self::Why => "explorer/why",
            Self::Catalogue => "explorer/catalogue",
            Self::About => "explorer/metric",
        }
    }
}

/// A metric beside the first one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) metric: MetricKey,
    pub(super) aggregate: Option<Aggregate>,
    /// Which of its points, as a filter's text.
    pub(super) only: String,
}

/// What the legend is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// As the answer has it: the value of the first line.
    #[default]
    Whole,
    Least,
    Mean,
    Most,
    Last,
}

impl Sort {
    pub(super) const ALL: [Self; 5] = [Self::Least, Self::Mean, Self::Most, Self::Last, Self::Whole];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Least => "min",
            Self::Mean => "avg",
            Self::Most => "max",
            Self::Last => "last",
        }
    }
}

/// The state of the explorer.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplorerQuery {
    /// Which time and which points.
    pub selected: Selected,
    /// Which metric; `None` for the busiest distribution, or else the busiest metric.
    pub metric: Option<MetricKey>,
    /// How buckets are summed up; `None` for the default of the metric's kind.
    pub aggregate: Option<Aggregate>,
    /// B, C and D.
    pub(super) lines: Vec<Line>,
    /// The attributes that it is grouped by.
    pub by: Vec<String>,
    /// The width of a bucket; `None` for what fits the time.
    pub(super) step: Option<Step>,
    pub(super) compare: Compare,
    /// Empty for none.
    pub(super) formula: String,
    pub(super) sort: Sort,
    /// What the catalogue is searched for.
    pub find: String,
    /// In which order samples come.
    pub order: SampleOrder,
    /// The sample that is looked at; empty for none.
    pub at: String,
    /// The page of samples: that behind this place, or that before it; both empty for the first one.
    pub(super) after: String,
    pub(super) before: String,
}

/// The words of B, C and D: name, kind, unit, aggregate, filter.
pub(super) const WORDS: [[&str; 5]; AggregateQuery::LINES_MAX - 1] = [
    ["b", "b_kind", "b_unit", "b_agg", "b_where"],
    ["c", "c_kind", "c_unit", "c_agg", "c_where"],
    ["d", "d_kind", "d_unit", "d_agg", "d_where"],
];
const BY: [&str; AggregateQuery::BY_MAX] = ["by", "by2", "by3"];
/// Long enough to see a shape, short enough to be fresh.
const RANGE_DEFAULT: Range = Range::Hours6;

impl ExplorerQuery {
    /// Reads the query string; what it does not know is left at its default. Kind and unit that the URL leaves out are
    /// taken from the catalogue, and so is the metric when it names none.
    pub fn read(words: &HashMap<String, String>, catalogue: &MetricCatalogue) -> Self {
        let word = |key: &str| words.get(key).map(String::as_str).filter(|word| !word.is_empty());
        let named = |name: &str, kind: &str, unit: &str| {
            let kind = url::choice(words, kind, &MetricKind::ALL, MetricKind::word);
            chosen(word(name), kind, words.get(unit).map(String::as_str), catalogue)
        };
        let aggregate = |metric: &MetricKey, name: &str| url::choice(words, name, metric.kind.aggregates(), Aggregate::word);
        let metric = named("metric", "kind", "unit");
        let line = |[name, kind, unit, agg, only]: [&'static str; 5]| {
            let metric = word(name).and_then(|_| named(name, kind, unit))?;
            Some(Line { aggregate: aggregate(&metric, agg), only: word(only).unwrap_or_default().to_owned(), metric })
        };
        let mut by: Vec<String> = BY.into_iter().filter_map(word).map(str::to_owned).collect();
        by.dedup();
        Self {
            selected: Selected::among(words, &Range::EXPLORER, RANGE_DEFAULT),
            aggregate: metric.as_ref().and_then(|metric| aggregate(metric, "agg")),
            // An attribute belongs to the metric that the URL names; another one may not have it.
            by: word("metric").map(|_| by).unwrap_or_default(),
            metric,
            lines: WORDS.into_iter().filter_map(line).collect(),
            step: url::choice(words, "step", &AggregateQuery::STEPS, Step::word),
            compare: url::choice(words, "compare", &Compare::ALL, Compare::word).unwrap_or(Compare::Nothing),
            formula: word("formula").unwrap_or_default().trim().to_owned(),
            sort: url::choice(words, "sort", &Sort::ALL, Sort::word).unwrap_or_default(),
            find: word("find").unwrap_or_default().to_owned(),
            order: url::choice(words, "order", &SampleOrder::ALL, SampleOrder::word).unwrap_or_default(),
            at: word("at").unwrap_or_default().to_owned(),
            after: word("after").unwrap_or_default().to_owned(),
            before: word("before").unwrap_or_default().to_owned(),
        }
    }

    /// What is asked of the engine; `None` without a metric.
    ///
    /// # Errors
    /// A sentence for whoever wrote the filter of a line.
    pub fn aggregates(&self) -> Result<Option<AggregateQuery>, String> {
        let Some(metric) = &self.metric else { return Ok(None) };
        let mut lines = vec![AggregateLine { metric: metric.clone().into(), aggregate: self.aggregate, filter: Filter::all() }];
        for (line, letter) in self.lines.iter().zip('B'..) {
            let filter = Filter::parse(&line.only).map_err(|error| format!("{letter}: {error}"))?;
            lines.push(AggregateLine { metric: line.metric.clone().into(), aggregate: line.aggregate, filter });
        }
        Ok(Some(AggregateQuery {
            lines,
            filter: self.selected.filtered.filter.clone(),
            by: self.by.clone(),
            period: self.selected.period,
            step: self.step,
            compare: self.compare,
            formula: (!self.formula.is_empty()).then(|| self.formula.clone()),
            ..AggregateQuery::default()
        }))
    }

    /// Which points are asked for; `None` without a metric.
    pub fn samples(&self) -> Option<SamplesQuery> {
        let metric = self.metric.clone()?.into();
        let place = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        Some(SamplesQuery {
            metric,
            filter: self.selected.filtered.filter.clone(),
            period: self.selected.period,
            order: self.order,
            after: place(&self.after),
            before: place(&self.before).filter(|_| self.after.is_empty()),
        })
    }

    /// What is compared with what is around it; `None` without a metric.
    pub fn why(&self) -> Option<WhyQuery> {
        let metric = self.metric.clone()?.into();
        Some(WhyQuery { metric, filter: self.selected.filtered.filter.clone(), period: self.selected.period, least: None })
    }

    /// The metric as the engine is asked for it.
    pub fn metric_query(&self) -> Option<MetricQuery> {
        self.metric.clone().map(MetricQuery::from)
    }

    /// The URL of this state.
    pub(super) fn href(&self, frame: &Frame, view: View) -> String {
        url::with_words(&self.path(frame, view), &self.words(view))
    }

    pub(super) fn path(&self, frame: &Frame, view: View) -> String {
        frame.path(view.page())
    }

    /// The state as words, for links and for the hidden fields of a form. What a view does not show is kept for the others.
    pub(super) fn words(&self, view: View) -> Vec<Word> {
        let mut words = self.question();
        words.extend(self.selected.words());
        let samples = view == View::Samples;
        words.extend([
            ("order", if samples && self.order != SampleOrder::Latest { self.order.word().to_owned() } else { String::new() }),
            ("at", if samples { self.at.clone() } else { String::new() }),
            ("after", if samples { self.after.clone() } else { String::new() }),
            ("before", if samples { self.before.clone() } else { String::new() }),
            ("find", self.find.clone()),
        ]);
        words
    }

    /// What is asked, beside the time and the filter.
    pub(super) fn question(&self) -> Vec<Word> {
        let metric = self.metric.as_ref();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let mut words = vec![
            ("metric", text(metric.map(|metric| metric.name.as_str()))),
            ("kind", text(metric.map(|metric| metric.kind.word()))),
            ("unit", text(metric.map(|metric| metric.unit.as_str()))),
            ("agg", text(self.aggregate.map(Aggregate::word))),
        ];
        for (line, [name, kind, unit, agg, only]) in self.lines.iter().zip(WORDS) {
            words.extend([
                (name, line.metric.name.clone()),
                (kind, line.metric.kind.word().to_owned()),
                (unit, line.metric.unit.clone()),
                (agg, text(line.aggregate.map(Aggregate::word))),
                (only, line.only.clone()),
            ]);
        }
        words.extend(BY.into_iter().zip(self.by.iter().cloned()));
        let compare = if self.compare == Compare::Nothing { "" } else { self.compare.word() };
        let sort = if self.sort == Sort::Whole { "" } else { self.sort.word() };
        words.extend([
            ("step", text(self.step.map(Step::word))),
            ("compare", compare.to_owned()),
            ("formula", self.formula.clone()),
            ("sort", sort.to_owned()),
        ]);
        words
    }

    /// The words of the API for the same chart; with the formula if it could be `reckoned`.
    pub(super) fn api_words(&self, reckoned: bool) -> Vec<Word> {
        let mut words = self.selected.words();
        let lines = self.metric.iter().map(|metric| (metric, self.aggregate, String::new()));
        let lines = lines.chain(self.lines.iter().map(|line| (&line.metric, line.aggregate, line.only.clone())));
        for (metric, aggregate, only) in lines {
            let aggregate = aggregate.unwrap_or(metric.kind.aggregates()[0]).word().to_owned();
            words.extend([
                ("name", metric.name.clone()),
                ("kind", metric.kind.word().to_owned()),
                ("unit", metric.unit.clone()),
                ("aggregate", aggregate),
                ("where", only),
            ]);
        }
        words.extend(self.by.iter().map(|by| ("by", by.clone())));
        words.extend([
            ("step", self.step.map_or("", Step::word).to_owned()),
            ("compare", self.compare.word().to_owned()),
            ("formula", if reckoned { self.formula.clone() } else { String::new() }),
        ]);
        words
    }

    /// The same of another metric, which has its own aggregates and attributes; time, order and search stay.
    pub(super) fn of_metric(&self, metric: &MetricKey) -> Self {
        Self {
            selected: self.selected.matching(""),
            metric: Some(metric.clone()),
            aggregate: None,
            lines: Vec::new(),
            by: Vec::new(),
            formula: String::new(),
            ..self.begun_anew()
        }
    }

    pub(super) fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.begun_anew() }
    }

    /// The same from the first sample on, with none of them looked at.
    pub(super) fn begun_anew(&self) -> Self {
        Self { at: String::new(), after: String::new(), before: String::new(), ..self.clone() }
    }

    /// The samples that have a value as well.
    pub(super) fn narrowed(&self, frame: &Frame, key: &str, value: &str) -> String {
        let filter = self.selected.filtered.with(Field::named(key), Test::is(value));
        self.selecting(&self.selected.matching(&filter)).href(frame, View::Samples)
    }
}

fn chosen(name: Option<&str>, kind: Option<MetricKind>, unit: Option<&str>, catalogue: &MetricCatalogue) -> Option<MetricKey> {
    let Some(name) = name else {
        // Latencies are what people come for; the busiest says most. What begins with $ is made of something else that was sent.
        let of_interest = |summary: &&MetricSummary| {
            (!summary.metric.name.starts_with('$'), summary.metric.kind == MetricKind::Distribution, summary.points)
        };
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
