//! Trend: events and distinct people over time, in several series or broken down.

mod from_rollup;
mod from_segments;

use std::collections::BTreeSet;

use analysis::trend::{self, Series};
use protocol::analyses::{GroupKey, TrendAnswer, TrendFormula, TrendMeasure, TrendQuery, TrendSeries};
use protocol::filter::Filter;
use protocol::formula::Formula;
use protocol::receipt::Accuracy;

use super::{counts, frame, group};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`TrendQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn trend(state: &QueryState, context: &ProjectContext, query: &TrendQuery) -> Result<TrendAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &TrendQuery) -> Result<TrendAnswer, ApiError> {
    let formula = check(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, query.step)?;
    let filters: Vec<Filter> = query.series.iter().map(|filter| query.scope.filter.clone().and(filter.clone())).collect();
    let in_segments = making.horizon(state, context).await?.segments_cover(frame.start());
    // All series from one place: a formula must not divide what reaches back far by what does not.
    let slices: Option<Vec<_>> = filters.iter().map(|filter| from_rollup::slice(query, filter)).collect();
    let by_events = (0..filters.len()).all(|place| matches!(query.measure(place), TrendMeasure::Events | TrendMeasure::People));
    let slices = slices.filter(|_| !in_segments && by_events);
    let mut series = Vec::new();
    for (place, (letter, filter)) in ('A'..).zip(&filters).enumerate() {
        let counted = match &slices {
            Some(slices) => {
                let counted = from_rollup::count(state, context, &mut making, query, &frame, slices[place]).await?;
                counted.into_iter().map(|ranked| (ranked, None)).collect()
            }
            None => from_segments::count(state, context, &mut making, query, &frame, (place, filter)).await?,
        };
        for (ranked, values) in counted {
            let key = match query.by.len() {
                0 => GroupKey::All,
                1 => group(&ranked.key),
                _ => pair(&ranked.key),
            };
            series.push(told((letter, key, query.measure(place)), &ranked.series, values));
        }
    }
    let what = if by_events { "Events and distinct people" } else { "Events, distinct people and what they are measured by" };
    let counted = format!("{what} by the event's own time, {} buckets of {}.", frame.buckets.len(), frame.step.label());
    Ok(TrendAnswer {
        step: frame.step,
        buckets: frame::buckets(&making, &frame),
        formula: formula.map(|formula| reckon(&formula, &series)),
        series,
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

/// The formula, if the question makes sense.
fn check(query: &TrendQuery) -> Result<Option<Formula>, ApiError> {
    let wrong = |name, problem: &str, allowed: String| Err(ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed });
    if query.series.is_empty() || query.series.len() > TrendQuery::SERIES_MAX {
        return wrong("series", "must be given", format!("1 to {} filters", TrendQuery::SERIES_MAX));
    }
    if !query.by.is_empty() && query.series.len() > 1 {
        return wrong("by", "cannot break down several series", "one series".to_owned());
    }
    if query.by.len() > TrendQuery::FIELDS_MAX {
        return wrong("by", "is given too often", format!("at most {} fields", TrendQuery::FIELDS_MAX));
    }
    if query.top == 0 || query.top > TrendQuery::TOP_MAX {
        return wrong("top", "is out of range", format!("1 to {}", TrendQuery::TOP_MAX));
    }
    if query.measures.len() > query.series.len() {
        return wrong("measure", "is given more often than `series`", format!("at most {} here", query.series.len()));
    }
    if !query.by.is_empty() && query.measure(0) == TrendMeasure::Sessions {
        return wrong("measure", "cannot be sessions in a breakdown", "events, people, or a number such as sum(price)".to_owned());
    }
    let Some(text) = &query.formula else { return Ok(None) };
    let formula: Formula = text.parse().map_err(|error| ApiError::InvalidParameter {
        name: "formula",
        problem: format!("{error}"),
        allowed: "such as B/A*100".to_owned(),
    })?;
    if !query.by.is_empty() {
        return wrong("formula", "cannot be combined with a breakdown", "several series".to_owned());
    }
    let known = ('A'..).take(query.series.len()).collect::<BTreeSet<char>>();
    if formula.letters().into_iter().any(|letter| !known.contains(&letter)) {
        return wrong("formula", "names a series that is not there", known.into_iter().map(String::from).collect::<Vec<_>>().join(", "));
    }
    Ok(Some(formula))
}

/// What a series is measured by, where that is neither events nor people: by bucket, and over the whole range.
struct Values {
    buckets: Vec<Option<f64>>,
    whole: Option<f64>,
}

/// Stands between the two values of a pair; what it marks as there follows it, so that a value may hold anything.
const APART: char = '\u{1f}';

/// A pair as one text: the length of the first value, if there is one, both values, and whether there is a second.
fn joined(first: Option<&str>, second: Option<&str>) -> String {
    let length = first.map(|first| first.len().to_string()).unwrap_or_default();
    let mark = if second.is_some() { "+" } else { "" };
    format!("{length}{APART}{mark}{APART}{}{}", first.unwrap_or_default(), second.unwrap_or_default())
}

/// The pair of a text that [`joined`] made.
fn pair(key: &trend::Key) -> GroupKey {
    let trend::Key::Value(text) = key else { return group(key) };
    let mut pieces = text.splitn(3, APART);
    let (length, mark, values) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
    let (first, second) = values.split_at(length.parse().unwrap_or(0));
    GroupKey::Pair((!length.is_empty()).then(|| first.to_owned()), (!mark.is_empty()).then(|| second.to_owned()))
}

fn told((letter, key, measure): (char, GroupKey, TrendMeasure), series: &Series, values: Option<Values>) -> TrendSeries {
    let Series { buckets, total } = series;
    let of = |cell: &trend::Cell| Some(if measure == TrendMeasure::People { cell.people as f64 } else { cell.events });
    let Values { buckets: values, whole: value } =
        values.unwrap_or_else(|| Values { buckets: buckets.iter().map(of).collect(), whole: of(total) });
    TrendSeries { letter, key, measure, values, value, counts: buckets.iter().map(counts).collect(), total: counts(total) }
}

/// The formula over each bucket, and over the whole range. It has no value where one of its series has none.
fn reckon(formula: &Formula, series: &[TrendSeries]) -> TrendFormula {
    let named = formula.letters();
    let eval = |value: &dyn Fn(&TrendSeries) -> Option<f64>| {
        let of = |series: &TrendSeries| value(series).or((!named.contains(&series.letter)).then_some(0.0));
        formula.eval(&series.iter().map(of).collect::<Option<Vec<_>>>()?)
    };
    let buckets = series.first().map_or(0, |series| series.values.len());
    TrendFormula {
        text: formula.to_string(),
        values: (0..buckets).map(|bucket| eval(&|series| series.values[bucket])).collect(),
        total: eval(&|series| series.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_comes_back_as_it_was() {
        for (first, second) in [(Some("DE"), Some("iOS")), (None, Some("")), (Some("a\u{1f}b"), None), (None, None), (Some(""), Some("ü"))]
        {
            let key = pair(&trend::Key::Value(joined(first, second).into()));
            assert_eq!(key, GroupKey::Pair(first.map(str::to_owned), second.map(str::to_owned)));
        }
    }
}
