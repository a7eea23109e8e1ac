//! Explore · Issues: errors that are one fault, and what people decide about them.
//!
//! What the worker counted by fingerprint is joined here: an issue that is merged into another is counted with it, and persons
//! are found by the identity links as they are now. Single reports are read where they are shown.

mod change;
mod distributions;
mod figures;
mod list;
mod one;
mod reports;

pub use change::change;
pub use list::issues;
pub use one::issue;

use protocol::issue::IssueId;
use storage::issues;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, budget};

/// What receipts say beside their time.
const COUNTED: &str = "Error reports by their own time, weighted by sample rate, and distinct persons who had one";

/// An issue's id in an address.
///
/// # Errors
/// [`ApiError::UnknownIssue`] for what is none.
pub fn id(text: &str) -> Result<IssueId, ApiError> {
    text.parse().map_err(|_| ApiError::UnknownIssue(text.chars().take(100).collect()))
}

/// Whether the project ever had an issue: a page with nothing to show says what to do then.
///
/// # Errors
/// When the database does not answer in time.
pub async fn has_begun(state: &QueryState, context: &ProjectContext) -> Result<bool, ApiError> {
    budget::within(state, async { Ok(issues::any(state.db(), context.id()).await?) }).await
}
