//! Every page with invented data, without a database: for looking at.
//!
//!     cargo run -p dashboard --example preview -- 6500
//!
//! `/p/shop/…` is a shop in full swing, its Live page moves; `/p/new/…` has nothing yet; `/p/quiet/…` had something once.

mod metrics;
mod numbers;
mod shop;

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use dashboard::pages::explorer::ExplorerQuery;
use dashboard::pages::live::LiveQuery;
use dashboard::pages::metrics::MetricsQuery;
use dashboard::pages::{explorer, failure, live, login, metrics as metrics_page, setup};
use dashboard::render::Page;
use dashboard::{Frame, assets};
use futures::{Stream, StreamExt as _};
use protocol::access::Project;
use protocol::id::ProjectId;
use protocol::problem::{Problem, ProblemCode};
use tokio_stream::wrappers::IntervalStream;

type Words = Query<HashMap<String, String>>;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|word| word.parse::<u16>().ok()).unwrap_or(6500);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://127.0.0.1:{port}/p/shop/live");
    axum::serve(listener, router()).await
}

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/p/shop/live") }))
        .route("/p/{slug}/live", get(live_page))
        .route("/p/{slug}/live/stream", get(live_stream))
        .route("/p/{slug}/metrics", get(audience_page))
        .route("/p/{slug}/explorer", get(aggregates_page))
        .route("/p/{slug}/explorer/samples", get(samples_page))
        .route("/login", get(|| async { login::page("", "/", None) }))
        .route("/login", post(|| async { login::page("ada@example.com", "/", Some("No account has this e-mail address and password.")) }))
        .route("/setup", get(|| async { setup::page("token", "", None) }))
        .route("/setup/closed", get(|| async { setup::closed(true) }))
        .route("/no-project", get(|| async { failure::no_project() }))
        .route("/timeout", get(timeout))
        .route("/logout", post(|| async { Redirect::to("/login") }))
        .merge(assets::router())
        .fallback(|| async { failure::not_found() })
}

/// The invented moment of every page, so that two visits look the same; the Live page moves on from it.
fn moment() -> DateTime<Utc> {
    "2026-05-14T12:03:20Z".parse().unwrap_or_default()
}

fn frame(slug: &str) -> Frame {
    let project = |id, slug: &str, name: &str, zone: &str| Project {
        id: ProjectId(id),
        slug: slug.to_owned(),
        name: name.to_owned(),
        zone: zone.to_owned(),
    };
    let projects = vec![
        project(1, "shop", "Harbor Goods", "Europe/Berlin"),
        project(2, "new", "A new product with a rather long name", "America/New_York"),
        project(3, "quiet", "Quiet corner", "Asia/Kolkata"),
    ];
    Frame {
        project: projects.iter().find(|project| project.slug == slug).unwrap_or(&projects[0]).clone(),
        projects,
        account: "ada.lovelace@example.com".to_owned(),
        ingest_url: "http://127.0.0.1:6440".to_owned(),
        public_key: Some("pk_0f3c2a9d4e5b6c7d8e9f0a1b2c3d4e5f".to_owned()),
        now: moment(),
    }
}

async fn live_page(Path(slug): Path<String>, Query(words): Words) -> Page {
    let frame = frame(&slug);
    let answer = shop::live(&frame, LiveQuery::read(&words).window, frame.now);
    let stream = format!("/p/{slug}/live/stream");
    live::page(&frame, answer, slug != "new", &stream)
}

async fn live_stream(Path(slug): Path<String>, Query(words): Words) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let window = LiveQuery::read(&words).window;
    let ticks = IntervalStream::new(tokio::time::interval(Duration::from_secs(1))).skip(1).enumerate();
    Sse::new(ticks.map(move |(second, _)| {
        let frame = frame(&slug);
        let now = frame.now + TimeDelta::seconds(second as i64 + 1);
        Event::default().json_data(shop::live(&frame, window, now))
    }))
}

async fn audience_page(Path(slug): Path<String>, Query(words): Words) -> Page {
    let (frame, query) = (frame(&slug), MetricsQuery::read(&words));
    metrics_page::page(&frame, query, &shop::audience(&frame, query.range), slug != "new")
}

async fn aggregates_page(Path(slug): Path<String>, Query(words): Words) -> Page {
    let frame = frame(&slug);
    let catalogue = metrics::catalogue(&frame);
    let query = ExplorerQuery::read(&words, &catalogue);
    let answer = metrics::aggregates(&frame, &query, &catalogue);
    explorer::aggregates_page(&frame, &query, &catalogue, answer.as_ref())
}

async fn samples_page(Path(slug): Path<String>, Query(words): Words) -> Page {
    let frame = frame(&slug);
    let catalogue = metrics::catalogue(&frame);
    let query = ExplorerQuery::read(&words, &catalogue);
    let answer = metrics::samples(&frame, &query, &catalogue);
    explorer::samples_page(&frame, &query, &catalogue, answer.as_ref())
}

async fn timeout() -> impl IntoResponse {
    let problem = Problem::new(ProblemCode::Timeout, "90 days of events took longer than 10 s to count.", "01j7-example");
    failure::problem(&problem, "/p/shop/metrics?range=90d")
}
