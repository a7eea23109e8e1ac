use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use protocol::page_address::ADDRESS_BYTES_MAX;
use protocol::problem::Problem;
use protocol::saved::{Saved, SavedKind};

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::saved::NewSaved;
use crate::{ApiError, QueryState, saved};

/// Saved views and segments: those of the whole project, and with a browser the account's own.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/saved",
    tag = "audience",
    params(("project" = String, Path, description = "The project's number or word")),
    responses(
        (status = 200, description = "By name", body = Vec<Saved>),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(State(state): State<QueryState>, context: ProjectContext) -> Result<Json<Vec<Saved>>, ApiError> {
    saved::list(&state, &context).await.map(Json)
}

/// Save a page with what it looks at, or a filter, under a name.
///
/// Needs the role `editor`, or a key with the scopes `read` and `write`. Only an account can have something private.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/saved/add",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("kind" = SavedKind, Query, description = "view or segment"),
        ("name" = String, Query, description = "At most 80 characters, and not yet taken"),
        ("what" = String, Query, description = "Of a view the page below the project with its query, such as metrics?range=30d; of a segment the filter"),
        ("private" = Option<bool>, Query, description = "Only the account sees it; false when absent"),
    ),
    responses(
        (status = 200, description = "It is saved", body = Saved),
        (status = "default", description = "Nothing was saved", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Json<Saved>, ApiError> {
    let kind = parameters.choice("kind", &SavedKind::ALL.map(SavedKind::word))?;
    let missing = || ApiError::InvalidParameter { name: "kind", problem: "is missing".to_owned(), allowed: "view, segment".to_owned() };
    let new = NewSaved {
        kind: kind.ok_or_else(missing)?,
        name: &parameters.required("name")?,
        what: &parameters.text_within("what", ADDRESS_BYTES_MAX)?.unwrap_or_default(),
        private: parameters.parsed("private", "true, false")?.unwrap_or(false),
    };
    saved::add(&state, &context, &new).await.map(Json)
}

/// Give a saved view or segment another name.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/saved/{id}/rename",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = Uuid, Path, description = "Its id"),
        ("name" = String, Query, description = "The new name")
    ),
    responses(
        (status = 204, description = "It has the name"),
        (status = "default", description = "Nothing was renamed", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn rename(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, id)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<StatusCode, ApiError> {
    let name = parameters.required("name")?;
    saved::rename(&state, &context, saved::id(&id)?, &name).await.map(|()| StatusCode::NO_CONTENT)
}

/// Remove a saved view or segment; one that is not there is removed already.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/saved/{id}/remove",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = Uuid, Path, description = "Its id")
    ),
    responses(
        (status = 204, description = "It is not there any more"),
        (status = "default", description = "Nothing was removed", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn remove(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    saved::remove(&state, &context, saved::id(&id)?).await.map(|()| StatusCode::NO_CONTENT)
}
