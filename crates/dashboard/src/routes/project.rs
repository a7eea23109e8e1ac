//! The pages of one project.

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use axum::response::Response;
use protocol::access::Role;
use protocol::range::Range;
use query_api::access::ProjectContext;
use query_api::{ApiError, QueryState, analyses, annotations, audience, delivery, live, saved, sessions, users};

use super::{Asked, Failure};
use crate::Frame;
use crate::pages;
use crate::pages::active::ActivePageQuery;
use crate::pages::behavior::{Answers, BehaviorQuery};
use crate::pages::delivery::DeliveryQuery;
use crate::pages::guides::{self, GuidesQuery};
use crate::pages::live::LivePageQuery;
use crate::pages::metrics::{self, MetricsQuery};
use crate::pages::sessions::SessionsPageQuery;
use crate::pages::trends::TrendsQuery;
use crate::pages::users::UsersPageQuery;
use crate::render::Page;

pub(super) type Shown = Result<Response, Failure>;

pub(super) async fn live(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = LivePageQuery::read(&asked.words);
        let answer = live::live(&state, context, &query.live()).await?;
        let begun = !answer.feed.is_empty() || audience::has_begun(&state, context).await?;
        let stream = format!("/api/v1/projects/{}/live/stream", frame.project.id);
        Ok(pages::live::page(frame, &query, answer.as_ref().clone(), begun, &stream))
    })
    .await
}

pub(super) async fn metrics(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = MetricsQuery::read(&asked.words);
        let answer = audience::metrics(&state, context, &query.audience()).await?;
        let lists = analyses::breakdowns(&state, context, &query.breakdowns()).await?;
        let begun = answer.totals.events > 0.0 || audience::has_begun(&state, context).await?;
        let notes = match (answer.buckets.first(), answer.buckets.last()) {
            (Some(first), Some(last)) => annotations::of_range(&state, context, first.start, last.end).await?,
            _ => Vec::new(),
        };
        let may_edit = context.require(Role::Editor).is_ok();
        Ok(pages::metrics::page(frame, &query, &metrics::Answers { answer, lists, notes, may_edit }, begun))
    })
    .await
}

pub(super) async fn active(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = ActivePageQuery::read(&asked.words);
        let active = analyses::active(&state, context, &query.active()).await?;
        let stages = analyses::lifecycle(&state, context, &query.lifecycle()).await?;
        let begun = active.days.iter().any(|day| day.monthly > 0) || audience::has_begun(&state, context).await?;
        Ok(pages::active::page(frame, &query, &active, &stages, begun))
    })
    .await
}

pub(super) async fn trends(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = TrendsQuery::read(&asked.words);
        let known = analyses::suggestions(&state, context, &query.suggestions()).await?;
        let answer = match query.trend() {
            Ok(trend) => match analyses::trend(&state, context, &trend).await {
                Ok(answer) => Ok(answer),
                // What was filled in stands in the form, with what is wrong with it.
                Err(error @ ApiError::InvalidParameter { .. }) => Err(error.to_string()),
                Err(error) => return Err(error),
            },
            Err(fault) => Err(fault),
        };
        let begun = !known.values.is_empty() || audience::has_begun(&state, context).await?;
        Ok(pages::trends::page(frame, &query, &answer, &known, begun))
    })
    .await
}

pub(super) async fn behavior(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = BehaviorQuery::read(&asked.words);
        let routes = analyses::routes(&state, context, &query.routes()).await?;
        let hours = analyses::hours(&state, context, &query.hours()).await?;
        let usage = analyses::usage(&state, context, &query.usage()).await?;
        let mut around = None;
        if let Some(route) = query.around() {
            let [before, after] = query.journeys(&route);
            let journeys = [analyses::journeys(&state, context, &before).await?, analyses::journeys(&state, context, &after).await?];
            around = Some((route, journeys));
        }
        let begun = !routes.routes.is_empty() || audience::has_begun(&state, context).await?;
        Ok(pages::behavior::page(frame, &query, &Answers { routes, hours, usage, around }, begun))
    })
    .await
}

pub(super) async fn users(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = UsersPageQuery::read(&asked.words);
        let answer = users::users(&state, context, &query.users()).await?;
        let begun = answer.total > 0 || audience::has_begun(&state, context).await?;
        Ok(pages::users::page(frame, &query, &answer, begun))
    })
    .await
}

pub(super) async fn sessions(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = SessionsPageQuery::read(&asked.words);
        let answer = sessions::sessions(&state, context, &query.sessions()).await?;
        let figures = audience::metrics(&state, context, &query.figures()).await?;
        let begun = answer.total > 0 || audience::has_begun(&state, context).await?;
        Ok(pages::sessions::page(frame, &query, (&answer, &figures), begun))
    })
    .await
}

pub(super) async fn delivery(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = DeliveryQuery::read(&asked.words);
        let answer = delivery::delivery(&state, context, query.range, query.signal).await?;
        let xray = match query.id.as_str() {
            "" => None,
            id => Some(delivery::xray(&state, context, id).await?),
        };
        Ok(pages::delivery::page(frame, &query, &answer, xray.as_ref()))
    })
    .await
}

pub(super) async fn guides(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let answer = delivery::delivery(&state, context, Range::Days30, None).await?;
        Ok(guides::page(frame, GuidesQuery::read(&asked.words), &answer))
    })
    .await
}

/// Finds out who asks for which project, then shows the page or why not.
pub(super) async fn answer(
    state: &QueryState,
    asked: &Asked,
    project: &str,
    page: impl AsyncFnOnce(&ProjectContext, &Frame) -> Result<Page, ApiError>,
) -> Shown {
    let shown = async {
        let (context, frame) = framed(state, asked, project).await?;
        page(&context, &frame).await
    };
    match shown.await {
        Ok(page) => Ok(match &asked.link {
            Some(link) => link.without_ways_out(page).into_response(),
            None => page.into_response(),
        }),
        Err(error) => Err(Failure::of(error, state, asked)),
    }
}

/// Who asks for which project, and what every page of it knows.
pub(super) async fn framed(state: &QueryState, asked: &Asked, project: &str) -> Result<(ProjectContext, Frame), ApiError> {
    let context = match &asked.link {
        Some(link) => link.context().clone(),
        None => state.access().project_context(&asked.headers, project).await?,
    };
    let frame = frame(state, asked, &context).await?;
    Ok((context, frame))
}

async fn frame(state: &QueryState, asked: &Asked, context: &ProjectContext) -> Result<Frame, ApiError> {
    let access = state.access();
    if let Some(link) = &asked.link {
        return Ok(link.frame(state.clock().now()));
    }
    let account = match access.signed_in(&asked.headers).await? {
        Some(who) => access.email(who).await?.unwrap_or_default(),
        None => String::new(),
    };
    Ok(Frame {
        project: context.project().clone(),
        projects: access.visible_projects(&asked.headers).await?,
        account,
        ingest_url: format!("{}://{}", if access.is_https() { "https" } else { "http" }, asked.host()),
        public_key: access.public_key(context).await?,
        saved: saved::list(state, context).await?,
        may_edit: context.require(Role::Editor).is_ok(),
        link: None,
        now: state.clock().now(),
    })
}
