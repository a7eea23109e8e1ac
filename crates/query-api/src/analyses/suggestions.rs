//! What a filter may be about: values of a field with how often they occur, and the keys of props. From dictionaries:
//! events are counted by their codes.

use std::collections::BTreeSet;

use analysis::history::Spread;
use analysis::keys::Keys;
use analysis::trend::{self, By, Key};
use protocol::analyses::{SuggestedValue, SuggestionsAnswer, SuggestionsQuery};
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Values in an answer.
const VALUES_SHOWN: usize = 20;
/// Keys in an answer.
const PROPS_SHOWN: usize = 200;

/// Answers a [`SuggestionsQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a field that has no values of its own; else when the database does not answer in time.
pub async fn suggestions(state: &QueryState, context: &ProjectContext, query: &SuggestionsQuery) -> Result<SuggestionsAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SuggestionsQuery) -> Result<SuggestionsAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let dimension = engine::dimension(&query.field)?;
    let asked = Asked { columns: dimension.columns().into_iter().collect(), ..Asked::of(&query.scope, &frame) };
    let found = engine::find(state, context, &mut making, asked).await?;
    let props: BTreeSet<String> = engine::prop_names(state, context, (frame.start(), frame.end())).await?;
    let (text, field, spread_frame) = (query.text.to_lowercase(), query.field.clone(), frame.clone());
    let values = engine::run(state, move |cancel| {
        let keys = Keys::of(&found.history, &dimension);
        let spread = Spread::over(&found.history, &spread_frame).joined();
        let ranked = trend::break_down(&found.history, &found.chosen(), &spread, 1, &keys, (keys.len(), By::Events), cancel)?;
        let value = |ranked: trend::Ranked| match ranked.key {
            Key::Value(value) if value.to_lowercase().contains(&text) => {
                let term = Filter::term(field.clone(), Test::is(&*value)).to_string();
                Some(SuggestedValue { value: value.to_string(), term, events: ranked.series.total.events })
            }
            _ => None,
        };
        Ok(ranked.into_iter().filter_map(value).take(VALUES_SHOWN).collect())
    })
    .await?;
    let counted = format!("Events by `{}`.", query.field.word());
    Ok(SuggestionsAnswer {
        values,
        props: props.into_iter().take(PROPS_SHOWN).map(|key| Field::Prop(key).to_string()).collect(),
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}
