//! Event names that arrived in the last hour: what `throughline verify` compares with what should arrive.

use chrono::TimeDelta;
use protocol::access::Role;
use protocol::audience::SeenAnswer;
use protocol::receipt::{Accuracy, BotRule};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// How far back it looks, by time of receipt.
const LOOKS_BACK: TimeDelta = TimeDelta::hours(1);
/// More names than any tracking plan has.
const NAMES_MAX: i64 = 1_000;

/// The event names that arrived in the last hour, by name, bots included, imports left out; at most 1,000.
///
/// # Errors
/// When the database does not answer in time.
pub async fn events(state: &QueryState, context: &ProjectContext) -> Result<SeenAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context)).await
}

async fn run(state: &QueryState, context: &ProjectContext) -> Result<SeenAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let from = making.now - LOOKS_BACK;
    let events = storage::seen_events::names(state.db(), context.id(), from, NAMES_MAX).await?;
    making.rows_read = events.iter().map(|event| event.events).sum();
    let counted = "Events that arrived in the last hour, bots included, imports left out.";
    let mut receipt = making.receipt(context, counted, from, making.now, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(SeenAnswer { events, receipt })
}
