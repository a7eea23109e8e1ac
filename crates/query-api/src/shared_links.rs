//! The links of a project that show a page to whoever has them. [`crate::access::Access::share`] makes one.

use protocol::access::Role;
use protocol::shared_link::SharedLink;
use uuid::Uuid;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Those that are not over, the newest first.
///
/// # Errors
/// [`ApiError::RoleTooLow`] for whoever only came with a link; else when the database does not answer.
pub async fn list(state: &QueryState, context: &ProjectContext) -> Result<Vec<SharedLink>, ApiError> {
    context.require(Role::Viewer)?;
    Ok(storage::shared_links::of_project(state.db(), context.id(), state.clock().now()).await?)
}

/// Ends a link; one that is not there has ended already.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor; else when the database does not answer.
pub async fn revoke(state: &QueryState, context: &ProjectContext, id: Uuid) -> Result<(), ApiError> {
    context.require(Role::Editor)?;
    storage::shared_links::remove(state.db(), context.id(), id).await?;
    Ok(())
}
