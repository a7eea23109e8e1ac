use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::access::Project;
use protocol::problem::Problem;

use crate::{ApiError, QueryState};

/// The projects that the caller may read, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/projects",
    tag = "projects",
    responses(
        (status = 200, description = "The caller's projects", body = Vec<Project>),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(State(state): State<QueryState>, headers: HeaderMap) -> Result<Json<Vec<Project>>, ApiError> {
    state.access().visible_projects(&headers).await.map(Json)
}
