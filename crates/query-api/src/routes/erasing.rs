use axum::Json;
use axum::extract::State;
use protocol::erasure::Erasure;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::problem::Problem;

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, erasing};

/// The kinds of id that a person is erased by.
const KINDS: [&str; 2] = [ActorKind::User.word(), ActorKind::Anonymous.word()];

/// Forget a person.
///
/// Everything of all ids that links join with this one is removed: events, also in columns and bitmaps, metric points, spans,
/// logs, error reports, identities, links, samples of refusals. What still comes of these ids is left out for 8 days. The
/// worker begins within seconds; `GET …/erasures` says how far it is. Needs the role `editor`, or a key with the scopes `read`
/// and `write`.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/erasures/ask",
    tag = "data",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("kind" = Option<ActorKind>, Query, description = "`user` (the default) or `anonymous`"),
        ("id" = String, Query, description = "The id, as it was sent")
    ),
    responses(
        (status = 200, description = "It is asked for", body = Erasure),
        (status = "default", description = "Nothing was asked for", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn ask(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<Erasure>, ApiError> {
    let kind: Option<ActorKind> = parameters.choice("kind", &KINDS)?;
    let actor = ActorName { kind: kind.unwrap_or(ActorKind::User), id: parameters.required("id")? };
    erasing::ask(&state, &context, &actor).await.map(Json)
}

/// People who were forgotten or are being forgotten, the newest first.
///
/// Nobody's id is shown: who asked and when, what was removed where, and what the rest waits for.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/erasures",
    tag = "data",
    params(("project" = String, Path, description = "The project's number or word")),
    responses(
        (status = 200, description = "At most 100", body = Vec<Erasure>),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(State(state): State<QueryState>, context: ProjectContext) -> Result<Json<Vec<Erasure>>, ApiError> {
    erasing::erasures(&state, &context).await.map(Json)
}
