use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use protocol::problem::Problem;
use protocol::range::Range;
use protocol::trace::{SpanId, TraceId};
use protocol::traces::{
    SpanAnswer, TimedAnswer, TimedBy, TimedOf, TimedQuery, TraceAnswer, TraceSort, TracesAnswer, TracesOf, TracesQuery,
};

use super::explorer::period;
use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, explorer, traces};

/// Traces by the span that begins them, or single spans.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/traces",
    tag = "traces",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("of" = Option<TracesOf>, Query, description = "roots for a row per trace, spans for any span; roots when absent"),
        ("filter" = Option<String>, Query, description = "Which of them, as a filter over name, op, service, status, duration (ms) and attributes"),
        ("sort" = Option<TraceSort>, Query, description = "latest or slowest; latest when absent"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d, 30d or 90d; 24h when absent"),
        ("from" = Option<String>, Query, description = "A day or a time, together with `until`, in place of a range"),
        ("until" = Option<String>, Query, description = "The last day, or the time that ends it"),
        ("format" = Option<String>, Query, description = "json or csv")
    ),
    responses(
        (status = 200, description = "At most 50 of them, and how long all took", body = TracesAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn search(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = TracesQuery {
        of: parameters.choice("of", &TracesOf::ALL.map(TracesOf::word))?.unwrap_or_default(),
        filter: parameters.filter("filter")?,
        period: period(&parameters)?,
        sort: parameters.choice("sort", &TraceSort::ALL.map(TraceSort::word))?.unwrap_or_default(),
    };
    sheet::told(&context, &parameters, traces::search(&state, &context, &query).await?)
}

/// One trace as a waterfall.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/traces/{trace}",
    tag = "traces",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("trace" = String, Path, description = "The trace's id, 32 hex digits")
    ),
    responses(
        (status = 200, description = "Its spans in their places, and what else names it", body = TraceAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn trace(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, trace)): Path<(String, String)>,
) -> Result<Json<TraceAnswer>, ApiError> {
    traces::trace(&state, &context, trace_id(&trace)?).await.map(Json)
}

/// One span with its attributes.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/traces/{trace}/spans/{span}",
    tag = "traces",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("trace" = String, Path, description = "The trace's id, 32 hex digits"),
        ("span" = String, Path, description = "The span's id, 16 hex digits")
    ),
    responses(
        (status = 200, description = "The span, and what names it", body = SpanAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn span(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, trace, span)): Path<(String, String, String)>,
) -> Result<Json<SpanAnswer>, ApiError> {
    let id = SpanId::parse(&span).ok_or_else(|| unreadable("span", &span, "16 hex digits"))?;
    traces::span(&state, &context, trace_id(&trace)?, id).await.map(Json)
}

/// How endpoints, moments, page loads or jobs do.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/spans/timed",
    tag = "traces",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("of" = Option<TimedOf>, Query, description = "endpoints, moments, pages or jobs; endpoints when absent"),
        ("by" = Option<TimedBy>, Query, description = "release to tell releases apart; name when absent"),
        ("filter" = Option<String>, Query, description = "Which of them, as a filter over name, service, route, release, status and environment"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d, 30d or 90d; 24h when absent"),
        ("from" = Option<String>, Query, description = "A day or a time, together with `until`, in place of a range"),
        ("until" = Option<String>, Query, description = "The last day, or the time that ends it"),
        ("format" = Option<String>, Query, description = "json or csv")
    ),
    responses(
        (status = 200, description = "Counts, ends and percentiles by name", body = TimedAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn timed(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = TimedQuery {
        of: parameters.choice("of", &TimedOf::ALL.map(TimedOf::word))?.unwrap_or_default(),
        by: parameters.choice("by", &TimedBy::ALL.map(TimedBy::word))?.unwrap_or_default(),
        filter: parameters.filter("filter")?,
        period: period(&parameters)?,
    };
    sheet::told(&context, &parameters, explorer::timed(&state, &context, &query).await?)
}

fn trace_id(text: &str) -> Result<TraceId, ApiError> {
    TraceId::parse(text).ok_or_else(|| unreadable("trace", text, "32 hex digits, not all zero"))
}

fn unreadable(name: &'static str, text: &str, allowed: &str) -> ApiError {
    let problem = format!("cannot be `{}`", text.chars().take(100).collect::<String>());
    ApiError::InvalidParameter { name, problem, allowed: allowed.to_owned() }
}
