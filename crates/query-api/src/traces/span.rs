//! One span of a trace.

use protocol::access::Role;
use protocol::receipt::Accuracy;
use protocol::trace::{SpanId, TraceId};
use protocol::traces::{MARKS_MAX, SpanAnswer};
use serde_json::{Map, Value};
use storage::traces::{self, Of};

use super::marks;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Items of each kind.
const ITEMS_MAX: i64 = 20;
/// What the keys of a moment's checkpoints begin with.
const CHECKPOINT: &str = "checkpoint.";

/// A span as it was sent, and what names it.
///
/// # Errors
/// [`ApiError::UnknownTrace`] where it is not stored; else when the database does not answer in time.
pub async fn span(state: &QueryState, context: &ProjectContext, trace: TraceId, span: SpanId) -> Result<SpanAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, trace, span)).await
}

async fn run(state: &QueryState, context: &ProjectContext, trace: TraceId, span: SpanId) -> Result<SpanAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let Some((received_at, mut found)) = traces::span(state.db(), context.id(), trace, span).await? else {
        return Err(ApiError::UnknownTrace(format!("{trace}/{span}")));
    };
    let kinds = marks::of(state, context, Of { trace, span: Some(span), limit: ITEMS_MAX }).await?;
    let mut items: Vec<_> = kinds.into_iter().flatten().map(|(_, item)| item).collect();
    items.sort_by_key(|item| item.ts);
    making.rows_read += 1 + items.len() as u64;
    let visitor = match (&found.user_id, &found.session_id) {
        (None, Some(session)) => {
            let visitors = traces::visitors(state.db(), context.id(), trace, MARKS_MAX as i64).await?;
            visitors.into_iter().find(|visitor| visitor.session_id.as_ref() == Some(session)).map(|visitor| visitor.actor)
        }
        _ => None,
    };
    let (checkpoints, attributes) = checkpoints(std::mem::take(&mut found.attributes));
    let begin = match found.start {
        Some(protocol::time::Timestamp::At(at)) => at,
        _ => received_at,
    };
    let receipt = making.receipt(context, "One span, and what names it.", begin, begin, Accuracy::Exact);
    Ok(SpanAnswer { span: found, visitor, received_at, attributes, checkpoints, items, receipt })
}

/// A moment's checkpoints in the order of their times, and the other attributes.
fn checkpoints(attributes: Map<String, Value>) -> (Vec<(String, f64)>, Map<String, Value>) {
    let (mut checkpoints, mut others) = (Vec::new(), Map::new());
    for (key, value) in attributes {
        match key.strip_prefix(CHECKPOINT).zip(value.as_f64()) {
            Some((name, ms)) => checkpoints.push((name.to_owned(), ms)),
            None => {
                others.insert(key, value);
            }
        }
    }
    checkpoints.sort_by(|a, b| a.1.total_cmp(&b.1));
    (checkpoints, others)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn checkpoints_are_told_in_the_order_of_their_times() {
        let attributes = json!({"checkpoint.paid": 900, "checkpoint.cart": 12.5, "checkpoint.note": "x", "plan": "pro"});
        let (points, others) = checkpoints(attributes.as_object().expect("an object").clone());
        assert_eq!(points, [("cart".to_owned(), 12.5), ("paid".to_owned(), 900.0)]);
        assert_eq!(Value::Object(others), json!({"checkpoint.note": "x", "plan": "pro"}));
    }
}
