use axum::extract::State;
use axum::response::Response;
use protocol::problem::Problem;
use protocol::sessions::{SessionListAnswer, SessionListQuery, SessionSort};

use super::analyses::{ScopeParameters, scope};
use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, sessions};

/// The sessions of a range, one by one.
///
/// Those that began in the range with at least one event that matches, 50 at once, of the first ten thousand: whose it is, how
/// long, events and page views, where it began and ended, where it came from, and how many errors the person had in it. A
/// session is made of the events of the range alone.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/sessions/list",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("sort" = Option<SessionSort>, Query, description = "start (the default), duration, events or page_views"),
        ("page" = Option<String>, Query, description = "Which page, from 0"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The sessions", body = SessionListAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = SessionListQuery {
        scope: scope(&parameters)?,
        sort: parameters.choice("sort", &SessionSort::ALL.map(SessionSort::word))?.unwrap_or_default(),
        page: parameters.parsed("page", "a whole number")?.unwrap_or_default(),
    };
    sheet::told(&context, &parameters, sessions::sessions(&state, &context, &query).await?)
}
