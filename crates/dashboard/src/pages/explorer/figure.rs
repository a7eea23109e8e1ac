//! How a metric's figures are written: in its unit, or as a count where the aggregate counts.

use dashboard_islands::charts::tick;
use protocol::explorer::MetricKey;
use protocol::metric::{Aggregate, MetricKind};
use protocol::number;

/// What stands on every figure, and what only the title says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    unit: String,
    words: String,
}

impl Figures {
    /// The figures of a metric under an aggregate.
    pub(super) fn of(metric: &MetricKey, aggregate: Aggregate) -> Self {
        let counter = metric.kind == MetricKind::Counter;
        let unit = metric.shown_unit();
        let own = if unit.is_empty() { String::new() } else { format!("in {unit}") };
        match aggregate {
            Aggregate::Count => Self::plain("points"),
            Aggregate::Unique => Self::plain(&format!("distinct {}", if unit.is_empty() { "values" } else { unit })),
            Aggregate::PerSecond if counter => Self { unit: unit.to_owned(), words: per("second", unit) },
            Aggregate::PerMinute if counter => Self { unit: unit.to_owned(), words: per("minute", unit) },
            Aggregate::PerSecond => Self::plain("points per second"),
            Aggregate::PerMinute => Self::plain("points per minute"),
            _ => Self { unit: unit.to_owned(), words: own },
        }
    }

    /// Figures in a unit; it may be empty.
    pub(super) fn in_unit(unit: &str) -> Self {
        Self { unit: unit.to_owned(), words: if unit.is_empty() { String::new() } else { format!("in {unit}") } }
    }

    fn plain(words: &str) -> Self {
        Self { unit: String::new(), words: words.to_owned() }
    }

    /// The unit of the value axis.
    pub(super) fn unit(&self) -> &str {
        &self.unit
    }

    /// What the figures are, for the title: `requests per minute`.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// A figure; a dash where there is none.
    pub(super) fn text(&self, value: Option<f64>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| number::with_unit(value, self.symbol()))
    }

    /// The same where there is room: money to the cent.
    pub(super) fn in_full(&self, value: Option<f64>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| number::in_full(value, self.symbol()))
    }

    /// What a figure says when pointed at, if that is more than its text.
    pub(super) fn title(&self, value: Option<f64>) -> Option<String> {
        let full = self.in_full(value);
        (full != self.text(value)).then_some(full)
    }

    /// A unit that is a word stands in the title of a chart, not in every cell.
    fn symbol(&self) -> &str {
        if tick::is_symbol(&self.unit) { &self.unit } else { "" }
    }
}

fn per(time: &str, unit: &str) -> String {
    if unit.is_empty() { format!("per {time}") } else { format!("{unit} per {time}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: MetricKind, unit: &str, aggregate: Aggregate, value: f64) -> (String, String) {
        let figures = Figures::of(&MetricKey { name: "m".to_owned(), kind, unit: unit.to_owned() }, aggregate);
        (figures.text(Some(value)).replace('\u{a0}', " "), figures.words().to_owned())
    }

    fn pair(text: &str, words: &str) -> (String, String) {
        (text.to_owned(), words.to_owned())
    }

    #[test]
    fn a_percentile_has_the_metrics_unit_and_a_count_has_none() {
        assert_eq!(shown(MetricKind::Distribution, "ms", Aggregate::P95, 2_840.0), pair("2.84 s", "in ms"));
        assert_eq!(shown(MetricKind::Distribution, "ms", Aggregate::Count, 2_840.0), pair("2,840", "points"));
        assert_eq!(shown(MetricKind::Gauge, "jobs", Aggregate::PerSecond, 2.0), pair("2", "points per second"));
    }

    #[test]
    fn a_word_as_unit_is_said_once() {
        assert_eq!(shown(MetricKind::Counter, "requests", Aggregate::PerMinute, 318.0), pair("318", "requests per minute"));
        assert_eq!(shown(MetricKind::Set, "people", Aggregate::Unique, 7.0), pair("7", "distinct people"));
    }

    #[test]
    fn large_money_is_short_and_says_all_of_it_when_pointed_at() {
        let figures = Figures::in_unit("usd");
        assert_eq!((figures.text(Some(12_512.34)).as_str(), figures.title(Some(12_512.34)).as_deref()), ("$12.5k", Some("$12,512.34")));
        assert_eq!((figures.text(Some(12.5)).as_str(), figures.title(Some(12.5))), ("$12.50", None));
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        let figures = Figures::of(&MetricKey { name: "m".to_owned(), kind: MetricKind::Gauge, unit: String::new() }, Aggregate::Avg);
        assert_eq!(figures.text(None), "–");
        assert_eq!(figures.text(Some(0.0)), "0");
    }
}
