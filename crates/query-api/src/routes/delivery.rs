use axum::Json;
use axum::extract::{Path, State};
use protocol::delivery::{DeliveryAnswer, XrayAnswer};
use protocol::outcome::Signal;
use protocol::problem::Problem;
use protocol::range::Range;

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, delivery};

/// What became of everything that was sent.
///
/// The books by signal, hour, sender and reason; what was refused lately, with its fix; how far counting is; the ingest
/// processes. `24h` is 24 hours, the last one open; `7d` and `30d` are calendar days of the project's zone, today included.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/delivery",
    tag = "delivery",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("range" = Option<Range>, Query, description = "24h, 7d or 30d; 24h when absent"),
        ("signal" = Option<Signal>, Query, description = "Only this signal; all when absent")
    ),
    responses(
        (status = 200, description = "The books", body = DeliveryAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn books(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<DeliveryAnswer>, ApiError> {
    let range = parameters.choice("range", &delivery::RANGES.map(Range::word))?.unwrap_or(Range::Hours24);
    let signal = parameters.choice("signal", &Signal::ALL.map(Signal::word))?;
    delivery::delivery(&state, &context, range, signal).await.map(Json)
}

/// Why an event is, or is not, on the screen.
///
/// The way of one event or batch, hop by hop, with times and verdicts; for what was refused, the reason and the fix. An id
/// that is not known is an answer too: it says what that means, and what to check.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/delivery/events/{id}",
    tag = "delivery",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = String, Path, description = "An event's or a batch's id, or the text that was sent as batch_id or Idempotency-Key")
    ),
    responses(
        (status = 200, description = "Its way", body = XrayAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn xray(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<XrayAnswer>, ApiError> {
    delivery::xray(&state, &context, &id).await.map(Json)
}
