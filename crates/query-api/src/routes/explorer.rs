use axum::Json;
use axum::extract::State;
use axum::response::Response;
use protocol::analyses::SuggestionsAnswer;
use protocol::explorer::{
    AggregateAnswer, AggregateLine, AggregateQuery, DESCRIPTION_CHARS_MAX, HeatAnswer, MetricAnswer, MetricCatalogue, MetricNote,
    MetricQuery, SampleAnswer, SampleOrder, SamplesAnswer, SamplesQuery, WhyAnswer, WhyQuery,
};
use protocol::filter::Field;
use protocol::metric::{Aggregate, MetricKind};
use protocol::problem::Problem;
use protocol::range::{Compare, Period, Range, Step};

use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::explorer;
use crate::{ApiError, QueryState};

fn metric(parameters: &Parameters) -> Result<MetricQuery, ApiError> {
    Ok(MetricQuery {
        name: parameters.required("name")?,
        kind: parameters.choice("kind", &MetricKind::ALL.map(MetricKind::word))?,
        unit: parameters.text("unit")?,
    })
}

/// `from` and `until`, both days or both moments, or else a range.
pub(super) fn period(parameters: &Parameters) -> Result<Period, ApiError> {
    if let (Some(first), Some(last)) = (parameters.day("from")?, parameters.day("until")?) {
        return Ok(Period::Days { first, last });
    }
    let time = |name| parameters.time(name, "a day such as 2026-05-14, or a time such as 2026-05-14T10:00:00Z");
    match (time("from")?, time("until")?) {
        (None, None) => Ok(Period::Last(parameters.choice("range", &Range::EXPLORER.map(Range::word))?.unwrap_or(Range::Hours24))),
        (Some(from), Some(until)) if from < until => Ok(Period::Between { from, until }),
        _ => Err(ApiError::InvalidParameter {
            name: "until",
            problem: "must come with `from` and be later".to_owned(),
            allowed: "two times, or a range".to_owned(),
        }),
    }
}

/// A metric for each `name`, with the `kind`, `unit`, `aggregate` and `where` of the same place.
fn lines(parameters: &Parameters) -> Result<Vec<AggregateLine>, ApiError> {
    const MOST: usize = AggregateQuery::LINES_MAX;
    parameters.required("name")?;
    let names = parameters.texts("name", MOST)?;
    let kinds = parameters.choices("kind", MOST, &MetricKind::ALL.map(MetricKind::word))?;
    let units = parameters.texts("unit", MOST)?;
    let aggregates = parameters.choices("aggregate", MOST, &Aggregate::ALL.map(Aggregate::word))?;
    let filters = parameters.filters("where", MOST)?;
    let line = |(place, name): (usize, &String)| AggregateLine {
        metric: MetricQuery { name: name.clone(), kind: kinds.get(place).copied().flatten(), unit: units.get(place).cloned() },
        aggregate: aggregates.get(place).copied().flatten(),
        filter: filters.get(place).cloned().unwrap_or_default(),
    };
    Ok(names.iter().enumerate().map(line).collect())
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

/// What is known of one metric.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/about",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent")
    ),
    responses(
        (status = 200, description = "Its attributes, who sends it, what people say of it", body = MetricAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn about(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<MetricAnswer>, ApiError> {
    explorer::metric(&state, &context, &metric(&parameters)?).await.map(Json)
}

/// Says what a metric measures and whom to ask. For editors.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/metrics/describe",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("description" = Option<String>, Query, description = "What it measures, at most 500 characters"),
        ("owner" = Option<String>, Query, description = "Whom to ask, at most 100 characters"),
        ("thresholds" = Option<String>, Query, description = "At most six, such as `p95 > 800 critical, p95 > 500 warning`; charts show them")
    ),
    responses(
        (status = 200, description = "What is said now", body = MetricNote),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn describe(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<MetricNote>, ApiError> {
    let text = |name| Ok::<_, ApiError>(parameters.text_within(name, 4 * DESCRIPTION_CHARS_MAX)?.unwrap_or_default());
    let note =
        MetricNote { description: text("description")?, owner: text("owner")?, thresholds: explorer::thresholds(&text("thresholds")?)? };
    explorer::describe(&state, &context, &metric(&parameters)?, note).await.map(Json)
}

/// One to four metrics over time.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/aggregate",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = Vec<String>, Query, description = "A metric's name, up to four times: A, B, C and D"),
        ("kind" = Option<Vec<MetricKind>>, Query, description = "The kind of each; that of the metric seen last when absent or empty"),
        ("unit" = Option<Vec<String>>, Query, description = "The unit of each, empty for none; that of the metric seen last when absent"),
        ("aggregate" = Option<Vec<Aggregate>>, Query, description = "How a bucket's points become one number; the kind's first when absent or empty"),
        ("where" = Option<Vec<String>>, Query, description = "Which points of each, as a filter"),
        ("filter" = Option<String>, Query, description = "Which points of all of them, as a filter over attributes, environment, release, user, session and trace"),
        ("by" = Option<Vec<String>>, Query, description = "An attribute to group by, up to three times"),
        ("top" = Option<i64>, Query, description = "Groups by themselves, by value: 1 to 50; 7 when absent"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d, 30d or 90d; 24h when absent"),
        ("from" = Option<String>, Query, description = "A day or a time, together with `until`, in place of a range"),
        ("until" = Option<String>, Query, description = "The last day, or the time that ends it"),
        ("step" = Option<Step>, Query, description = "1m, 5m, 15m, 1h, 6h or 1d; what fits the time when absent"),
        ("compare" = Option<Compare>, Query, description = "previous, week or year; nothing when absent"),
        ("formula" = Option<String>, Query, description = "Such as A/B*100"),
        ("format" = Option<String>, Query, description = "json or csv")
    ),
    responses(
        (status = 200, description = "The metrics over time", body = AggregateAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn aggregate(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let top = parameters.number("top")?;
    let query = AggregateQuery {
        lines: lines(&parameters)?,
        filter: parameters.filter("filter")?,
        by: parameters.texts("by", AggregateQuery::BY_MAX)?.into_iter().filter(|by| !by.is_empty()).collect(),
        top: top.map_or(AggregateQuery::TOP, |top| usize::try_from(top).unwrap_or(0)),
        period: period(&parameters)?,
        step: parameters.choice("step", &AggregateQuery::STEPS.map(Step::word))?,
        compare: parameters.choice("compare", &Compare::ALL.map(Compare::word))?.unwrap_or(Compare::Nothing),
        formula: parameters.text("formula")?.filter(|text| !text.is_empty()),
    };
    sheet::told(&context, &parameters, explorer::aggregate(&state, &context, &query).await?)
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
        ("filter" = Option<String>, Query, description = "Which points, as a filter over attributes, environment, release, user, session and trace"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d, 30d or 90d; 24h when absent"),
        ("from" = Option<String>, Query, description = "A day or a time, together with `until`, in place of a range"),
        ("until" = Option<String>, Query, description = "The last day, or the time that ends it"),
        ("order" = Option<SampleOrder>, Query, description = "latest, oldest, largest, smallest, p50 or p95; latest when absent"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("before" = Option<String>, Query, description = "`previous` of the page behind, in place of `after`"),
        ("format" = Option<String>, Query, description = "json or csv")
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
) -> Result<Response, ApiError> {
    let query = SamplesQuery {
        metric: metric(&parameters)?,
        filter: parameters.filter("filter")?,
        period: period(&parameters)?,
        order: parameters.choice("order", &SampleOrder::ALL.map(SampleOrder::word))?.unwrap_or_default(),
        after: parameters.text("after")?.filter(|after| !after.is_empty()),
        before: parameters.text("before")?.filter(|before| !before.is_empty()),
    };
    sheet::told(&context, &parameters, explorer::samples(&state, &context, &query).await?)
}

/// One stored point with what went on in the same moment.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/sample",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = String, Query, description = "The sample's id, as samples have it")
    ),
    responses(
        (status = 200, description = "The point, its trace, errors and log records", body = SampleAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn sample(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<SampleAnswer>, ApiError> {
    explorer::sample(&state, &context, &parameters.required("id")?).await.map(Json)
}

/// What is different about the points of a part of the time.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/why",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("filter" = Option<String>, Query, description = "Which points, as a filter over attributes, environment, release, user, session and trace"),
        ("range" = Option<Range>, Query, description = "The part, when it is a range; 24h when absent"),
        ("from" = Option<String>, Query, description = "The part's begin, together with `until`"),
        ("until" = Option<String>, Query, description = "The part's end"),
        ("least" = Option<f64>, Query, description = "Only points from this value on are inside")
    ),
    responses(
        (status = 200, description = "What is more frequent inside, and typical points", body = WhyAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn why(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<WhyAnswer>, ApiError> {
    let query = WhyQuery {
        metric: metric(&parameters)?,
        filter: parameters.filter("filter")?,
        period: period(&parameters)?,
        least: parameters.parsed::<f64>("least", "a number")?.filter(|least| least.is_finite()),
    };
    explorer::why(&state, &context, &query).await.map(Json)
}

/// How the values of a distribution are spread over time.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/heat",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The name of a distribution"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("filter" = Option<String>, Query, description = "Which points, as a filter over attributes, environment, release, user, session and trace"),
        ("range" = Option<Range>, Query, description = "1h, 6h, 24h, 7d, 30d or 90d; 24h when absent"),
        ("from" = Option<String>, Query, description = "A day or a time, together with `until`, in place of a range"),
        ("until" = Option<String>, Query, description = "The last day, or the time that ends it")
    ),
    responses(
        (status = 200, description = "Points by bucket and value", body = HeatAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn heat(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<HeatAnswer>, ApiError> {
    let filter = parameters.filter("filter")?;
    explorer::heat(&state, &context, &metric(&parameters)?, &filter, period(&parameters)?).await.map(Json)
}

/// Attributes of a metric and their values, for whoever writes a filter.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/metrics/suggestions",
    tag = "metrics",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("name" = String, Query, description = "The metric's name"),
        ("kind" = Option<MetricKind>, Query, description = "Its kind; that of the metric seen last when absent"),
        ("unit" = Option<String>, Query, description = "Its unit, empty for none; that of the metric seen last when absent"),
        ("field" = String, Query, description = "The attribute, or release, user, session, trace"),
        ("text" = Option<String>, Query, description = "What its values hold")
    ),
    responses(
        (status = 200, description = "Values, those of most series first; their counts are series, or points of what only these know", body = SuggestionsAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn suggestions(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<SuggestionsAnswer>, ApiError> {
    let field: Option<Field> = parameters.parsed("field", "an attribute, as a filter writes it")?;
    let field = field.unwrap_or(Field::Environment);
    let text = parameters.text("text")?.unwrap_or_default();
    explorer::suggestions(&state, &context, &metric(&parameters)?, &field, &text).await.map(Json)
}
