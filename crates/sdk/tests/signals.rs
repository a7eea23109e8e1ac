//! Spans, moments, errors, logs and identities: what arrives at the server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config, Level, Scope, SpanContext, SpanStatus};

fn client(server: &Server) -> Client {
    let config = Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600)).service("api").release("api@1");
    throughline::init(config).unwrap()
}

/// What the server stored of a signal, after a flush.
fn stored(server: &Server, tl: &Client, operation: &str) -> Vec<Value> {
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| seen.stored.get(&format!("/v1/{operation}")).cloned().unwrap_or_default())
}

#[test]
fn a_span_arrives_with_its_place_in_the_trace() {
    let server = Server::new();
    let tl = client(&server);
    let parent = SpanContext::from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
    let mut span = tl.start_span("POST /api/checkout").op("http.server").parent(parent).user("u1").attribute("retries", 2);
    {
        let _entered = span.enter();
        let child = tl.start_span("db.query users");
        assert_ne!(child.traceparent(), span.traceparent());
        tl.record_metric("db.query.duration_ms", 42).send();
        tl.track("order.paid").send();
    }
    span.set("http.response.status_code", 504);
    span.end_with(SpanStatus::Error);

    let spans = stored(&server, &tl, "spans:batch");
    let (child, span) = (&spans[0], &spans[1]);
    assert_eq!(
        (&span["trace_id"], &span["parent_span_id"], &span["status"], &span["service"], &span["release"], &span["user_id"]),
        (
            &json!("4bf92f3577b34da6a3ce929d0e0e4736"),
            &json!("00f067aa0ba902b7"),
            &json!("error"),
            &json!("api"),
            &json!("api@1"),
            &json!("u1")
        )
    );
    assert_eq!(span["attributes"], json!({"retries": 2, "http.response.status_code": 504}));
    assert!(span["duration_ms"].as_f64().unwrap() >= child["duration_ms"].as_f64().unwrap());
    assert_eq!((&child["trace_id"], &child["parent_span_id"]), (&span["trace_id"], &span["span_id"]));
    let point = &stored(&server, &tl, "metrics:batch")[0];
    assert_eq!((&point["trace_id"], &point["span_id"]), (&span["trace_id"], &span["span_id"]));
    let event = &stored(&server, &tl, "track:batch")[0];
    assert_eq!((&event["trace_id"], &event["span_id"]), (&span["trace_id"], &span["span_id"]));
}

#[test]
fn a_span_that_is_dropped_has_ended_and_one_in_a_panic_has_failed() {
    let server = Server::new();
    let tl = client(&server);
    drop(tl.start_span("dropped"));
    tl.start_span("discarded").discard();
    let unlucky = tl.clone();
    let panicked = std::thread::spawn(move || {
        let _span = unlucky.start_span("unlucky");
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(panicked.join().is_err());
    let ended: Vec<_> = stored(&server, &tl, "spans:batch").iter().map(|span| (span["name"].clone(), span["status"].clone())).collect();
    assert_eq!(ended, [(json!("dropped"), json!("ok")), (json!("unlucky"), json!("error"))]);
}

#[test]
fn a_moment_has_checkpoints_and_is_finished_or_abandoned() {
    let server = Server::new();
    let tl = client(&server);
    let mut checkout = tl.start_moment("checkout").user("u1").attribute("items", 3);
    checkout.checkpoint("address");
    checkout.checkpoint("payment");
    checkout.finish();
    tl.start_moment("checkout").abandon();
    drop(tl.start_moment("checkout"));
    tl.start_moment("checkout").fail();
    let moments = stored(&server, &tl, "spans:batch");
    let statuses: Vec<_> = moments.iter().map(|moment| moment["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ok", "cancelled", "cancelled", "error"]);
    assert!(moments.iter().all(|moment| moment["op"] == "moment"));
    let steps = &moments[0]["attributes"];
    assert_eq!(steps["items"], 3);
    assert!(steps["checkpoint.address"].as_f64().unwrap() <= steps["checkpoint.payment"].as_f64().unwrap());
}

#[derive(Debug, thiserror::Error)]
#[error("the payment failed")]
struct PaymentFailed(#[source] GatewayTimeout);

#[derive(Debug, thiserror::Error)]
#[error("no answer in {0} s")]
struct GatewayTimeout(u32);

#[test]
fn an_exception_arrives_with_its_causes_stack_and_breadcrumbs() {
    let server = Server::new();
    let tl = client(&server);
    tl.add_breadcrumb("navigation", "/cart");
    tl.add_breadcrumb_with("http", "POST /charge", Level::Warning, [("status", 504)]);
    tl.capture_exception(&PaymentFailed(GatewayTimeout(30))).tag("gateway", "x").context("attempt", 2).user("u1").route("/checkout").send();
    let report = &stored(&server, &tl, "errors:batch")[0];
    assert_eq!(
        (&report["type"], &report["message"], &report["level"], &report["handled"]),
        (&json!("PaymentFailed"), &json!("the payment failed"), &json!("error"), &json!(true))
    );
    assert_eq!(report["cause"], json!([{"type": "GatewayTimeout", "message": "no answer in 30 s"}]));
    assert_eq!((&report["tags"], &report["context"]), (&json!({"gateway": "x"}), &json!({"attempt": 2})));
    assert_eq!((&report["user_id"], &report["route"], &report["service"]), (&json!("u1"), &json!("/checkout"), &json!("api")));
    let frame = &report["stacktrace"][0];
    assert!(frame["file"].as_str().unwrap().ends_with("tests/signals.rs"), "{frame}");
    assert_eq!(frame["in_app"], true);
    assert!(report["stacktrace"].as_array().unwrap().iter().any(|frame| frame["in_app"] == false));
    let crumbs = report["breadcrumbs"].as_array().unwrap();
    assert_eq!((&crumbs[0]["type"], &crumbs[0]["message"]), (&json!("navigation"), &json!("/cart")));
    assert_eq!((&crumbs[1]["level"], &crumbs[1]["data"]), (&json!("warning"), &json!({"status": 504})));
}

#[test]
fn without_backtraces_an_exception_knows_the_line_that_reported_it() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).backtraces(false)).unwrap();
    tl.capture_exception(&GatewayTimeout(1)).send();
    let report = &stored(&server, &tl, "errors:batch")[0];
    assert_eq!(report["stacktrace"].as_array().unwrap().len(), 1);
    assert!(report["stacktrace"][0]["line"].is_u64());
}

#[test]
fn a_message_has_a_level_and_no_type() {
    let server = Server::new();
    let tl = client(&server);
    tl.capture_message(Level::Warning, "payment 500, fallback fired").fingerprint("payment").send();
    let report = &stored(&server, &tl, "errors:batch")[0];
    assert_eq!((report.get("type"), &report["level"], &report["fingerprint"]), (None, &json!("warning"), &json!(["payment"])));
}

#[test]
fn events_leave_breadcrumbs_only_where_that_is_asked_for() {
    for wanted in [false, true] {
        let server = Server::new();
        let tl = throughline::init(Config::new(&server.url, KEY).track_auto_breadcrumb(wanted)).unwrap();
        tl.track("product.viewed").send();
        tl.track("cart.add").send();
        tl.capture_message(Level::Error, "failed").send();
        let report = &stored(&server, &tl, "errors:batch")[0];
        let trail: Vec<_> = report["breadcrumbs"].as_array().into_iter().flatten().map(|crumb| crumb["message"].clone()).collect();
        assert_eq!(trail, if wanted { vec![json!("product.viewed"), json!("cart.add")] } else { vec![] });
    }
}

#[test]
fn a_scope_says_whose_request_it_is_and_keeps_its_own_breadcrumbs() {
    let server = Server::new();
    let tl = client(&server);
    tl.add_breadcrumb("log", "somebody else's");
    let request = Scope::empty().user("u1").session("s1").route("/orders/:id").own_breadcrumbs();
    {
        let _entered = request.enter();
        tl.add_breadcrumb("log", "mine");
        tl.log(Level::Info, "paid").attribute("ms", 12).send();
        tl.capture_message(Level::Error, "failed").send();
        tl.track("order.paid").send();
        tl.track("seen.by.another").user("u2").send();
    }
    let log = &stored(&server, &tl, "logs:batch")[0];
    assert_eq!((&log["body"], &log["level"], &log["attributes"]), (&json!("paid"), &json!("info"), &json!({"ms": 12})));
    assert_eq!((&log["user_id"], &log["session_id"], &log["service"]), (&json!("u1"), &json!("s1"), &json!("api")));
    let report = &stored(&server, &tl, "errors:batch")[0];
    assert_eq!((&report["user_id"], &report["route"]), (&json!("u1"), &json!("/orders/:id")));
    assert_eq!(report["breadcrumbs"].as_array().unwrap().len(), 1);
    let events = stored(&server, &tl, "track:batch");
    assert_eq!((&events[0]["user_id"], &events[0]["route"]), (&json!("u1"), &json!("/orders/:id")));
    assert_eq!(events[1]["user_id"], "u2");
}

#[test]
fn identities_say_who_is_who() {
    let server = Server::new();
    let tl = client(&server);
    tl.identify("u1").anonymous("a9").with("plan", "pro").send();
    tl.alias("u1", "old-1").send();
    tl.reset().anonymous("a9").send();
    let sent: Vec<_> = stored(&server, &tl, "identify:batch")
        .iter()
        .map(|identity| json!([identity["kind"], identity["user_id"], identity["anonymous_id"], identity["traits"]]))
        .collect();
    assert_eq!(
        sent,
        [json!(["identify", "u1", "a9", {"plan": "pro"}]), json!(["alias", "u1", "old-1", null]), json!(["reset", null, "a9", null])]
    );
}

#[test]
fn a_program_of_one_person_knows_whose_everything_is() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).one_person("a1")).unwrap();
    tl.track("opened").send();
    tl.identify("u1").send();
    {
        let _span = tl.start_span("work").enter();
        tl.track("worked").send();
    }
    tl.reset().send();
    tl.track("opened.again").send();

    let events = stored(&server, &tl, "track:batch");
    let who: Vec<_> = events.iter().map(|event| (event["user_id"].as_str(), event["anonymous_id"].as_str())).collect();
    assert_eq!(who[..2], [(None, Some("a1")), (Some("u1"), Some("a1"))]);
    assert_eq!(who[2].0, None);
    assert_ne!(who[2].1, Some("a1"));
    let sessions: Vec<_> = events.iter().map(|event| event["session_id"].as_str().unwrap()).collect();
    assert!(sessions[0] == sessions[1] && sessions[1] != sessions[2]);
    assert_eq!(events[0]["context"]["os"], if cfg!(target_os = "linux") { json!("Linux") } else { events[0]["context"]["os"].clone() });
    let identities = stored(&server, &tl, "identify:batch");
    assert_eq!((&identities[0]["user_id"], &identities[0]["anonymous_id"]), (&json!("u1"), &json!("a1")));
    assert_eq!((&identities[1]["user_id"], &identities[1]["anonymous_id"]), (&json!("u1"), &json!("a1")));
}

#[test]
fn numbers_have_their_kinds_and_a_timer_its_unit() {
    let server = Server::new();
    let tl = client(&server);
    tl.increment("checkout.completed").send();
    tl.count("api.requests", 3).tag("endpoint", "/users").send();
    tl.gauge("queue_depth", 7).send();
    tl.histogram("order.value", 149.99).unit("usd").send();
    tl.distribution("api.latency", 12).send();
    tl.start_timer("database.query").tag("table", "users").end();
    tl.start_timer("never").discard();
    let points = stored(&server, &tl, "metrics:batch");
    let kinds: Vec<_> = points.iter().map(|point| point["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["counter", "counter", "gauge", "distribution", "distribution", "distribution"]);
    assert_eq!((&points[0]["value"], &points[1]["value"], &points[5]["unit"]), (&json!(1.0), &json!(3.0), &json!("ms")));
    assert!(points[5]["value"].as_f64().unwrap() >= 0.0);
}

#[test]
fn a_report_that_is_too_large_gives_up_its_oldest_breadcrumbs_before_itself() {
    let server = Server::new();
    let tl = client(&server);
    for n in 0..100 {
        tl.add_breadcrumb("log", format!("{n} {}", "x".repeat(500)));
    }
    let mut report = tl.capture_message(Level::Error, "failed");
    for n in 0..8 {
        report = report.context(format!("large {n}"), "y".repeat(8_000));
    }
    report.send();
    let report = &stored(&server, &tl, "errors:batch")[0];
    assert_eq!(report["breadcrumbs"].as_array().unwrap().len(), 10);
    assert!(report["breadcrumbs"][9]["message"].as_str().unwrap().starts_with("99 "));
}
