//! The time that one answer may take.

use crate::{ApiError, QueryState};

/// Runs `question` within the state's budget. When the caller goes away the future is dropped and its statement with it;
/// the pool's own statement limit is the second wall.
///
/// # Errors
/// [`ApiError::Timeout`] when the budget is used up; else what `question` says.
pub(crate) async fn within<T>(state: &QueryState, question: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let budget = state.config().budget;
    tokio::time::timeout(budget, question).await.unwrap_or(Err(ApiError::Timeout(budget)))
}
