//! The layer for `tracing`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config, Level, TracingLayer};
use tracing::{Subscriber, debug, debug_span, error, info, info_span, warn};
use tracing_subscriber::layer::SubscriberExt as _;

fn subscriber(tl: &Client) -> impl Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry().with(TracingLayer::new(tl))
}

fn stored(server: &Server, tl: &Client, operation: &str) -> Vec<Value> {
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| seen.stored[&format!("/v1/{operation}:batch")].clone())
}

#[test]
fn spans_nest_carry_their_fields_and_fail_with_their_errors() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    tracing::subscriber::with_default(subscriber(&tl), || {
        let outer = info_span!("checkout", order = 7, total = tracing::field::Empty);
        outer.record("total", 59.98);
        let _outer = outer.enter();
        {
            let _not_sent = debug_span!("detail").entered();
            let _inner = info_span!("charge", gateway = "x").entered();
            tl.track("order.charged").send();
            error!(code = 504, "no answer");
        }
        tl.record_metric("cart.size", 2).send();
    });
    let spans = stored(&server, &tl, "spans");
    let (inner, outer) = (&spans[0], &spans[1]);
    assert_eq!((&inner["name"], &inner["status"]), (&json!("charge"), &json!("error")));
    assert_eq!((&outer["name"], &outer["status"]), (&json!("checkout"), &json!("ok")));
    assert_eq!(outer["attributes"], json!({"order": 7, "total": 59.98, "target": "tracing_layer"}));
    assert_eq!((&inner["trace_id"], &inner["parent_span_id"]), (&outer["trace_id"], &outer["span_id"]));
    assert_eq!(outer.get("parent_span_id"), None);
    assert_eq!(stored(&server, &tl, "track")[0]["span_id"], inner["span_id"]);
    assert_eq!(stored(&server, &tl, "metrics")[0]["span_id"], outer["span_id"], "the inner span was left");
    let log = &stored(&server, &tl, "logs")[0];
    assert_eq!((&log["body"], &log["level"], &log["span_id"]), (&json!("no answer"), &json!("error"), &inner["span_id"]));
    assert_eq!(log["attributes"], json!({"code": 504, "target": "tracing_layer"}));
}

#[test]
fn events_are_breadcrumbs_of_the_next_error() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    tracing::subscriber::with_default(subscriber(&tl), || {
        info!("cart opened");
        debug!("not kept");
        warn!(ms = 4_200, "the gateway answers slowly");
        tl.capture_message(Level::Error, "payment failed").send();
    });
    let crumbs = stored(&server, &tl, "errors")[0]["breadcrumbs"].clone();
    let seen: Vec<_> = crumbs.as_array().unwrap().iter().map(|crumb| (crumb["message"].clone(), crumb["level"].clone())).collect();
    assert_eq!(seen, [(json!("cart opened"), json!("info")), (json!("the gateway answers slowly"), json!("warning"))]);
    assert_eq!(crumbs[1]["data"], json!({"ms": 4_200}));
}

#[test]
fn spans_that_end_out_of_order_leave_no_scope_behind() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    tracing::subscriber::with_default(subscriber(&tl), || {
        let (first, second) = (info_span!("first").entered(), info_span!("second").entered());
        let first = first.exit();
        tl.track("in second").send();
        let second = second.exit();
        tl.track("in none").send();
        drop((first, second));
    });
    let (events, spans) = (stored(&server, &tl, "track"), stored(&server, &tl, "spans"));
    assert_eq!(events[0]["span_id"], spans.iter().find(|span| span["name"] == "second").unwrap()["span_id"]);
    assert_eq!(events[1].get("span_id"), None);
}

#[test]
fn without_a_client_the_layer_is_silent() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    let subscriber = subscriber(&tl);
    drop(tl);
    tracing::subscriber::with_default(subscriber, || info_span!("nobody").in_scope(|| info!("hears")));
    assert_eq!(server.look(|seen| seen.requests.len()), 0);
}
