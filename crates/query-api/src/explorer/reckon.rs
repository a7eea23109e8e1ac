//! What a formula makes of the lines, group by group.

use protocol::explorer::{AggregateFormula, AggregateSeries, Compared, FormulaSeries, MetricKey};
use protocol::formula::Formula;
use protocol::metric::{Aggregate, MetricKind};

/// A line that a formula may name.
pub(super) struct Term<'l> {
    pub(super) letter: char,
    pub(super) metric: &'l MetricKey,
    pub(super) aggregate: Aggregate,
}

impl Term<'_> {
    /// Nothing counted is zero, rather than that nobody knows.
    fn adds_up(&self) -> bool {
        self.metric.kind == MetricKind::Counter || matches!(self.aggregate, Aggregate::Count | Aggregate::PerSecond | Aggregate::PerMinute)
    }
}

/// The formula of each group that some line has, in this range and in the earlier one.
pub(super) fn formula(formula: &Formula, terms: &[Term<'_>], series: &[AggregateSeries]) -> AggregateFormula {
    let mut groups: Vec<(&[Option<String>], bool)> = Vec::new();
    for one in series {
        let group = (one.labels.as_slice(), one.other);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    // The rest stands last, also where the first line has none.
    groups.sort_by_key(|(_, other)| *other);
    let buckets = series.first().map_or(0, |one| one.values.len());
    let of_group = |(labels, other): (&[Option<String>], bool)| {
        let of = |term: &Term<'_>| series.iter().find(|one| one.letter == term.letter && one.other == other && one.labels == labels);
        let own = Own { formula, terms, series: terms.iter().map(of).collect() };
        let earlier = own.series.iter().flatten().find_map(|series| series.compared.as_ref());
        FormulaSeries {
            labels: labels.to_vec(),
            other,
            values: (0..buckets).map(|bucket| own.of(|series| *series.values.get(bucket)?)).collect(),
            total: own.of(|series| series.total),
            compared: earlier.map(|earlier| Compared {
                values: (0..earlier.values.len()).map(|bucket| own.of(|series| *series.compared.as_ref()?.values.get(bucket)?)).collect(),
                total: own.of(|series| series.compared.as_ref()?.total),
                complete: own.of(|series| series.compared.as_ref()?.complete),
            }),
        }
    };
    let units: Vec<String> = terms.iter().map(|term| term.aggregate.unit_of(term.metric)).collect();
    AggregateFormula {
        text: formula.to_string(),
        unit: formula.unit(&units.iter().map(String::as_str).collect::<Vec<_>>()),
        series: groups.into_iter().map(of_group).collect(),
    }
}

/// The lines of one group.
struct Own<'a> {
    formula: &'a Formula,
    terms: &'a [Term<'a>],
    /// That of each term; none where a line does not have the group.
    series: Vec<Option<&'a AggregateSeries>>,
}

impl Own<'_> {
    /// The formula of one value of each line. Where a line that adds up has no points, it counts as zero, unless no line of the
    /// formula has any.
    fn of(&self, value: impl Fn(&AggregateSeries) -> Option<f64>) -> Option<f64> {
        let named = self.formula.letters();
        let values: Vec<Option<f64>> = self.series.iter().map(|series| series.and_then(&value)).collect();
        let asked = |term: &Term<'_>| named.contains(&term.letter);
        if self.terms.iter().zip(&values).all(|(term, value)| value.is_none() || !asked(term)) {
            return None;
        }
        let zero = |(term, value): (&Term<'_>, &Option<f64>)| value.or((term.adds_up() || !asked(term)).then_some(0.0));
        self.formula.eval(&self.terms.iter().zip(&values).map(zero).collect::<Option<Vec<f64>>>()?)
    }
}
