//! JSON routes on top of the questions, and their OpenAPI document.
//!
//! # Adding a route
//! Write the question as a plain function, its handler in `routes/<noun>.rs` with `#[utoipa::path]`, and name it below. A
//! route of a project takes a [`crate::access::ProjectContext`]; `tests/api/isolation.rs` fails until it knows the new route.

mod analyses;
mod annotations;
mod audience;
mod delivery;
mod erasing;
mod explorer;
mod issues;
mod keeping;
mod live;
mod logs;
mod openapi;
mod parameters;
mod people;
mod projects;
mod saved;
mod sessions;
mod sheet;
mod traces;
mod usage;
mod users;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Json, Router};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{require_known_host, require_same_site};
use crate::{ApiError, QueryState, answer_problems};

/// The document that describes every route, as served at `/api/openapi.json`.
pub fn openapi() -> OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<QueryState> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(projects::list))
        .routes(routes!(live::now))
        .routes(routes!(live::stream))
        .routes(routes!(audience::metrics))
        .routes(routes!(audience::seen))
        .routes(routes!(annotations::list))
        .routes(routes!(annotations::add))
        .routes(routes!(annotations::remove))
        .routes(routes!(saved::list))
        .routes(routes!(saved::add))
        .routes(routes!(saved::rename))
        .routes(routes!(saved::remove))
        .routes(routes!(analyses::trend))
        .routes(routes!(analyses::breakdowns))
        .routes(routes!(analyses::funnel))
        .routes(routes!(analyses::retention))
        .routes(routes!(analyses::active))
        .routes(routes!(analyses::lifecycle))
        .routes(routes!(analyses::sessions))
        .routes(routes!(analyses::routes))
        .routes(routes!(analyses::hours))
        .routes(routes!(usage::usage))
        .routes(routes!(analyses::journeys))
        .routes(routes!(analyses::suggestions))
        .routes(routes!(explorer::catalogue))
        .routes(routes!(explorer::aggregate))
        .routes(routes!(explorer::samples))
        .routes(routes!(explorer::sample))
        .routes(routes!(explorer::why))
        .routes(routes!(explorer::heat))
        .routes(routes!(explorer::suggestions))
        .routes(routes!(explorer::about))
        .routes(routes!(explorer::describe))
        .routes(routes!(traces::search))
        .routes(routes!(traces::trace))
        .routes(routes!(traces::span))
        .routes(routes!(traces::timed))
        .routes(routes!(logs::search))
        .routes(routes!(logs::summary))
        .routes(routes!(logs::around))
        .routes(routes!(logs::tail))
        .routes(routes!(issues::list))
        .routes(routes!(issues::one))
        .routes(routes!(issues::change))
        .routes(routes!(delivery::books))
        .routes(routes!(delivery::xray))
        .routes(routes!(users::users))
        .routes(routes!(sessions::list))
        .routes(routes!(users::profile))
        .routes(routes!(users::timeline))
        .routes(routes!(keeping::status))
        .routes(routes!(erasing::ask))
        .routes(routes!(erasing::list))
        .routes(routes!(people::links))
        .routes(routes!(people::preview))
        .routes(routes!(people::undo))
        .routes(routes!(people::restore))
}

/// Every JSON route of this crate, behind [`guard`].
pub fn router(state: QueryState) -> Router {
    let (routes, document) = described().split_for_parts();
    let document = Json(document);
    let routes = routes
        .route("/api/openapi.json", get(|| async move { document }))
        .route("/api/v1/{*rest}", any(|| async { ApiError::UnknownRoute }))
        .method_not_allowed_fallback(|| async { ApiError::UnknownMethod })
        .layer(from_fn(never_kept))
        .with_state(state.clone());
    guard(routes, state)
}

/// Puts what every answer for people and programs needs around `routes`: refuses foreign names and other sites' forms, and
/// gives each [`ApiError`] its body. For the dashboard's routes too; not for ingest, nor for health checks.
pub fn guard(routes: Router, state: QueryState) -> Router {
    routes
        .layer(from_fn(require_same_site))
        .layer(from_fn_with_state(state.clone(), require_known_host))
        .layer(from_fn_with_state(state, answer_problems))
}

/// Answers belong to whoever asked, at the moment they asked.
async fn never_kept(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
