use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt as _};
use protocol::live::{LiveAnswer, LiveQuery, LiveWindow};
use protocol::problem::Problem;
use protocol::receipt::BotRule;

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, live};

const WINDOWS: [&str; 3] = ["1", "5", "30"];
/// A proxy closes a connection on which nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(15);

fn query(parameters: &Parameters) -> Result<LiveQuery, ApiError> {
    Ok(LiveQuery {
        window: parameters.choice("window", &WINDOWS)?.unwrap_or_default(),
        bots: parameters.choice("bots", &["humans", "all"])?.unwrap_or_default(),
        filter: parameters.filter("filter")?,
    })
}

/// Who is here now.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/live",
    tag = "live",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("window" = Option<LiveWindow>, Query, description = "Minutes in which somebody counts as here; 5 when absent"),
        ("bots" = Option<BotRule>, Query, description = "humans (the default) or all"),
        ("filter" = Option<String>, Query, description = "Which events, in the filter language: by name, route, country, os, release and referrer")
    ),
    responses(
        (status = 200, description = "The figures of this moment", body = LiveAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn now(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<LiveAnswer>, ApiError> {
    let answer = live::live(&state, &context, &query(&parameters)?).await?;
    Ok(Json(answer.as_ref().clone()))
}

/// Who is here now, as it changes: server-sent events, each with a whole answer.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/live/stream",
    tag = "live",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("window" = Option<LiveWindow>, Query, description = "Minutes in which somebody counts as here; 5 when absent"),
        ("bots" = Option<BotRule>, Query, description = "humans (the default) or all"),
        ("filter" = Option<String>, Query, description = "Which events, in the filter language: by name, route, country, os, release and referrer")
    ),
    responses(
        (status = 200, description = "One event at once and one at each change, at most one per second", body = LiveAnswer, content_type = "text/event-stream"),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn stream(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let answers = live::stream(&state, context, query(&parameters)?).await?;
    Ok(sent(answers.filter_map(|answer| async move { Event::default().json_data(answer.as_ref()).ok() })))
}

/// Server-sent events.
pub(super) fn sent(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let stream = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // A proxy that buffers would hold the events back.
    ([(HeaderName::from_static("x-accel-buffering"), "no")], stream).into_response()
}
