//! The layer for servers, around axum.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config, Level, RequestLayer};
use tower::ServiceExt as _;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn app(tl: &Client) -> Router {
    let layer = RequestLayer::new(tl).route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str().to_owned()));
    let tracked = tl.clone();
    Router::new()
        .route(
            "/orders/{id}",
            get(|| async move {
                tokio::task::yield_now().await;
                tracked.track("order.seen").send();
                tracked.add_breadcrumb("log", "mine");
                tracked.capture_message(Level::Warning, "slow").send();
                "an order"
            }),
        )
        .route("/fails", get(|| async { StatusCode::BAD_GATEWAY }))
        .route("/hangs", get(std::future::pending::<&str>))
        .route_layer(layer)
}

fn ask(path: &str) -> Request<Body> {
    Request::get(path).header("traceparent", PARENT).body(Body::empty()).unwrap()
}

fn on_a_runtime<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn stored(server: &Server, tl: &Client, operation: &str) -> Vec<Value> {
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| seen.stored[&format!("/v1/{operation}:batch")].clone())
}

#[test]
fn a_request_becomes_a_span_below_its_caller_and_what_happens_inside_knows_it() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    tl.add_breadcrumb("log", "another request's");
    let response = on_a_runtime(app(&tl).oneshot(ask("/orders/7?token=x"))).unwrap();
    assert_eq!(response.status(), StatusCode::OK);

    let span = &stored(&server, &tl, "spans")[0];
    assert_eq!((&span["name"], &span["op"], &span["status"]), (&json!("GET /orders/{id}"), &json!("http.server"), &json!("ok")));
    assert_eq!((&span["trace_id"], &span["parent_span_id"]), (&json!("4bf92f3577b34da6a3ce929d0e0e4736"), &json!("00f067aa0ba902b7")));
    assert_eq!(span["attributes"], json!({"http.request.method": "GET", "http.response.status_code": 200, "http.route": "/orders/{id}"}));
    let event = &stored(&server, &tl, "track")[0];
    assert_eq!((&event["span_id"], &event["route"]), (&span["span_id"], &json!("/orders/{id}")));
    let error = &stored(&server, &tl, "errors")[0];
    assert_eq!((&error["span_id"], error["breadcrumbs"].as_array().unwrap().len()), (&span["span_id"], 1));

    let points = stored(&server, &tl, "metrics");
    let tags = json!({"method": "GET", "route": "/orders/{id}", "status": "200"});
    let seen: Vec<_> = points.iter().map(|point| (point["name"].as_str().unwrap(), point["tags"].clone())).collect();
    assert_eq!(
        seen,
        [
            ("http.server.active_requests", Value::Null),
            ("http.server.request.duration", tags.clone()),
            ("http.server.request.count", tags),
            ("http.server.active_requests", Value::Null),
        ]
    );
    assert_eq!((&points[0]["value"], &points[3]["value"]), (&json!(1.0), &json!(0.0)));
    assert!(points.iter().all(|point| point["span_id"] == span["span_id"]));
}

#[test]
fn a_failed_request_is_an_error_and_one_that_was_given_up_is_cancelled() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    on_a_runtime(async {
        app(&tl).oneshot(ask("/fails")).await.unwrap();
        let hanging = tokio::spawn(app(&tl).oneshot(ask("/hangs")));
        tokio::task::yield_now().await;
        hanging.abort();
        assert!(hanging.await.unwrap_err().is_cancelled());
    });
    let spans = stored(&server, &tl, "spans");
    let seen: Vec<_> = spans.iter().map(|span| (span["name"].as_str().unwrap(), span["status"].as_str().unwrap())).collect();
    assert_eq!(seen, [("GET /fails", "error"), ("GET /hangs", "cancelled")]);
}
