use axum::Json;
use axum::extract::State;
use protocol::analyses::{UsageAnswer, UsageQuery};
use protocol::problem::Problem;

use super::analyses::{ScopeParameters, scope};
use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, analyses};

/// Features, variants and searches.
///
/// Features are events of any name with the prop `feature`; variants are those of `$exposure`; a search is an event `search`,
/// `search.performed` or `search.zero_results` with `query` and `results_count`.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/usage",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("top" = Option<String>, Query, description = "Rows of each list; 10 when absent"),
    ),
    responses(
        (status = 200, description = "The figures", body = UsageAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn usage(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<UsageAnswer>, ApiError> {
    let top = parameters.parsed("top", "a whole number")?.unwrap_or(UsageQuery::default().top);
    analyses::usage(&state, &context, &UsageQuery { scope: scope(&parameters)?, top }).await.map(Json)
}
