//! What a filter over a metric may be about: its attributes, what single points say, and their values.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use protocol::access::Role;
use protocol::analyses::{SuggestedValue, SuggestionsAnswer};
use protocol::explorer::MetricQuery;
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::Accuracy;
use protocol::span::DURATION_METRIC;
use storage::metric_series::SeriesRow;

use super::matching::{self, Known, SINGLE};
use super::resolve::{self, Resolved};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Values in an answer.
const VALUES_SHOWN: usize = 20;

/// How far back single points are looked at.
const LATELY: TimeDelta = TimeDelta::days(1);

/// Values of an attribute that hold a text, those of most series first, and everything that can be asked for. `events` counts series
/// here; of what only single points know, points of the last day, at most the latest 10,000.
///
/// # Errors
/// [`ApiError::UnknownMetric`]; else when the database does not answer in time.
pub async fn suggestions(
    state: &QueryState,
    context: &ProjectContext,
    query: &MetricQuery,
    field: &Field,
    text: &str,
) -> Result<SuggestionsAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query, field, text)).await
}

async fn run(
    state: &QueryState,
    context: &ProjectContext,
    query: &MetricQuery,
    field: &Field,
    text: &str,
) -> Result<SuggestionsAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let Resolved { metric, series } = resolve::metric(state, context, query).await?;
    making.rows_read += series.len() as u64;
    let from = series.iter().map(|series: &SeriesRow| series.first_seen).min().unwrap_or(making.now);
    let single = matching::is_single(field, &series);
    let found = if single {
        let lately = (making.now - LATELY, making.now);
        storage::samples::values(state.db(), context.id(), (&metric, field), lately, text, VALUES_SHOWN as i64).await?
    } else {
        attributes(&series, field, text)
    };
    let value = |(value, count): (String, i64)| {
        let term = Filter::term(field.clone(), Test::is(value.as_str())).to_string();
        SuggestedValue { value, term, events: count as f64 }
    };
    let has_points = metric.name != DURATION_METRIC;
    let own = SINGLE.iter().filter(|field| has_points && matching::is_single(field, &series)).map(Field::to_string);
    let counted = if single { "The latest points" } else { "Series" };
    Ok(SuggestionsAnswer {
        values: found.into_iter().map(value).collect(),
        props: resolve::tag_keys(&series).into_iter().map(|key| Field::named(&key).to_string()).chain(own).collect(),
        receipt: making.receipt(context, format!("{counted} of `{}`.", metric.name), from, making.now, Accuracy::Exact),
    })
}

/// Values of an attribute that hold a text, with their series.
fn attributes(series: &[SeriesRow], field: &Field, text: &str) -> Vec<(String, i64)> {
    let mut found = BTreeMap::<&str, i64>::new();
    for value in series.iter().filter_map(|series| Known::from(series).attribute(field)) {
        *found.entry(value).or_default() += 1;
    }
    let text = text.to_lowercase();
    let mut found: Vec<_> = found.into_iter().filter(|(value, _)| value.to_lowercase().contains(&text)).collect();
    found.sort_by_key(|(_, series)| std::cmp::Reverse(*series));
    found.into_iter().take(VALUES_SHOWN).map(|(value, series)| (value.to_owned(), series)).collect()
}
