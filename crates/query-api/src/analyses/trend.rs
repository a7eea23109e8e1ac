//! Trend: events and distinct people over time, in several series or broken down.

mod from_rollup;
mod from_segments;

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::calendar::{self, Frame};
use analysis::trend::{self, Series};
use protocol::analyses::{GroupKey, TrendAnswer, TrendBefore, TrendFormula, TrendMeasure, TrendQuery, TrendSeries};
use protocol::filter::Filter;
use protocol::formula::Formula;
use protocol::range::Compare;
use protocol::receipt::Accuracy;

use super::{counts, frame, group, pair};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::rollup::Slice;
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
    let asked = Asked { query, filters: &filters, slices: slices.filter(|_| !in_segments && by_events) };
    let series = asked.count(state, context, &mut making, &frame).await?;
    let before = match earlier(context, &making, &frame, query)? {
        Some(earlier) => before(state, context, &mut making, &asked, &earlier, formula.as_ref()).await?,
        None => None,
    };
    let what = if by_events { "Events and distinct people" } else { "Events, distinct people and what they are measured by" };
    let counted = format!("{what} by the event's own time, {} buckets of {}.", frame.buckets.len(), frame.step.label());
    Ok(TrendAnswer {
        step: frame.step,
        buckets: frame::buckets(&making, &frame),
        formula: formula.map(|formula| reckon(&formula, &series)),
        series,
        before,
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

/// The series of a question, and where they are counted.
struct Asked<'a> {
    query: &'a TrendQuery,
    filters: &'a [Filter],
    /// Their parts of the rollup, if they are read there.
    slices: Option<Vec<Slice<'a>>>,
}

impl Asked<'_> {
    async fn count(
        &self,
        state: &QueryState,
        context: &ProjectContext,
        making: &mut Making,
        frame: &Frame,
    ) -> Result<Vec<TrendSeries>, ApiError> {
        let query = self.query;
        let mut series = Vec::new();
        for (place, (letter, filter)) in ('A'..).zip(self.filters).enumerate() {
            let counted: Arc<Vec<_>> = match &self.slices {
                Some(slices) => {
                    let counted = from_rollup::count(state, context, making, query, frame, slices[place]).await?;
                    Arc::new(counted.into_iter().map(|ranked| (ranked, None)).collect())
                }
                None => from_segments::count(state, context, making, query, frame, (place, filter)).await?,
            };
            for (ranked, values) in counted.iter() {
                let key = match query.by.len() {
                    0 => GroupKey::All,
                    1 => group(&ranked.key),
                    _ => pair(&ranked.key),
                };
                series.push(told((letter, key, query.measure(place)), &ranked.series, values.clone()));
            }
        }
        Ok(series)
    }
}

/// The earlier range that is asked for, up to the time of day that it is now. Its last bucket may be cut short.
fn earlier(context: &ProjectContext, making: &Making, frame: &Frame, query: &TrendQuery) -> Result<Option<Frame>, ApiError> {
    let zone = context.zone();
    let found = calendar::earlier(frame, query.scope.period, query.compare, making.now, zone)
        .ok_or_else(|| ApiError::Fault(format!("{:?} has nothing to compare with", query.scope.period)))?;
    Ok(found.and_then(|earlier| earlier.cut(zone)))
}

/// The same question of the earlier range; `None` where part of that is gone, since the rest is nothing to compare with.
async fn before(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    asked: &Asked<'_>,
    frame: &Frame,
    formula: Option<&Formula>,
) -> Result<Option<TrendBefore>, ApiError> {
    if asked.slices.is_none() && !making.horizon(state, context).await?.segments_cover(frame.start()) {
        return Ok(None);
    }
    let missing = making.missing;
    let series = asked.count(state, context, making, frame).await?;
    let is_whole = making.missing.is_none() || making.missing == missing;
    // What the receipt says is of the range itself.
    making.missing = missing;
    let formula = formula.map(|formula| reckon(formula, &series));
    Ok(is_whole.then(|| TrendBefore { buckets: frame::buckets(making, frame), series, formula }))
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
    if !query.by.is_empty() && query.compare != Compare::Nothing {
        return wrong("compare", "cannot be combined with a breakdown", Compare::Nothing.word().to_owned());
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
#[derive(Clone)]
struct Values {
    buckets: Vec<Option<f64>>,
    whole: Option<f64>,
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
