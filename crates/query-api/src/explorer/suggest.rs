//! What a filter over a metric may be about: its attributes and their values.

use std::collections::BTreeMap;

use protocol::access::Role;
use protocol::analyses::{SuggestedValue, SuggestionsAnswer};
use protocol::explorer::MetricQuery;
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::Accuracy;
use storage::metric_series::SeriesRow;

use super::resolve::{self, Resolved};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Values in an answer.
const VALUES_SHOWN: usize = 20;

/// Values of an attribute that hold a text, those of most series first, and every attribute. `events` counts series here.
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
    let mut found = BTreeMap::<String, u64>::new();
    for value in series.iter().filter_map(|series| super::matching::value(series, field)) {
        *found.entry(value.to_owned()).or_default() += 1;
    }
    let text = text.to_lowercase();
    let mut found: Vec<_> = found.into_iter().filter(|(value, _)| value.to_lowercase().contains(&text)).collect();
    found.sort_by_key(|(_, series)| std::cmp::Reverse(*series));
    let value = |(value, series): (String, u64)| {
        let term = Filter::term(field.clone(), Test::is(value.as_str())).to_string();
        SuggestedValue { value, term, events: series as f64 }
    };
    let from = series.iter().map(|series: &SeriesRow| series.first_seen).min().unwrap_or(making.now);
    Ok(SuggestionsAnswer {
        values: found.into_iter().take(VALUES_SHOWN).map(value).collect(),
        props: resolve::tag_keys(&series).into_iter().map(|key| Field::named(&key).to_string()).collect(),
        receipt: making.receipt(context, format!("Series of `{}`.", metric.name), from, making.now, Accuracy::Exact),
    })
}
