use axum::Json;
use axum::extract::State;
use protocol::explorer::{AggregateAnswer, MetricCatalogue, SampleOrder, SamplesAnswer};
use protocol::metric::{Aggregate, MetricKind};
use protocol::problem::Problem;
use protocol::range::Range;

use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::explorer::{self, AggregateQuery, MetricQuery, SamplesQuery};
use crate::{ApiError, QueryState};

const KINDS: [MetricKind; 4] = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set];
const AGGREGATES: [Aggregate; 14] = [
    Aggregate::Sum,
    Aggregate::Count,
    Aggregate::Avg,
    Aggregate::Min,
    Aggregate::Max,
    Aggregate::Last,
    Aggregate::PerSecond,
    Aggregate::PerMinute,
    Aggregate::P50,
    Aggregate::P75,
    Aggregate::P90,
    Aggregate::P95,
    Aggregate::P99,
    Aggregate::Unique,
];
const ORDERS: [SampleOrder; 2] = [SampleOrder::Latest, SampleOrder::Largest];

fn metric(parameters: &Parameters) -> Result<MetricQuery, ApiError> {
    Ok(MetricQuery {
        name: parameters.required("name")?,
        kind: parameters.choice("kind", &KINDS.map(MetricKind::word))?,
        unit: parameters.text("unit")?,
    })
}

fn range(parameters: &Parameters) -> Result<Range, ApiError> {
    Ok(parameters.choice("range", &Range::EXPLORER.map(Range::word))?.unwrap_or(Range::Hours24))
}

/// Every metric, with its last 24 hours.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics",
    tag = "metrics",
    params(("project" = String, Path, description = "The project's number or word")),
    responses(
        (status = 200, description = "The catalogue", body = MetricCatalogue),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn catalogue(State(state): State<QueryState>, context: ProjectContext) -> Result<Json<MetricCatalogue>, ApiError> {
    explorer::catalogue(&state, &context).await.map(Json)
}

/// One metric over time.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/aggregate",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("aggregate" = Option<Aggregate>, Query, description = "How a bucket's points become one number; the kind's first when absent"),
        ("by" = Option<String>, Query, description = "The tag to group by"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d or 30d; 24h when absent")
    ),
    responses(
        (status = 200, description = "The metric over time", body = AggregateAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn aggregate(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<AggregateAnswer>, ApiError> {
    let query = AggregateQuery {
        metric: metric(&parameters)?,
        aggregate: parameters.choice("aggregate", &AGGREGATES.map(Aggregate::word))?,
        by: parameters.text("by")?.filter(|by| !by.is_empty()),
        range: range(&parameters)?,
    };
    explorer::aggregate(&state, &context, &query).await.map(Json)
}

/// Stored points of one metric.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/samples",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d or 30d; 24h when absent"),
        ("order" = Option<SampleOrder>, Query, description = "latest or largest; latest when absent")
    ),
    responses(
        (status = 200, description = "At most 50 points", body = SamplesAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn samples(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<SamplesAnswer>, ApiError> {
    let query = SamplesQuery {
        metric: metric(&parameters)?,
        range: range(&parameters)?,
        order: parameters.choice("order", &ORDERS.map(SampleOrder::word))?.unwrap_or_default(),
    };
    explorer::samples(&state, &context, &query).await.map(Json)
}
