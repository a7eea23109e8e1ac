//! The pages of traces.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use dashboard_islands::trace::Fall;
use protocol::trace::{SpanId, TraceId};
use protocol::traces::TimedOf;
use query_api::{ApiError, QueryState, explorer, traces};

use super::project::{Shown as Answered, answer, framed};
use super::{Asked, Failure};
use crate::pages::traces::trace::{self as one, TracePageQuery};
use crate::pages::traces::{Shown, TracesPageQuery, View, page};

pub(super) async fn list(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    answer(&state, &asked, &project, async |context, frame| {
        let query = TracesPageQuery::read(&asked.words, View::List);
        let found = traces::search(&state, context, &query.traces()).await?;
        Ok(page(frame, &query, &Shown::List(Box::new(found))))
    })
    .await
}

async fn timed(state: QueryState, project: String, asked: Asked, of: TimedOf) -> Answered {
    answer(&state, &asked, &project, async |context, frame| {
        let query = TracesPageQuery::read(&asked.words, View::Timed(of));
        let found = explorer::timed(&state, context, &query.timed(of)).await?;
        Ok(page(frame, &query, &Shown::Timed(Box::new(found))))
    })
    .await
}

pub(super) async fn endpoints(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    timed(state, project, asked, TimedOf::Endpoints).await
}

pub(super) async fn moments(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    timed(state, project, asked, TimedOf::Moments).await
}

pub(super) async fn pages(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    timed(state, project, asked, TimedOf::Pages).await
}

pub(super) async fn jobs(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    timed(state, project, asked, TimedOf::Jobs).await
}

pub(super) async fn trace(State(state): State<QueryState>, Path((project, id)): Path<(String, String)>, asked: Asked) -> Answered {
    answer(&state, &asked, &project, async |context, frame| {
        let Some(query) = TracePageQuery::read(&id, &asked.words) else { return Ok(one::unknown(frame, &id)) };
        let found = match traces::trace(&state, context, query.trace).await {
            Err(ApiError::UnknownTrace(_)) => return Ok(one::unknown(frame, &id)),
            found => found?,
        };
        let span = match query.looked_at(&found) {
            Some(span) => Some(traces::span(&state, context, query.trace, span).await?),
            None => None,
        };
        Ok(one::page(frame, &query, &found, span.as_ref()))
    })
    .await
}

/// The details of a span, without a page around them.
pub(super) async fn panel(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Failure> {
    let shown = async {
        let (context, frame) = framed(&state, &asked, &project).await?;
        let (trace, span) = match (TraceId::parse(&id), SpanId::parse(asked.word("span"))) {
            (Some(trace), Some(span)) => (trace, span),
            _ => return Err(ApiError::UnknownTrace(id.chars().take(100).collect())),
        };
        let found = traces::span(&state, &context, trace, span).await?;
        Ok(Html(one::panel(&frame, &found)).into_response())
    };
    shown.await.map_err(|error| Failure::of(error, &state, &asked))
}

/// All rows of a trace, of which its page has a part.
pub(super) async fn whole(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Json<Fall>, Failure> {
    let told = async {
        let context = state.access().project_context(&asked.headers, &project).await?;
        let trace = TraceId::parse(&id).ok_or_else(|| ApiError::UnknownTrace(id.chars().take(100).collect()))?;
        Ok(Json(Fall::of(&traces::trace(&state, &context, trace).await?)))
    };
    told.await.map_err(|error| Failure::of(error, &state, &asked))
}
