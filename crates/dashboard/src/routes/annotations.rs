//! Notes beside figures: added and removed.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeZone as _, Utc};
use protocol::range::YEARS;
use query_api::access::{ProjectContext, same_site_path};
use query_api::{ApiError, QueryState, annotations};
use serde::Deserialize;

use super::project::Shown;
use super::{Asked, Failure};

#[derive(Deserialize)]
pub(super) struct Note {
    text: String,
    /// By the clock on the project's wall, as a browser's field has it.
    at: String,
    back: String,
}

pub(super) async fn add(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked, Form(note): Form<Note>) -> Shown {
    let done = async {
        let context = state.access().project_context(&asked.headers, &project).await?;
        annotations::add(&state, &context, time(&context, &note.at)?, &note.text).await
    };
    let back = same_site_path(&note.back);
    done.await.map(|_| Redirect::to(back).into_response()).map_err(|error| Failure::of_form(error, &state, &asked, back.to_owned()))
}

#[derive(Deserialize)]
pub(super) struct Removal {
    back: String,
}

pub(super) async fn remove(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
    Form(removal): Form<Removal>,
) -> Shown {
    let done = async {
        let context = state.access().project_context(&asked.headers, &project).await?;
        annotations::remove(&state, &context, annotations::id(&id)?).await
    };
    let back = same_site_path(&removal.back);
    done.await.map(|()| Redirect::to(back).into_response()).map_err(|error| Failure::of_form(error, &state, &asked, back.to_owned()))
}

/// A time on the wall; where clocks skip it, there is none, and of one that comes twice the first is meant.
fn time(context: &ProjectContext, text: &str) -> Result<DateTime<Utc>, ApiError> {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let wall = wall.filter(|wall| YEARS.contains(&wall.year()));
    let at = wall.and_then(|wall| context.zone().from_local_datetime(&wall).earliest());
    at.map(|at| at.with_timezone(&Utc)).ok_or_else(|| ApiError::InvalidParameter {
        name: "at",
        problem: format!("cannot be `{}`", text.chars().take(100).collect::<String>()),
        allowed: "a time on the project's wall such as 2026-05-14T12:00".to_owned(),
    })
}
