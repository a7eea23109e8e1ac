use axum::Json;
use axum::extract::State;
use protocol::keeping::KeepingAnswer;
use protocol::problem::Problem;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, keeping};

/// How long data is kept.
///
/// Of each type: the days that the project asks for and those that it gets, the oldest day that is there, and how many rows
/// and bytes were freed.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/data-retention",
    tag = "data",
    params(("project" = String, Path, description = "The project's number or word")),
    responses(
        (status = 200, description = "Every type of data", body = KeepingAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn status(State(state): State<QueryState>, context: ProjectContext) -> Result<Json<KeepingAnswer>, ApiError> {
    keeping::keeping(&state, &context).await.map(Json)
}
