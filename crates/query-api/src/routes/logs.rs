use axum::Json;
use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use futures::StreamExt as _;
use protocol::logs::{LogContext, LogOrder, LogScope, LogSummary, LogTail, LogsAnswer, LogsQuery};
use protocol::problem::Problem;
use protocol::range::Range;

use super::parameters::Parameters;
use super::{explorer, live, sheet};
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, logs};

/// A search without a time would look at everything there is.
fn scope(parameters: &Parameters) -> Result<LogScope, ApiError> {
    if !parameters.has_any(&["range", "from", "until"]) {
        return Err(ApiError::InvalidParameter {
            name: "range",
            problem: "is missing: log records are looked for in a time".to_owned(),
            allowed: "1h, 6h, 24h, 7d, 30d or 90d, or `from` and `until`".to_owned(),
        });
    }
    Ok(LogScope { period: explorer::period(parameters)?, filter: parameters.search("filter")? })
}

fn whole(parameters: &Parameters, name: &'static str) -> Result<Option<usize>, ApiError> {
    parameters.parsed(name, "a whole number")
}

/// Log records that match a search, newest or oldest first.
///
/// A page looks at 50,000 records at most and for two seconds at most. Where it stopped before it was through, `searched` says how
/// far it got, and `next` goes on from there.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/logs",
    tag = "logs",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("range" = Option<Range>, Query, description = "1h to 90d; needed unless `from` and `until` are given"),
        ("from" = Option<String>, Query, description = "A day, or a time such as 2026-05-14T10:00:00Z"),
        ("until" = Option<String>, Query, description = "A day, included, or a time, excluded"),
        ("filter" = Option<String>, Query, description = "What is looked for: words, quoted phrases, terms such as `level>=warning`; see /docs/logs"),
        ("order" = Option<LogOrder>, Query, description = "newest (the default) or oldest first"),
        ("limit" = Option<usize>, Query, description = "Records of a page, at most 1000; 100 when absent"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "A page of records", body = LogsAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn search(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = LogsQuery {
        scope: scope(&parameters)?,
        order: parameters.choice("order", &LogOrder::ALL.map(LogOrder::word))?.unwrap_or_default(),
        after: parameters.text("after")?.filter(|after| !after.is_empty()),
        limit: whole(&parameters, "limit")?.unwrap_or(LogsQuery::LIMIT),
    };
    sheet::told(&context, &parameters, logs::search(&state, &context, &query).await?)
}

/// Log records by level over time, and the values that their fields have.
///
/// Facets are looked for among the newest 20,000 records of the range; records over time too, unless the search is by nothing but
/// the level: those are counted up to a million. `searched` and `counted_back_to` say how far that reaches.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/logs/summary",
    tag = "logs",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("range" = Option<Range>, Query, description = "1h to 90d; needed unless `from` and `until` are given"),
        ("from" = Option<String>, Query, description = "A day, or a time such as 2026-05-14T10:00:00Z"),
        ("until" = Option<String>, Query, description = "A day, included, or a time, excluded"),
        ("filter" = Option<String>, Query, description = "What is looked for, see /docs/logs"),
    ),
    responses(
        (status = 200, description = "What was counted", body = LogSummary),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn summary(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<LogSummary>, ApiError> {
    logs::summary(&state, &context, &scope(&parameters)?).await.map(Json)
}

/// One log record, whole, with what the same source wrote before and after it.
///
/// The source is the same service and environment, and the same session where the record names one, else the same machine
/// (`host.name`, `host`, `hostname` or `server` among its attributes) where it names one; within an hour.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/logs/record",
    tag = "logs",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = String, Query, description = "The record's id, as a search tells it"),
        ("lines" = Option<usize>, Query, description = "Lines before it and after it, at most 100; 8 when absent"),
    ),
    responses(
        (status = 200, description = "The record", body = LogContext),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn around(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<LogContext>, ApiError> {
    let (id, lines) = (parameters.required("id")?, whole(&parameters, "lines")?.unwrap_or(LogContext::LINES));
    logs::around(&state, &context, &id, lines).await.map(Json)
}

/// Log records as they arrive: server-sent events.
///
/// In the order of arrival, from a few seconds ago on: a record that was shown before may come again, told by its id. At most 50 records
/// a second; `left_out` says that there were more.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/logs/stream",
    tag = "logs",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("filter" = Option<String>, Query, description = "What is looked for, see /docs/logs"),
    ),
    responses(
        (status = 200, description = "One event whenever something arrived, at most one per second", body = LogTail, content_type = "text/event-stream"),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn tail(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let tail = logs::tail(&state, context, parameters.search("filter")?).await?;
    Ok(live::sent(tail.filter_map(|tail| async move { Event::default().json_data(&tail).ok() })))
}
