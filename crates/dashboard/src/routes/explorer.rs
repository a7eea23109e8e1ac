//! The pages of the Metrics explorer.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use protocol::explorer::{MetricCatalogue, MetricNote, MetricQuery};
use protocol::metric::MetricKind;
use query_api::access::{ProjectContext, same_site_path};
use query_api::{ApiError, QueryState, explorer};
use serde::Deserialize;

use super::project::Shown as Answered;
use super::project::answer;
use super::{Asked, Failure};
use crate::pages::explorer::{Charted, ExplorerQuery, Shown, page};

/// Shows a page of the explorer: every one has the catalogue beside its own answer.
async fn shown(
    state: QueryState,
    project: String,
    asked: Asked,
    find: impl AsyncFn(&QueryState, &ProjectContext, &ExplorerQuery) -> Result<Shown, ApiError>,
) -> Answered {
    answer(&state, &asked, &project, async |context, frame| {
        let catalogue: MetricCatalogue = explorer::catalogue(&state, context).await?;
        let mut query = ExplorerQuery::read(&asked.words, &catalogue);
        let shown = match find(&state, context, &query).await {
            // A filter that this metric cannot answer stands in its bar, with the reason; the page is without it.
            Err(error @ ApiError::InvalidParameter { name: "filter", .. }) => {
                query.selected = query.selected.refusing(error.to_string());
                find(&state, context, &query).await?
            }
            shown => shown?,
        };
        Ok(page(frame, &query, &catalogue, &shown))
    })
    .await
}

pub(super) async fn aggregates(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    shown(state, project, asked, async |state, context, query| {
        let mut charted = Charted { answer: None, fault: None };
        let mut question = match query.aggregates() {
            Ok(Some(question)) => question,
            Ok(None) => return Ok(Shown::Aggregates(None)),
            Err(fault) => return Ok(Shown::Aggregates(Some(Box::new(Charted { fault: Some(fault), ..charted })))),
        };
        let mut answer = explorer::aggregate(state, context, &question).await;
        if let Err(error @ ApiError::InvalidParameter { name: "formula", .. }) = &answer {
            // The lines can be drawn all the same.
            charted.fault = Some(error.to_string());
            question.formula = None;
            answer = explorer::aggregate(state, context, &question).await;
        }
        match answer {
            // What was filled in stands in the form, with what is wrong with it.
            Err(error @ ApiError::InvalidParameter { .. }) => charted.fault = Some(error.to_string()),
            other => match found(other)? {
                Some(answer) => charted.answer = Some(answer),
                None => return Ok(Shown::Aggregates(None)),
            },
        }
        Ok(Shown::Aggregates(Some(Box::new(charted))))
    })
    .await
}

pub(super) async fn samples(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    shown(state, project, asked, async |state, context, query| {
        let Some(question) = query.samples() else { return Ok(Shown::Samples(None)) };
        let samples = found(explorer::samples(state, context, &question).await)?;
        let opened = match query.at.as_str() {
            "" => None,
            id => match explorer::sample(state, context, id).await {
                // A point that is no longer kept: the list is there all the same.
                Err(ApiError::InvalidParameter { .. }) => None,
                other => Some(other?),
            },
        };
        Ok(Shown::Samples(samples.map(|samples| Box::new((samples, opened)))))
    })
    .await
}

pub(super) async fn why(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    shown(state, project, asked, async |state, context, query| {
        let Some(question) = query.why() else { return Ok(Shown::Why(None)) };
        let Some(why) = found(explorer::why(state, context, &question).await)? else { return Ok(Shown::Why(None)) };
        let heat = match why.metric.kind {
            MetricKind::Distribution => Some(explorer::heat(state, context, &question.metric, &question.filter, question.period).await?),
            _ => None,
        };
        Ok(Shown::Why(Some(Box::new((why, heat)))))
    })
    .await
}

pub(super) async fn catalogue(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    shown(state, project, asked, async |_, _, _| Ok(Shown::Catalogue)).await
}

pub(super) async fn about(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Answered {
    shown(state, project, asked, async |state, context, query| {
        let Some(metric) = query.metric_query() else { return Ok(Shown::About(None)) };
        Ok(Shown::About(found(explorer::metric(state, context, &metric).await)?.map(Box::new)))
    })
    .await
}

/// What somebody says of a metric.
#[derive(Deserialize)]
pub(super) struct Said {
    name: String,
    kind: MetricKind,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    thresholds: String,
    back: String,
}

pub(super) async fn describe(
    State(state): State<QueryState>,
    Path(project): Path<String>,
    asked: Asked,
    Form(said): Form<Said>,
) -> Answered {
    let done = async {
        let context = state.access().project_context(&asked.headers, &project).await?;
        let metric = MetricQuery { name: said.name, kind: Some(said.kind), unit: Some(said.unit) };
        let thresholds = explorer::thresholds(&said.thresholds)?;
        explorer::describe(&state, &context, &metric, MetricNote { description: said.description, owner: said.owner, thresholds }).await
    };
    let back = same_site_path(&said.back);
    done.await.map(|_| Redirect::to(back).into_response()).map_err(|error| Failure::of_form(error, &state, &asked, back.to_owned()))
}

/// A metric that is not there is a state of the page, not a failure.
fn found<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ApiError::UnknownMetric(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
