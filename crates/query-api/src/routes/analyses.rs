use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use protocol::analyses::{
    ActiveAnswer, ActiveQuery, BreakdownsAnswer, BreakdownsQuery, FunnelAnswer, FunnelQuery, HoursAnswer, HoursQuery, JourneysAnswer,
    JourneysQuery, LifecycleAnswer, LifecycleQuery, RetentionAnswer, RetentionQuery, RoutesAnswer, RoutesQuery, Scope, SessionsAnswer,
    SessionsQuery, SuggestionsAnswer, SuggestionsQuery, TrendAnswer, TrendQuery, WeekClock,
};
use protocol::problem::Problem;
use protocol::range::{Compare, Period, Range, Step};
use protocol::receipt::BotRule;
use utoipa::IntoParams;

use super::parameters::Parameters;
use super::sheet;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, analyses};

const DAY_OR_TIME: &str = "both days such as 2026-05-14, or both RFC 3339 times such as 2026-05-14T12:00:00Z";
pub(super) const TIME: &str = "an RFC 3339 time such as 2026-05-14T12:00:00Z";

/// What every analysis takes. Only described here: [`scope`] reads it, since a bad value must be told from a missing one.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "its fields are what the description is made of")]
pub(super) struct ScopeParameters {
    /// A range that ends now; 7d when absent
    range: Option<Range>,
    /// Instead of a range: its first day in the project's zone such as 2026-05-01, or a time, RFC 3339
    from: Option<String>,
    /// Instead of a range: its last day, which is part of it, or a time, which is not
    until: Option<String>,
    /// Which events, in the filter language
    filter: Option<String>,
    /// humans (the default) or all
    bots: Option<BotRule>,
}

pub(super) fn scope(parameters: &Parameters) -> Result<Scope, ApiError> {
    scope_of(parameters, &Range::EXPLORER)
}

/// The same where fewer ranges are offered.
pub(super) fn scope_of(parameters: &Parameters, ranges: &[Range]) -> Result<Scope, ApiError> {
    let words: Vec<&str> = ranges.iter().copied().map(Range::word).collect();
    let there = |name| Ok::<_, ApiError>(parameters.text(name)?.is_some_and(|text| !text.is_empty()));
    let period = match (there("from")?, there("until")?) {
        (true, true) => match (parameters.day("from")?, parameters.day("until")?) {
            (Some(first), Some(last)) => Period::Days { first, last },
            _ => Period::Between { from: time(parameters, "from")?, until: time(parameters, "until")? },
        },
        (false, false) => Period::Last(parameters.choice("range", &words)?.unwrap_or_default()),
        (true, false) => return Err(missing("until")),
        (false, true) => return Err(missing("from")),
    };
    let bots = parameters.choice("bots", &["humans", "all"])?.unwrap_or_default();
    Ok(Scope { period, filter: parameters.filter("filter")?, bots })
}

fn time(parameters: &Parameters, name: &'static str) -> Result<DateTime<Utc>, ApiError> {
    parameters.time(name, DAY_OR_TIME)?.ok_or_else(|| missing(name))
}

fn missing(name: &'static str) -> ApiError {
    ApiError::InvalidParameter { name, problem: "is missing".to_owned(), allowed: DAY_OR_TIME.to_owned() }
}

fn step(parameters: &Parameters) -> Result<Option<Step>, ApiError> {
    parameters.choice("step", &Step::ANALYSES.map(Step::word))
}

const NUMBER: &str = "a whole number";
const MEASURE: &str = "events, people, sessions, or a number's such as sum(price): sum, mean, median, p95, min, max";
const FIELD: &str = "a dimension such as country, route or release, or the key of a prop";

/// Events and distinct people over time.
///
/// Up to ten `series` (a filter each) are A, B, C and so on; a `formula` such as `B/A*100` reckons with them. One series can
/// be broken down instead.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/trend",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("step" = Option<String>, Query, description = "15m, 1h, 1d, 1w or 1mo"),
        ("series" = Option<String>, Query, description = "A filter; may be given again for further series"),
        ("measure" = Option<String>, Query, description = "What a series is measured by, once for each in their order: events, people, sessions, or sum, mean, median, p95, min or max of a prop such as sum(price)"),
        ("by" = Option<String>, Query, description = "What it is broken down by: a dimension or the key of a prop"),
        ("top" = Option<String>, Query, description = "Values that are shown by themselves"),
        ("rank" = Option<String>, Query, description = "events (the default) or people: what comes first, and what a series is measured by where `measure` does not say it"),
        ("formula" = Option<String>, Query, description = "Such as B/A*100"),
        ("compare" = Option<String>, Query, description = "none (the default), previous, week or year: an earlier range, asked the same"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The figures", body = TrendAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn trend(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let usual = TrendQuery::default();
    let series = parameters.filters("series", TrendQuery::SERIES_MAX)?;
    let query = TrendQuery {
        scope: scope(&parameters)?,
        step: step(&parameters)?,
        series: if series.is_empty() { usual.series } else { series },
        measures: parameters.all_parsed("measure", TrendQuery::SERIES_MAX, MEASURE)?,
        by: parameters.all_parsed("by", TrendQuery::FIELDS_MAX, FIELD)?,
        top: parameters.parsed("top", NUMBER)?.unwrap_or(usual.top),
        rank: parameters.choice("rank", &["events", "people"])?.unwrap_or_default(),
        formula: parameters.text("formula")?.filter(|text| !text.is_empty()),
        compare: parameters.choice("compare", &Compare::ALL.map(Compare::word))?.unwrap_or(usual.compare),
    };
    sheet::told(&context, &parameters, analyses::trend(&state, &context, &query).await?)
}

/// The values of several fields over one range.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/breakdowns",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("by" = Option<String>, Query, description = "A dimension or the key of a prop; given once for each list"),
        ("rank" = Option<String>, Query, description = "people (the default) or events: what comes first"),
        ("top" = Option<String>, Query, description = "Values of each list; 10 when absent"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The figures", body = BreakdownsAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn breakdowns(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let usual = BreakdownsQuery::default();
    let query = BreakdownsQuery {
        scope: scope(&parameters)?,
        by: parameters.all_parsed("by", BreakdownsQuery::FIELDS_MAX, FIELD)?,
        rank: parameters.choice("rank", &["people", "events"])?.unwrap_or(usual.rank),
        top: parameters.parsed("top", NUMBER)?.unwrap_or(usual.top),
    };
    sheet::told(&context, &parameters, analyses::breakdowns(&state, &context, &query).await?)
}

/// How many do one thing after another, and how long they take.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/funnel",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("step" = Option<String>, Query, description = "A filter; given once for each step, in their order"),
        ("window" = Option<String>, Query, description = "Seconds from the first step to the last, at most; 7 days when absent"),
        ("order" = Option<String>, Query, description = "loose (the default), strict or any"),
        ("entry" = Option<String>, Query, description = "every (the default) or first"),
        ("unit" = Option<String>, Query, description = "people (the default) or sessions"),
        ("by" = Option<String>, Query, description = "What it is broken down by: a dimension or the key of a prop"),
        ("top" = Option<String>, Query, description = "Values that are shown by themselves"),
    ),
    responses(
        (status = 200, description = "The figures", body = FunnelAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn funnel(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<FunnelAnswer>, ApiError> {
    let usual = FunnelQuery::default();
    let query = FunnelQuery {
        scope: scope(&parameters)?,
        steps: parameters.filters("step", FunnelQuery::STEPS_MAX)?,
        window_seconds: parameters.parsed("window", NUMBER)?.unwrap_or(usual.window_seconds),
        order: parameters.choice("order", &["loose", "strict", "any"])?.unwrap_or_default(),
        entry: parameters.choice("entry", &["every", "first"])?.unwrap_or_default(),
        unit: parameters.choice("unit", &["people", "sessions"])?.unwrap_or_default(),
        by: parameters.parsed("by", FIELD)?,
        top: parameters.parsed("top", NUMBER)?.unwrap_or(usual.top),
    };
    analyses::funnel(&state, &context, &query).await.map(Json)
}

/// Of those who began in a period, how many came back.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/retention",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("step" = Option<String>, Query, description = "1d, 1w (the default) or 1mo"),
        ("start" = Option<String>, Query, description = "With which events somebody begins: a filter"),
        ("back" = Option<String>, Query, description = "With which events somebody comes back: a filter"),
        ("start_rule" = Option<String>, Query, description = "first (the default) or every"),
        ("back_rule" = Option<String>, Query, description = "on (the default) or on_or_after"),
    ),
    responses(
        (status = 200, description = "The figures", body = RetentionAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn retention(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<RetentionAnswer>, ApiError> {
    let usual = RetentionQuery::default();
    let query = RetentionQuery {
        scope: scope(&parameters)?,
        step: step(&parameters)?.unwrap_or(usual.step),
        start: parameters.filter("start")?,
        back: parameters.filter("back")?,
        start_rule: parameters.choice("start_rule", &["first", "every"])?.unwrap_or_default(),
        back_rule: parameters.choice("back_rule", &["on", "on_or_after"])?.unwrap_or_default(),
    };
    analyses::retention(&state, &context, &query).await.map(Json)
}

/// Distinct people of each day, and of the 7 and 30 days that end with it.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/active",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The figures", body = ActiveAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn active(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let query = ActiveQuery { scope: scope(&parameters)? };
    sheet::told(&context, &parameters, analyses::active(&state, &context, &query).await?)
}

/// Who is new, who returns, who came back from further away, and who did not come.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/lifecycle",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("step" = Option<String>, Query, description = "1d (the default), 1w or 1mo"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The figures", body = LifecycleAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn lifecycle(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let step = step(&parameters)?.unwrap_or(LifecycleQuery::default().step);
    let query = LifecycleQuery { scope: scope(&parameters)?, step };
    sheet::told(&context, &parameters, analyses::lifecycle(&state, &context, &query).await?)
}

/// Sessions over time: how many, how long, and who left at once.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/sessions",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("step" = Option<String>, Query, description = "15m, 1h, 1d, 1w or 1mo"),
    ),
    responses(
        (status = 200, description = "The figures", body = SessionsAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn sessions(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<SessionsAnswer>, ApiError> {
    let query = SessionsQuery { scope: scope(&parameters)?, step: step(&parameters)? };
    analyses::sessions(&state, &context, &query).await.map(Json)
}

/// What people do on each route: views, people, entries, exits, dwell.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/routes",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("top" = Option<String>, Query, description = "Values that are shown by themselves"),
        ("format" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The figures", body = RoutesAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn routes(State(state): State<QueryState>, context: ProjectContext, parameters: Parameters) -> Result<Response, ApiError> {
    let top = parameters.parsed("top", NUMBER)?.unwrap_or(RoutesQuery::default().top);
    let query = RoutesQuery { scope: scope(&parameters)?, top };
    sheet::told(&context, &parameters, analyses::routes(&state, &context, &query).await?)
}

/// When in the week something happens.
///
/// Events and people of each of the 168 hours of a week on the wall of the project's zone or of each visitor's own, from Monday
/// 0:00, and how often each hour lies in the range.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/hours",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("clock" = Option<String>, Query, description = "project (the default) or visitor: whose clock hours are read on"),
    ),
    responses(
        (status = 200, description = "The figures", body = HoursAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn hours(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<HoursAnswer>, ApiError> {
    let clock = parameters.choice("clock", &WeekClock::ALL.map(WeekClock::word))?.unwrap_or_default();
    analyses::hours(&state, &context, &HoursQuery { scope: scope(&parameters)?, clock }).await.map(Json)
}

/// What people do after a certain event, or before it, step by step.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/journeys",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("start" = Option<String>, Query, description = "With which events a journey begins: a filter"),
        ("direction" = Option<String>, Query, description = "after (the default) or before"),
        ("unit" = Option<String>, Query, description = "sessions (the default) or people"),
        ("by" = Option<String>, Query, description = "What a step is named by; name when absent"),
        ("steps" = Option<String>, Query, description = "Steps with the start, 2 to 10"),
        ("window" = Option<String>, Query, description = "Seconds from the start, at most; 30 minutes when absent"),
        ("collapse" = Option<String>, Query, description = "false: an event that repeats the one before it is a step too"),
        ("top" = Option<String>, Query, description = "Values that are shown by themselves"),
    ),
    responses(
        (status = 200, description = "The figures", body = JourneysAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn journeys(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<JourneysAnswer>, ApiError> {
    let usual = JourneysQuery::default();
    let query = JourneysQuery {
        scope: scope(&parameters)?,
        start: parameters.filter("start")?,
        direction: parameters.choice("direction", &["after", "before"])?.unwrap_or_default(),
        unit: parameters.choice("unit", &["people", "sessions"])?.unwrap_or(usual.unit),
        by: parameters.parsed("by", FIELD)?.unwrap_or(usual.by),
        steps: parameters.parsed("steps", NUMBER)?.unwrap_or(usual.steps),
        window_seconds: parameters.parsed("window", NUMBER)?.unwrap_or(usual.window_seconds),
        collapse: parameters.parsed("collapse", "true or false")?.unwrap_or(usual.collapse),
        top: parameters.parsed("top", NUMBER)?.unwrap_or(usual.top),
    };
    analyses::journeys(&state, &context, &query).await.map(Json)
}

/// Values that a field has, most frequent first, and the keys of props: what a filter can be about.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/suggestions",
    tag = "analyses",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ScopeParameters,
        ("field" = Option<String>, Query, description = "A dimension or the key of a prop"),
        ("text" = Option<String>, Query, description = "Only values that hold this text"),
    ),
    responses(
        (status = 200, description = "The figures", body = SuggestionsAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn suggestions(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<SuggestionsAnswer>, ApiError> {
    let field = parameters.required("field").and_then(|_| parameters.parsed("field", FIELD))?.unwrap_or(protocol::filter::Field::Name);
    let query = SuggestionsQuery { scope: scope(&parameters)?, field, text: parameters.text("text")?.unwrap_or_default() };
    analyses::suggestions(&state, &context, &query).await.map(Json)
}
