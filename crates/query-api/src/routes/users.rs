use axum::Json;
use axum::extract::State;
use axum::response::Response;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::problem::Problem;
use protocol::profile::ProfileAnswer;
use protocol::timeline::{TimelineAnswer, TimelineKind, TimelineQuery};
use protocol::users::{UsersAnswer, UsersQuery, UsersSort};

use super::analyses::{ScopeParameters, TIME, scope};
use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, users};

/// The people of a range, one by one.
///
/// Everybody with at least one event that matches in a range of fewer than 128 days, 50 at once: the strongest of their ids,
/// events and days in the range, when they were seen first and last, and what their last event says.
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

/// Who one person is.
///
/// Every id that is this person with the links that say so, traits with their history, the last fifteen weeks day by day, and
/// what went wrong in the last 30 days. Found by any of the ids.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/users/profile",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("kind" = Option<ActorKind>, Query, description = "The kind of the id; user when absent"),
        ("id" = String, Query, description = "Any id of the person, as it was sent"),
    ),
    responses(
        (status = 200, description = "The person", body = ProfileAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn profile(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<ProfileAnswer>, ApiError> {
    users::profile(&state, &context, &actor(&parameters)?).await.map(Json)
}

/// What one person did and what happened to them.
///
/// Events, page views, error reports, spans, log records, metric points and identities of every id of the person, by session,
/// newest first, a page at once. Without `kind`, spans, records and points of an event's trace stand under the event.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/users/timeline",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("kind" = Option<ActorKind>, Query, description = "The kind of the id; user when absent"),
        ("id" = String, Query, description = "Any id of the person, as it was sent"),
        ("only" = Option<TimelineKind>, Query, description = "Only items of this kind"),
        ("before" = Option<String>, Query, description = "Only what happened before this time: `next` of the page before"),
        ("from" = Option<String>, Query, description = "Only what happened from this time on"),
    ),
    responses(
        (status = 200, description = "A page", body = TimelineAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn timeline(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<TimelineAnswer>, ApiError> {
    let query = TimelineQuery {
        actor: actor(&parameters)?,
        kind: parameters.choice("only", &TimelineKind::ALL.map(TimelineKind::word))?,
        before: parameters.time("before", TIME)?,
        from: parameters.time("from", TIME)?,
    };
    users::timeline(&state, &context, &query).await.map(Json)
}

/// Who is meant.
fn actor(parameters: &Parameters) -> Result<ActorName, ApiError> {
    let kind = parameters.choice("kind", &ActorKind::ALL.map(ActorKind::word))?;
    Ok(ActorName { kind: kind.unwrap_or(ActorKind::User), id: parameters.required("id")? })
}
