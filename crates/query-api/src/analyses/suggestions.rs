//! What a filter may be about: values of a field with how often they occur, and the keys of props. From dictionaries:
//! events are counted by their codes.

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::trend::{self, By, Key};
use protocol::analyses::{SuggestedValue, SuggestionsAnswer, SuggestionsQuery};
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
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

/// The values with most events that contain a text, in whatever case.
#[derive(Hash)]
struct Containing {
    text: String,
    by: Dimension,
    frame: Frame,
}

impl Question for Containing {
    type Counted = Vec<(Arc<str>, f64)>;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        let (history, keys) = (&found.history, Keys::of(&found.history, &self.by));
        let spread = Spread::over(history, &self.frame).joined();
        let ranked = trend::break_down(history, &found.chosen(), &spread, 1, &keys, (keys.len(), By::Events), cancel)?;
        let value = |ranked: trend::Ranked| match ranked.key {
            Key::Value(value) if value.to_lowercase().contains(&self.text) => Some((value, ranked.series.total.events)),
            _ => None,
        };
        Ok(ranked.into_iter().filter_map(value).take(VALUES_SHOWN).collect())
    }
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SuggestionsQuery) -> Result<SuggestionsAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let dimension = engine::dimension(&query.field)?;
    let asked = Asked { columns: dimension.columns().into_iter().collect(), ..Asked::of(&query.scope, &frame) };
    let props: BTreeSet<String> = engine::prop_names(state, context, (frame.start(), frame.end())).await?;
    let question = Containing { text: query.text.to_lowercase(), by: dimension, frame: frame.clone() };
    let found = engine::answer(state, context, &mut making, asked, question).await?;
    let value = |(value, events): &(Arc<str>, f64)| {
        let term = Filter::term(query.field.clone(), Test::is(&**value)).to_string();
        SuggestedValue { value: value.to_string(), term, events: *events }
    };
    let counted = format!("Events by `{}`.", query.field.word());
    Ok(SuggestionsAnswer {
        values: found.iter().map(value).collect(),
        props: props.into_iter().take(PROPS_SHOWN).map(|key| Field::Prop(key).to_string()).collect(),
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}
