use axum::Json;
use axum::extract::State;
use axum::response::Response;
use protocol::audience::{AudienceAnswer, SeenAnswer};
use protocol::problem::Problem;
use protocol::range::Range;

use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, audience, seen};

/// People, sessions, page views and events over time.
///
/// A filter picks sessions with an event that matches; their other events are part of them. What is read from the rollup has no
/// sessions.
///
/// `24h` is 24 hours, the last one open; `7d`, `30d` and `90d` are calendar days of the project's zone, today included. The
/// totals of the range before are cut at the same time of day, to the quarter of an hour.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/audience/metrics",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("range" = Option<Range>, Query, description = "24h, 7d, 30d or 90d; 7d when absent"),
        ("filter" = Option<String>, Query, description = "Which events count, in the filter language; all when absent"),
        ("format" = Option<String>, Query, description = "json (the default) or csv")
    ),
    responses(
        (status = 200, description = "The figures", body = AudienceAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn metrics(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let range = parameters.choice("range", &Range::AUDIENCE.map(Range::word))?.unwrap_or_default();
    let answer = audience::metrics(&state, &context, range, &parameters.filter("filter")?).await?;
    sheet::told(&context, &parameters, answer)
}

/// The event names that arrived in the last hour.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/events/seen",
    tag = "audience",
    params(("project" = String, Path, description = "The project's number or word")),
    responses(
        (status = 200, description = "The names", body = SeenAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn seen(State(state): State<QueryState>, context: ProjectContext) -> Result<Json<SeenAnswer>, ApiError> {
    seen::events(&state, &context).await.map(Json)
}
