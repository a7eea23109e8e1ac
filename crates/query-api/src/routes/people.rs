use axum::Json;
use axum::extract::{Path, State};
use protocol::id::ActorKind;
use protocol::identity_link::{ActorName, IdentityLink, LinkPreview, LinkState, LinksAnswer};
use protocol::problem::Problem;

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::people::{self, LinksQuery};
use crate::{ApiError, QueryState};

/// Which actors were said to be one person.
///
/// Each link with its cause and time, how often it was said, and what it does now: `active`, `undone` by somebody, or
/// `refused` by a guard, with the reason. The newest first, 100 at once.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/identity-links",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("state" = Option<LinkState>, Query, description = "Only links in this state"),
        ("kind" = Option<ActorKind>, Query, description = "With `id`: only links of this actor's person"),
        ("id" = Option<String>, Query, description = "The actor's id, as it was sent"),
        ("before" = Option<i64>, Query, description = "Only links with lower numbers: `next` of the page before")
    ),
    responses(
        (status = 200, description = "Links", body = LinksAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn links(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<LinksAnswer>, ApiError> {
    let kind: Option<ActorKind> = parameters.choice("kind", &ActorKind::ALL.map(ActorKind::word))?;
    let query = LinksQuery {
        state: parameters.choice("state", &LinkState::ALL.map(LinkState::word))?,
        actor: match (kind, parameters.text("id")?.filter(|id| !id.is_empty())) {
            (None, None) => None,
            (kind, _) => Some(ActorName { kind: kind.unwrap_or(ActorKind::User), id: parameters.required("id")? }),
        },
        before: parameters.number("before")?,
    };
    people::links(&state, &context, &query).await.map(Json)
}

/// What undoing a link would do, or, when it is undone, restoring it.
///
/// The persons that it touches before and after, with their stored events, and how the number of people changes. Nothing is
/// changed.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/identity-links/{link}/preview",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("link" = i64, Path, description = "The link's number")
    ),
    responses(
        (status = 200, description = "What would change", body = LinkPreview),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn preview(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, link)): Path<(String, String)>,
) -> Result<Json<LinkPreview>, ApiError> {
    people::preview(&state, &context, number(link)?).await.map(Json)
}

/// Undo a link: its two actors are no longer one person for its sake, in any figure.
///
/// It stays undone when it is said again, until it is restored. Nothing stored is changed, so figures of the past change as
/// well, and change back when it is restored. Needs the role `editor`, or a key with the scopes `read` and `write`.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/identity-links/{link}/undo",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("link" = i64, Path, description = "The link's number")
    ),
    responses(
        (status = 200, description = "The link as it is now", body = IdentityLink),
        (status = "default", description = "Nothing was changed", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn undo(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, link)): Path<(String, String)>,
) -> Result<Json<IdentityLink>, ApiError> {
    people::undo(&state, &context, number(link)?).await.map(Json)
}

/// Restore a link that was undone.
///
/// Needs the role `editor`, or a key with the scopes `read` and `write`.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/identity-links/{link}/restore",
    tag = "people",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("link" = i64, Path, description = "The link's number")
    ),
    responses(
        (status = 200, description = "The link as it is now", body = IdentityLink),
        (status = "default", description = "Nothing was changed", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn restore(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, link)): Path<(String, String)>,
) -> Result<Json<IdentityLink>, ApiError> {
    people::restore(&state, &context, number(link)?).await.map(Json)
}

/// The number in an address; what is none is the number of no link.
fn number(link: String) -> Result<i64, ApiError> {
    link.parse().map_err(|_| ApiError::UnknownLink(link.chars().take(100).collect()))
}
