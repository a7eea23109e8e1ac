//! What is kept under a name: shown, added, renamed, removed.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use protocol::saved::SavedKind;
use query_api::access::{ProjectContext, same_site_path};
use query_api::saved::NewSaved;
use query_api::{ApiError, QueryState, saved, shared_links};
use serde::Deserialize;

use super::project::{Shown, answer};
use super::{Asked, Failure};
use crate::pages;

pub(super) async fn page(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |context, frame| {
        let links = shared_links::list(&state, context).await?;
        Ok(pages::saved::page(frame, &links))
    })
    .await
}

/// Everything that one can go to, what is saved among it.
pub(super) async fn find(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked) -> Shown {
    answer(&state, &asked, &project, async |_, frame| Ok(pages::find::page(frame))).await
}

#[derive(Deserialize)]
pub(super) struct New {
    kind: SavedKind,
    name: String,
    what: String,
    /// A box that is not ticked is not sent.
    #[serde(default)]
    private: bool,
    back: String,
}

pub(super) async fn add(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked, Form(new): Form<New>) -> Shown {
    change(&state, &asked, &project, &new.back, async |context| {
        let new = NewSaved { kind: new.kind, name: &new.name, what: &new.what, private: new.private };
        saved::add(&state, context, &new).await.map(drop)
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Renaming {
    name: String,
    back: String,
}

pub(super) async fn rename(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
    Form(form): Form<Renaming>,
) -> Shown {
    change(&state, &asked, &project, &form.back, async |context| saved::rename(&state, context, saved::id(&id)?, &form.name).await).await
}

#[derive(Deserialize)]
pub(super) struct Removal {
    pub(super) back: String,
}

pub(super) async fn remove(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
    Form(form): Form<Removal>,
) -> Shown {
    change(&state, &asked, &project, &form.back, async |context| saved::remove(&state, context, saved::id(&id)?).await).await
}

/// Does what a form wants, then shows the page that it stood on.
pub(super) async fn change(
    state: &QueryState,
    asked: &Asked,
    project: &str,
    back: &str,
    wanted: impl AsyncFnOnce(&ProjectContext) -> Result<(), ApiError>,
) -> Shown {
    let done = async {
        let context = state.access().project_context(&asked.headers, project).await?;
        wanted(&context).await
    };
    let back = same_site_path(back);
    done.await.map(|()| Redirect::to(back).into_response()).map_err(|error| Failure::of_form(error, state, asked, back.to_owned()))
}
