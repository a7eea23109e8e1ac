use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use protocol::issue::{
    IgnoreUntil, IssueAnswer, IssueChange, IssueChanged, IssueFilter, IssueId, IssueQuery, IssueSort, IssuesAnswer, IssuesQuery,
    ReportPick, ReportPlace,
};
use protocol::level::Level;
use protocol::limits::ISSUES_CHANGED_MAX;
use protocol::problem::Problem;
use protocol::range::Range;
use uuid::Uuid;

use super::analyses::{TIME, scope};
use super::parameters::Parameters;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, issues};

const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Fatal];
const ID: &str = "the ids of issues: 16 hexadecimal digits each";

/// Errors that are one fault, grouped by fingerprint.
///
/// Everything with at least one error in the range, 25 at once: what it says and where, its state, errors and affected persons in
/// the range, and its trend.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/issues",
    tag = "issues",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("range" = Option<Range>, Query, description = "A range that ends now; 7d when absent"),
        ("from" = Option<String>, Query, description = "Instead of a range: its first day in the project's zone, or a time, RFC 3339"),
        ("until" = Option<String>, Query, description = "Instead of a range: its last day, which is part of it, or a time, which is not"),
        ("status" = Option<IssueFilter>, Query, description = "open (the default: unresolved and regressed), new, regressed, ignored, resolved or all"),
        ("level" = Option<Level>, Query, description = "Only of this level or worse"),
        ("search" = Option<String>, Query, description = "Only those whose type, message or place contains this, whatever its case"),
        ("release" = Option<String>, Query, description = "Only those that came up in this release"),
        ("environment" = Option<String>, Query, description = "Only errors of this environment"),
        ("sort" = Option<IssueSort>, Query, description = "last_seen (the default), first_seen, events or users"),
        ("page" = Option<String>, Query, description = "Which page, from 0"),
    ),
    responses(
        (status = 200, description = "The issues", body = IssuesAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<IssuesAnswer>, ApiError> {
    let query = IssuesQuery {
        period: scope(&parameters)?.period,
        filter: parameters.choice("status", &IssueFilter::ALL.map(IssueFilter::word))?.unwrap_or_default(),
        level: parameters.choice("level", &LEVELS.map(Level::word))?,
        search: parameters.text("search")?.unwrap_or_default(),
        release: parameters.text("release")?.filter(|text| !text.is_empty()),
        environment: parameters.text("environment")?.filter(|text| !text.is_empty()),
        sort: parameters.choice("sort", &IssueSort::ALL.map(IssueSort::word))?.unwrap_or_default(),
        page: parameters.parsed("page", "a whole number")?.unwrap_or_default(),
    };
    issues::issues(&state, &context, &query).await.map(Json)
}

/// One issue: its figures in the range, how tags are spread, and one of its reports with stack and breadcrumbs.
///
/// An issue that is merged into another answers as that one. Tags are counted over the latest 500 reports of the range that are
/// kept.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/issues/{id}",
    tag = "issues",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = String, Path, description = "Its id"),
        ("range" = Option<Range>, Query, description = "A range that ends now; 7d when absent"),
        ("from" = Option<String>, Query, description = "Instead of a range: its first day in the project's zone, or a time, RFC 3339"),
        ("until" = Option<String>, Query, description = "Instead of a range: its last day, which is part of it, or a time, which is not"),
        ("report" = Option<String>, Query, description = "latest (the default), oldest, or, with `at`, the id of one"),
        ("at" = Option<String>, Query, description = "The time of a report: the newest one up to then is shown"),
    ),
    responses(
        (status = 200, description = "The issue", body = IssueAnswer),
        (status = "default", description = "No answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn one(
    State(state): State<QueryState>,
    context: ProjectContext,
    Path((_, id)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Json<IssueAnswer>, ApiError> {
    let query = IssueQuery { id: issues::id(&id)?, period: scope(&parameters)?.period, report: report(&parameters)? };
    issues::issue(&state, &context, &query).await.map(Json)
}

fn report(parameters: &Parameters) -> Result<ReportPick, ApiError> {
    let named = parameters.text("report")?.unwrap_or_default();
    match (parameters.time("at", TIME)?, named.as_str()) {
        (None, "" | "latest") => Ok(ReportPick::Latest),
        (None, "oldest") => Ok(ReportPick::Oldest),
        (Some(ts), "") => Ok(ReportPick::At(ReportPlace { ts, event_id: Uuid::max() })),
        (at, _) => {
            let id: Option<Uuid> = parameters.parsed("report", "latest, oldest, or the id of a report")?;
            match (at, id) {
                (Some(ts), Some(event_id)) => Ok(ReportPick::At(ReportPlace { ts, event_id })),
                _ => Err(ApiError::InvalidParameter { name: "at", problem: "is missing".to_owned(), allowed: TIME.to_owned() }),
            }
        }
    }
}

/// Decide about issues: resolve, ignore, reopen, merge or unmerge them.
///
/// All of them or none. Needs the role `editor`, or a key with the scopes `read` and `write`.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/issues/change",
    tag = "issues",
    params(
        ("project" = String, Path, description = "The project's number or word"),
        ("id" = String, Query, description = "An issue's id; may be given again, 100 times at most"),
        ("to" = String, Query, description = "resolve, resolve_next, ignore, reopen, merge or unmerge; resolve_next: errors of the release that each was seen in last, and of earlier ones, do not reopen it"),
        ("until" = Option<String>, Query, description = "Ignored until this time, RFC 3339; for good when absent"),
        ("errors" = Option<String>, Query, description = "Ignored until so many more errors"),
        ("into" = Option<String>, Query, description = "The issue that stays when others are merged"),
    ),
    responses(
        (status = 200, description = "It is decided", body = IssueChanged),
        (status = "default", description = "Nothing was changed", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn change(
    State(state): State<QueryState>,
    context: ProjectContext,
    parameters: Parameters,
) -> Result<Json<IssueChanged>, ApiError> {
    let ids: Vec<IssueId> = parameters.all_parsed("id", ISSUES_CHANGED_MAX, ID)?;
    let until: Option<DateTime<Utc>> = parameters.time("until", TIME)?;
    let errors: Option<f64> = parameters.parsed("errors", "a number of errors")?;
    let change = match parameters.required("to")?.as_str() {
        "resolve" => IssueChange::Resolve { next_release: false },
        "resolve_next" => IssueChange::Resolve { next_release: true },
        "ignore" => IssueChange::Ignore(match (until, errors) {
            (Some(until), _) => IgnoreUntil::Time(until),
            (None, Some(errors)) => IgnoreUntil::Errors(errors),
            (None, None) => IgnoreUntil::Ever,
        }),
        "reopen" => IssueChange::Reopen,
        "merge" => IssueChange::Merge { into: issues::id(&parameters.required("into")?)? },
        "unmerge" => IssueChange::Unmerge,
        other => {
            return Err(ApiError::InvalidParameter {
                name: "to",
                problem: format!("cannot be `{}`", other.chars().take(100).collect::<String>()),
                allowed: "resolve, resolve_next, ignore, reopen, merge, unmerge".to_owned(),
            });
        }
    };
    issues::change(&state, &context, &ids, &change).await.map(Json)
}
