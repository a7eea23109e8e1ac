//! The pages of one person, and what can be done there.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use protocol::access::Role;
use protocol::id::ActorKind;
use protocol::identity_link::{ActorName, LinkChange};
use query_api::{ApiError, QueryState, erasing, people, users};
use serde::Deserialize;

use super::project::{Shown, answer};
use super::{Asked, Failure};
use crate::pages;
use crate::pages::person::PersonQuery;
use crate::shell::Entry;

pub(super) async fn person(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let query = PersonQuery::read(&asked.words);
        let profile = match users::profile(&state, context, &query.actor).await {
            Err(ApiError::UnknownPerson(_)) => return Ok(pages::person::unknown(frame, &query)),
            profile => profile?,
        };
        let timeline = users::timeline(&state, context, &query.timeline()).await?;
        Ok(pages::person::page(frame, &query, &profile, &timeline, context.require(Role::Editor).is_ok()))
    })
    .await
}

/// What undoing or restoring a link would do.
pub(super) async fn link(State(state): State<QueryState>, Path((project, link)): Path<(String, String)>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let back = PersonQuery::read(&asked.words);
        let preview = people::preview(&state, context, number(&link)?).await?;
        Ok(pages::link::page(frame, &preview, &back, context.require(Role::Editor).is_ok()))
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Change {
    change: LinkChange,
    kind: ActorKind,
    id: String,
}

/// Does it, and shows the person again.
pub(super) async fn change_link(
    State(state): State<QueryState>,
    Path((project, link)): Path<(String, String)>,
    asked: Asked,
    Form(form): Form<Change>,
) -> Shown {
    let back = PersonQuery::of(&ActorName { kind: form.kind, id: form.id }).path_in(&project);
    let done = async {
        let (context, link) = (state.access().project_context(&asked.headers, &project).await?, number(&link)?);
        match form.change {
            LinkChange::Undo => people::undo(&state, &context, link).await?,
            LinkChange::Restore => people::restore(&state, &context, link).await?,
        };
        Ok(())
    };
    done.await.map(|()| Redirect::to(&back).into_response()).map_err(|error| Failure::of_form(error, &state, &asked, back.clone()))
}

/// Has a person forgotten, and shows everybody who is left.
pub(super) async fn erase(
    State(state): State<QueryState>,
    Path(project): Path<String>,
    asked: Asked,
    Form(actor): Form<ActorName>,
) -> Shown {
    let done = async {
        let context = state.access().project_context(&asked.headers, &project).await?;
        erasing::ask(&state, &context, &actor).await?;
        Ok(format!("/p/{}/{}?notice=erasing", context.project().slug, Entry::Users.page()))
    };
    let person = PersonQuery::of(&actor).path_in(&project);
    done.await.map(|path| Redirect::to(&path).into_response()).map_err(|error| Failure::of_form(error, &state, &asked, person))
}

/// The number in an address; what is none is the number of no link.
fn number(link: &str) -> Result<i64, ApiError> {
    link.parse().map_err(|_| ApiError::UnknownLink(link.chars().take(100).collect()))
}
