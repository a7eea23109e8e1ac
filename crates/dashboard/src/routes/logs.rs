//! The page of log records.

use axum::extract::{Path, State};
use query_api::{ApiError, QueryState, logs};

use super::Asked;
use super::project::{Shown, answer};
use crate::pages;
use crate::pages::logs::{Answers, LogsPageQuery};

pub(super) async fn logs(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = LogsPageQuery::read(&asked.words);
        let (question, scope) = (query.logs(), query.scope());
        let found = match logs::search(&state, context, &question).await {
            // A place that is none: the list begins anew.
            Err(ApiError::InvalidParameter { name: "after", .. }) => logs::search(&state, context, &query.begun_anew().logs()).await?,
            found => found?,
        };
        let summary = logs::summary(&state, context, &scope).await?;
        let opened = match query.at.as_str() {
            "" => None,
            id => match logs::around(&state, context, id, query.lines).await {
                // A record that is no longer kept: the list is there all the same.
                Err(ApiError::InvalidParameter { .. }) => None,
                around => Some(around?),
            },
        };
        let begun = !found.records.is_empty() || logs::has_begun(&state, context).await?;
        Ok(pages::logs::page(frame, &query, &Answers { found, summary, opened, begun }))
    })
    .await
}
