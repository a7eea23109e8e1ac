use axum::Json;
use axum::extract::State;
use axum::response::Response;
use protocol::audience::{AudienceAnswer, AudienceQuery, SeenAnswer};
use protocol::problem::Problem;
use protocol::range::{Compare, Range};

use super::analyses::{ScopeParameters, scope_of};
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
/// totals of the earlier range are cut at the same time of day, to the quarter of an hour. `compare=week` takes the nearest
/// earlier range with the same weekdays, `year` the one 52 weeks before.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/audience/metrics",
    tag = "audience",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("compare" = Option<Compare>, Query, description = "previous (the default), week, year or none"),
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
    let compare = parameters.choice("compare", &Compare::ALL.map(Compare::word))?.unwrap_or_default();
    let query = AudienceQuery { scope: scope_of(&parameters, &Range::AUDIENCE)?, compare };
    sheet::told(&context, &parameters, audience::metrics(&state, &context, &query).await?)
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
