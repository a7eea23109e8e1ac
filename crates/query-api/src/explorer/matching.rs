//! Filters over metric points: what a series has under a field.

use protocol::filter::{Field, Filter, Value};
use storage::metric_series::SeriesRow;

use crate::ApiError;

/// Whether a filter's points are this series'. An attribute is a text; one that spells a number passes comparisons as that number.
pub(super) fn matches(filter: &Filter, series: &SeriesRow) -> bool {
    filter.matches_spelled(&|field| value(series, field).map_or(Value::Absent, Value::Text))
}

/// What a series has under a field: the attribute of this key, or of another word for the field; its environment.
pub(super) fn value<'s>(series: &'s SeriesRow, field: &Field) -> Option<&'s str> {
    let tag = |key: &str| series.tags.get(key).map(String::as_str);
    let named = tag(field.word()).or_else(|| field.aliases().iter().find_map(|alias| tag(alias)));
    match field {
        Field::Environment => named.or(Some(&series.environment)),
        _ => named,
    }
}

/// The value of an attribute that is grouped by.
pub(super) fn group_value(series: &SeriesRow, key: &str) -> Option<String> {
    let environment = || (key == "environment").then(|| series.environment.clone());
    series.tags.get(key).cloned().or_else(environment)
}

/// Refuses a filter by what is known of single points only, unless these series have it as an attribute.
pub(super) fn check(filter: &Filter, series: &[SeriesRow]) -> Result<(), ApiError> {
    let single = |field: &&Field| matches!(field, Field::Release | Field::User | Field::Anonymous | Field::Session | Field::Trace);
    let unknown = filter.fields().into_iter().filter(single).find(|field| !series.iter().any(|series| value(series, field).is_some()));
    match unknown {
        None => Ok(()),
        Some(field) => Err(ApiError::InvalidParameter {
            name: "filter",
            problem: format!("asks for `{}`, which is known of single points and not of their sums", field.word()),
            allowed: "attributes of the metric, and environment".to_owned(),
        }),
    }
}
