//! Links to one page: made, revoked, and opened by whoever has one.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::HeaderName;
use axum::middleware::map_response;
use axum::response::{Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use chrono::{DateTime, Utc};
use protocol::shared_link::SharedPage;
use query_api::access::{OpenLink, ProjectContext, same_site_path};
use query_api::{QueryState, saved, shared_links};
use serde::Deserialize;

use super::project::{self, Shown, answer};
use super::saved::{Removal, change};
use super::{Asked, Failure};
use crate::render::Page;
use crate::{Frame, ShownLink, pages, url, ways_out};

/// The one address at which a token means something. Pages are found through people, never through search engines; like every
/// page they send no referrer.
pub(super) fn router() -> Router<QueryState> {
    Router::new().route("/s/{token}", get(show)).layer(map_response(unlisted))
}

async fn unlisted(mut response: Response) -> Response {
    const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    response
}

/// A link that somebody came with, and what its page may show.
pub(super) struct Opened {
    link: OpenLink,
    shown: ShownLink,
}

impl Opened {
    fn of(token: &str, link: OpenLink) -> Self {
        let shown = ShownLink { path: format!("/s/{token}"), page: link.page, expires_at: link.expires_at, words: url::words(&link.query) };
        Self { link, shown }
    }

    pub(super) fn context(&self) -> &ProjectContext {
        &self.link.context
    }

    /// Who else is signed in, what else is there and the keys of the project are not for whoever has a link.
    pub(super) fn frame(&self, now: DateTime<Utc>) -> Frame {
        Frame {
            project: self.link.context.project().clone(),
            projects: Vec::new(),
            account: String::new(),
            ingest_url: String::new(),
            public_key: None,
            saved: Vec::new(),
            may_edit: false,
            link: Some(self.shown.clone()),
            now,
        }
    }

    pub(super) fn without_ways_out(&self, page: Page) -> Page {
        page.rewritten(|html| ways_out::closed(html, |href| self.shown.holds(href)))
    }
}

async fn show(State(state): State<QueryState>, Path(token): Path<String>, mut asked: Asked) -> Shown {
    let link = match state.access().open_link(&token).await {
        Ok(link) => link,
        Err(error) => return Err(Failure { of_link: true, ..Failure::of(error, &state, &asked) }),
    };
    let opened = Opened::of(&token, link);
    asked.words = opened.shown.words_for(&asked.words);
    let (page, none) = (opened.link.page, Path(String::new()));
    asked.link = Some(opened);
    match page {
        SharedPage::Metrics => project::metrics(State(state), none, asked).await,
        SharedPage::Behavior => project::behavior(State(state), none, asked).await,
        SharedPage::Users => project::users(State(state), none, asked).await,
        SharedPage::Sessions => project::sessions(State(state), none, asked).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Sharing {
    what: String,
    days: u32,
    back: String,
}

/// Where links are listed: whoever loads the page of a new one again comes here.
pub(super) async fn listed(Path(project): Path<String>) -> Redirect {
    Redirect::to(&format!("/p/{}/saved#shared-links", url::encoded(&project)))
}

/// Makes a link and shows it, this once: only its hash is kept, so there is no page to be sent to.
pub(super) async fn share(State(state): State<QueryState>, Path(project): Path<String>, asked: Asked, Form(form): Form<Sharing>) -> Shown {
    let back = same_site_path(&form.back).to_owned();
    let shown = answer(&state, &asked, &project, async |context, frame| {
        let made = state.access().share(context, &form.what, form.days).await?;
        Ok(pages::shared::made(frame, &made, &back))
    });
    shown.await.map_err(|failure| Failure { path: back, ..failure })
}

pub(super) async fn revoke(
    State(state): State<QueryState>,
    Path((project, id)): Path<(String, String)>,
    asked: Asked,
    Form(form): Form<Removal>,
) -> Shown {
    change(&state, &asked, &project, &form.back, async |context| shared_links::revoke(&state, context, saved::id(&id)?).await).await
}
