use axum::extract::State;
use axum::response::Response;
use protocol::problem::Problem;
use protocol::users::{UsersAnswer, UsersQuery, UsersSort};

use super::analyses::{ScopeParameters, scope};
use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, users};

/// The people of a range, one by one.
///
/// Everybody with at least one event that matches in a range of fewer than 128 days, 50 at once: the strongest of their ids, events and days in the range, when
/// they were seen first and last, and what their last event says.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/users",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("search" = Option<String>, Query, description = "Only people one of whose ids contains this, whatever its case"),
        ("sort" = Option<UsersSort>, Query, description = "last_seen (the default), events or days"),
        ("page" = Option<String>, Query, description = "Which page, from 0"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The people", body = UsersAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn users(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = UsersQuery {
        scope: scope(&parameters)?,
        search: parameters.text("search")?.unwrap_or_default(),
        sort: parameters.choice("sort", &UsersSort::ALL.map(UsersSort::word))?.unwrap_or_default(),
        page: parameters.parsed("page", "a whole number")?.unwrap_or_default(),
    };
    sheet::told(&context, &parameters, users::users(&state, &context, &query).await?)
}
