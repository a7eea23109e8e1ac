//! Which page an address shows: reads the URL, asks `query-api`, hands the answer to the page.

mod annotations;
mod entry;
mod explorer;
mod issues;
mod logs;
mod people;
mod project;
mod saved;
mod shared;
mod traces;

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Path};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use protocol::problem::ProblemCode;
use query_api::{ApiError, QueryState, correlation_id};

use crate::pages::{docs, failure};
use crate::{assets, url};

/// Every page, its assets and its forms, behind the guard of `query-api`.
pub fn router(state: QueryState) -> Router {
    let pages = Router::new()
        .route("/", get(entry::home))
        .route("/login", get(entry::login_form).post(entry::login))
        .route("/logout", post(entry::logout))
        // Scanners of mails and chats look at links with HEAD: that must not use them up.
        .route("/enter", get(entry::enter).head(|| async {}))
        .route("/setup", get(entry::setup_form).post(entry::setup))
        .route("/p/{project}/live", get(project::live))
        .route("/p/{project}/metrics", get(project::metrics))
        .route("/p/{project}/metrics/active", get(project::active))
        .route("/p/{project}/trends", get(project::trends))
        .route("/p/{project}/behavior", get(project::behavior))
        .route("/p/{project}/annotations", post(annotations::add))
        .route("/p/{project}/annotations/{id}/remove", post(annotations::remove))
        .route("/p/{project}/find", get(saved::find))
        .route("/dev/components", get(entry::components))
        .route("/p/{project}/saved", get(saved::page).post(saved::add))
        .route("/p/{project}/saved/{id}/rename", post(saved::rename))
        .route("/p/{project}/saved/{id}/remove", post(saved::remove))
        .route("/p/{project}/shared-links", get(shared::listed).post(shared::share))
        .route("/p/{project}/shared-links/{id}/revoke", post(shared::revoke))
        .route("/p/{project}/users", get(project::users))
        .route("/p/{project}/sessions", get(project::sessions))
        .route("/p/{project}/users/profile", get(people::person))
        .route("/p/{project}/users/erase", post(people::erase))
        .route("/p/{project}/identity-links/{link}", get(people::link).post(people::change_link))
        .route("/p/{project}/explorer", get(explorer::aggregates))
        .route("/p/{project}/explorer/samples", get(explorer::samples))
        .route("/p/{project}/explorer/why", get(explorer::why))
        .route("/p/{project}/explorer/catalogue", get(explorer::catalogue))
        .route("/p/{project}/explorer/metric", get(explorer::about).post(explorer::describe))
        .route("/p/{project}/traces", get(traces::list))
        .route("/p/{project}/traces/endpoints", get(traces::endpoints))
        .route("/p/{project}/traces/moments", get(traces::moments))
        .route("/p/{project}/traces/pages", get(traces::pages))
        .route("/p/{project}/traces/jobs", get(traces::jobs))
        .route("/p/{project}/traces/{trace}", get(traces::trace))
        .route("/p/{project}/traces/{trace}/panel", get(traces::panel))
        .route("/p/{project}/traces/{trace}/whole", get(traces::whole))
        .route("/p/{project}/logs", get(logs::logs))
        .route("/p/{project}/issues", get(issues::list))
        .route("/p/{project}/issues/change", post(issues::change))
        .route("/p/{project}/issues/{id}", get(issues::one))
        .route("/p/{project}/delivery", get(project::delivery))
        .route("/p/{project}/setup", get(project::guides))
        .route("/docs", get(|| async { Redirect::to("/docs/sending") }))
        .route("/docs/{page}", get(|Path(page): Path<String>| async move { docs::page(&page).unwrap_or_else(failure::not_found) }))
        .merge(shared::router())
        .merge(assets::router())
        .method_not_allowed_fallback(|| async { failure::not_found() })
        .fallback(|| async { failure::not_found() })
        .with_state(state.clone());
    query_api::routes::guard(pages, state)
}

/// An error as somebody with a browser should meet it: the way in, a page that is not there, or what went wrong.
struct Failure {
    error: ApiError,
    correlation_id: String,
    path: String,
    /// Whoever asked has a link to one page, and nowhere to go from there.
    of_link: bool,
}

impl Failure {
    /// What a form wanted failed: whoever signs in or tries again comes to a page, since the form's own address shows none.
    fn of_form(error: ApiError, state: &QueryState, asked: &Asked, page: String) -> Self {
        Self { path: page, ..Self::of(error, state, asked) }
    }

    fn of(error: ApiError, state: &QueryState, asked: &Asked) -> Self {
        let of_link = asked.link.is_some();
        Self { error, correlation_id: correlation_id(&asked.headers, state), path: asked.path.clone(), of_link }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self.error.code() {
            ProblemCode::NotFound if self.of_link => failure::link_over().into_response(),
            ProblemCode::SignInNeeded => Redirect::to(&url::with_query("/login", [("next", self.path.as_str())])).into_response(),
            ProblemCode::NotFound => failure::not_found().into_response(),
            code => {
                if code == ProblemCode::Internal {
                    tracing::error!(correlation_id = self.correlation_id, error = %self.error, "a page failed");
                }
                failure::problem(&self.error.problem(&self.correlation_id), &self.path, self.of_link).into_response()
            }
        }
    }
}

/// What a page needs to know of its request.
struct Asked {
    headers: axum::http::HeaderMap,
    /// Path and query.
    path: String,
    words: std::collections::HashMap<String, String>,
    /// Who sends, as far as the connection says; only for slowing down those who guess passwords.
    peer: IpAddr,
    /// The link that somebody came with; only [`shared`] puts one here.
    link: Option<shared::Opened>,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let words = axum::extract::Query::try_from_uri(&parts.uri).map(|query| query.0).unwrap_or_default();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0; 4]), |ConnectInfo(address)| address.ip());
        Ok(Self { headers: parts.headers.clone(), path, words, peer, link: None })
    }
}

impl Asked {
    fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    fn host(&self) -> &str {
        self.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
    }
}
