//! Issues: listed, shown one by one, decided about.

use axum::Form;
use axum::extract::{Path, State};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::issue::{IgnoreUntil, IssueChange, IssueId};
use query_api::{ApiError, QueryState, issues};

use super::Asked;
use super::project::{Shown, answer};
use super::saved::change as changed;
use crate::pages;
use crate::pages::issues::{IssuePageQuery, IssuesPageQuery};

pub(super) async fn list(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = IssuesPageQuery::read(&asked.words);
        let answer = issues::issues(&state, context, &query.issues()).await?;
        let begun = answer.counts.all > 0 || issues::has_begun(&state, context).await?;
        Ok(pages::issues::page(frame, &query, &answer, begun))
    })
    .await
}

pub(super) async fn one(State(state): State<QueryState>, Path((project, id)): Path<(String, String)>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = IssuePageQuery::read(issues::id(&id)?, &asked.words);
        let answer = issues::issue(&state, context, &query.issue()).await?;
        Ok(pages::issues::one(frame, &query, &answer))
    })
    .await
}

/// A form's words; an issue's id stands there once for each that is ticked.
type Words = Vec<(String, String)>;

pub(super) async fn change(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked, Form(words): Form<Words>) -> Shown {
    let word = |name: &str| words.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    changed(&state, &asked, &project, word("back"), async |context| {
        let ids = words.iter().filter(|(name, _)| name == "id").map(|(_, id)| issues::id(id)).collect::<Result<Vec<IssueId>, _>>()?;
        // Nothing is ticked: there is nothing to do.
        let Some(first) = ids.first() else { return Ok(()) };
        let change = read(word("to"), *first, state.clock().now())?;
        issues::change(&state, context, &ids, &change).await.map(drop)
    })
    .await
}

/// What a button means. Of those that are merged, the first of the list stays.
fn read(to: &str, first: IssueId, now: DateTime<Utc>) -> Result<IssueChange, ApiError> {
    Ok(match to {
        "resolve" => IssueChange::Resolve { next_release: false },
        "resolve_next" => IssueChange::Resolve { next_release: true },
        "ignore" => IssueChange::Ignore(IgnoreUntil::Ever),
        "ignore_day" => IssueChange::Ignore(IgnoreUntil::Time(now + TimeDelta::days(1))),
        "ignore_week" => IssueChange::Ignore(IgnoreUntil::Time(now + TimeDelta::days(7))),
        "ignore_hundred" => IssueChange::Ignore(IgnoreUntil::Errors(100.0)),
        "reopen" => IssueChange::Reopen,
        "merge" => IssueChange::Merge { into: first },
        "unmerge" => IssueChange::Unmerge,
        _ => {
            return Err(ApiError::InvalidParameter {
                name: "to",
                problem: "is none of the buttons".to_owned(),
                allowed: "a button of the page".to_owned(),
            });
        }
    })
}
