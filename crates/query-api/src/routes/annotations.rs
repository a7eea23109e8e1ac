use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use protocol::annotation::Annotation;
use protocol::problem::Problem;

use super::analyses::TIME;
use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, annotations};

/// What people noted beside their figures in a range.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/annotations",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("from" = Option<String>, Query, description = "From this time on, RFC 3339"),
        ("until" = Option<String>, Query, description = "Up to this time"),
    ),
    responses(
        (status = 200, description = "The earliest first", body = Vec<Annotation>),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<Vec<Annotation>>, ApiError> {
    let (from, until) = (parameters.time("from", TIME)?, parameters.time("until", TIME)?);
    // The end of the year 9999, beyond every time that is taken.
    let ever = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    annotations::of_range(&state, &context, from.unwrap_or(DateTime::UNIX_EPOCH), until.unwrap_or(ever)).await.map(Json)
}

/// Note what happened: a mailing, an outage, a price.
///
/// Charts of the project show it. Needs the role `editor`, or a key with the scopes `read` and `write`, so that a deployment can
/// note itself.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/annotations/add",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("text" = String, Query, description = "What happened, at most 200 characters"),
        ("at" = Option<String>, Query, description = "When, RFC 3339; now when absent"),
    ),
    responses(
        (status = 200, description = "It is noted", body = Annotation),
        (status = "default", description = "Nothing was noted", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<Annotation>, ApiError> {
    let at = parameters.time("at", TIME)?.unwrap_or_else(|| state.clock().now());
    annotations::add(&state, &context, at, &parameters.required("text")?).await.map(Json)
}

/// Remove an annotation; one that is not there is removed already.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/annotations/{id}/remove",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = Uuid, Path, description = "The annotation's id")
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
    annotations::remove(&state, &context, annotations::id(&id)?).await.map(|()| StatusCode::NO_CONTENT)
}
