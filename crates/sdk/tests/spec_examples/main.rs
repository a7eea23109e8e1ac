//! The product's own examples, as a Rust program writes them: what they say arrives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::privacy::Pseudonyms;
use throughline::{Client, Config, Level, Scope, SpanStatus};

fn client(server: &Server) -> Client {
    throughline::init(Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))).unwrap()
}

fn stored(server: &Server, tl: &Client, operation: &str) -> Vec<Value> {
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| seen.stored[&format!("/v1/{operation}:batch")].clone())
}

/// Names with their props.
fn events(server: &Server, tl: &Client) -> Vec<(String, Value)> {
    let events = stored(server, tl, "track");
    events.iter().map(|event| (event["name"].as_str().unwrap().to_owned(), event["props"].clone())).collect()
}

#[test]
fn track_takes_names_with_and_without_props() {
    let server = Server::new();
    let tl = client(&server);
    tl.track("product.viewed").prop("sku", "A-123").prop("price", 99.99).send();
    tl.track("cart.add").prop("sku", "A-123").prop("qty", 2).send();
    tl.track("checkout.completed").prop("revenue", 99.99).send();
    tl.track("feature.toggled").prop("feature", "dark-mode").prop("value", true).send();
    tl.track("foo").send();
    assert_eq!(
        events(&server, &tl),
        [
            ("product.viewed".to_owned(), json!({"sku": "A-123", "price": 99.99})),
            ("cart.add".to_owned(), json!({"sku": "A-123", "qty": 2})),
            ("checkout.completed".to_owned(), json!({"revenue": 99.99})),
            ("feature.toggled".to_owned(), json!({"feature": "dark-mode", "value": true})),
            ("foo".to_owned(), Value::Null),
        ]
    );
}

#[test]
fn the_breadcrumbs_of_an_exception_show_the_way_to_it() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).track_auto_breadcrumb(true)).unwrap();
    tl.track("product.viewed").send();
    tl.track("cart.add").send();
    tl.capture_exception(&std::io::Error::other("payment failed")).send();
    let report = &stored(&server, &tl, "errors")[0];
    let trail: Vec<_> = report["breadcrumbs"].as_array().unwrap().iter().map(|crumb| (&crumb["type"], &crumb["message"])).collect();
    assert_eq!(trail, [(&json!("track"), &json!("product.viewed")), (&json!("track"), &json!("cart.add"))]);
    assert_eq!((&report["type"], &report["message"]), (&json!("Error"), &json!("payment failed")));
}

#[test]
fn a_metric_has_tags_and_the_span_that_it_was_measured_in() {
    let server = Server::new();
    let tl = client(&server);
    tl.record_metric("cart.size", 3).send();
    tl.record_metric("image.upload.bytes", 48_213).tag("type", "avatar").send();
    let span = tl.start_span("db.query users");
    let start = Instant::now();
    tl.record_metric("db.query.duration_ms", start.elapsed().as_secs_f64() * 1_000.0).parent(&span).send();
    span.end_with(SpanStatus::Ok);
    let points = stored(&server, &tl, "metrics");
    let span = &stored(&server, &tl, "spans")[0];
    assert_eq!((&points[0]["value"], &points[1]["tags"]), (&json!(3.0), &json!({"type": "avatar"})));
    assert_eq!((&points[2]["trace_id"], &points[2]["span_id"]), (&span["trace_id"], &span["span_id"]));
    assert_eq!((&span["name"], &span["status"]), (&json!("db.query users"), &json!("ok")));
}

#[test]
fn a_failed_payment_is_a_message_and_the_checkout_a_moment() {
    let server = Server::new();
    let tl = client(&server);
    let mut checkout = tl.start_moment("checkout");
    checkout.checkpoint("payment");
    tl.capture_message(Level::Warning, "payment 500, fallback fired").parent(&checkout).send();
    checkout.finish();
    let moment = &stored(&server, &tl, "spans")[0];
    let message = &stored(&server, &tl, "errors")[0];
    assert_eq!((&moment["op"], &moment["name"]), (&json!("moment"), &json!("checkout")));
    assert_eq!((&message["message"], &message["span_id"]), (&json!("payment 500, fallback fired"), &moment["span_id"]));
}

#[test]
fn the_lifecycle_guide_s_taxonomy_is_tracked_as_it_stands() {
    let server = Server::new();
    let tl = client(&server);
    tl.page("/").prop("page_name", "home").send();
    tl.track("button_click").prop("button_id", "checkout").prop("position", "header").send();
    tl.track("form_submit").prop("form_name", "signup").prop("success", true).send();
    tl.track("search").prop("query", "react hooks").prop("results_count", 42).send();
    tl.track("add_to_cart").prop("product_id", "sku-123").prop("quantity", 1).prop("price", 29.99).send();
    tl.track("purchase").prop("order_id", "ord-456").prop("total", 59.98).prop("items_count", 2).send();
    tl.track("subscription_start").prop("plan", "pro").prop("billing", "annual").send();
    tl.track("feature_used").prop("feature", "dark_mode").prop("action", "enable").send();
    tl.exposure("new_checkout", "B").send();
    tl.track("error").prop("type", "api_failure").prop("endpoint", "/api/cart").prop("status", 500).send();
    let events = events(&server, &tl);
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "$pageview",
            "button_click",
            "form_submit",
            "search",
            "add_to_cart",
            "purchase",
            "subscription_start",
            "feature_used",
            "$exposure",
            "error"
        ]
    );
    assert_eq!(events[0].1, json!({"page_name": "home"}));
    assert_eq!(events[8].1, json!({"experiment": "new_checkout", "variant": "B"}));
    assert_eq!(events[9].1, json!({"type": "api_failure", "endpoint": "/api/cart", "status": 500}));
}

#[test]
fn a_well_structured_event_keeps_its_structure() {
    let server = Server::new();
    let tl = client(&server);
    tl.track("checkout_completed")
        .at("2024-11-14T10:23:45.123Z".parse().unwrap())
        .user("user_8x92j4k1")
        .session("sess_abc123")
        .prop("order_id", "ord_456789")
        .prop("order_value", 149.99)
        .prop("currency", "USD")
        .prop("payment_method", "credit_card")
        .prop("items_count", 3)
        .prop("discount_applied", true)
        .prop("discount_amount", 15.0)
        .prop("shipping_method", "standard")
        .device("desktop")
        .browser("Chrome")
        .os("Windows")
        .screen("1920x1080")
        .referrer("google.com")
        .utm("source", "email")
        .utm("campaign", "holiday_sale")
        .send();
    let event = &stored(&server, &tl, "track")[0];
    assert_eq!((&event["ts"], &event["user_id"]), (&json!("2024-11-14T10:23:45.123Z"), &json!("user_8x92j4k1")));
    assert_eq!((&event["session_id"], event["props"].as_object().unwrap().len()), (&json!("sess_abc123"), 8));
    assert_eq!(
        event["context"],
        json!({"device": "desktop", "browser": "Chrome", "os": "Windows", "screen": "1920x1080", "referrer": "google.com",
               "utm": {"source": "email", "campaign": "holiday_sale"}})
    );
}

#[test]
fn metrics_are_counters_gauges_histograms_and_timers() {
    let server = Server::new();
    let tl = client(&server);
    tl.increment("checkout.completed").send();
    tl.increment("api.requests").tag("endpoint", "/users").send();
    tl.gauge("active_users", 128).send();
    tl.gauge("queue_depth", 7).send();
    tl.histogram("api.latency", 12.5).send();
    tl.histogram("order.value", 149.99).send();
    tl.start_timer("database.query").end();
    let points = stored(&server, &tl, "metrics");
    let kinds: Vec<_> = points.iter().map(|point| (point["name"].as_str().unwrap(), point["kind"].as_str().unwrap())).collect();
    assert_eq!(
        kinds,
        [
            ("checkout.completed", "counter"),
            ("api.requests", "counter"),
            ("active_users", "gauge"),
            ("queue_depth", "gauge"),
            ("api.latency", "distribution"),
            ("order.value", "distribution"),
            ("database.query", "distribution")
        ]
    );
}

/// The purchase endpoint of the instrumentation guide.
fn purchase(tl: &Client, user: &'static str, order: Result<f64, std::io::Error>) -> u16 {
    let _request = Scope::inherit().user(user).route("/api/purchase").enter();
    let timer = tl.start_timer("purchase.processing.ms");
    match order {
        Ok(total) => {
            tl.track("purchase_completed").prop("order_id", "ord_1").prop("amount", total).prop("items", 2).send();
            timer.end();
            tl.increment("purchase.success").send();
            200
        }
        Err(error) => {
            timer.discard();
            tl.increment("purchase.failed").tag("error_type", format!("{:?}", error.kind())).send();
            tl.log(Level::Error, "Purchase failed").attribute("error", error.to_string()).send();
            tl.capture_exception(&error).send();
            500
        }
    }
}

#[test]
fn an_endpoint_tracks_both_its_success_and_its_failure() {
    let server = Server::new();
    let tl = client(&server);
    assert_eq!(purchase(&tl, "u1", Ok(59.98)), 200);
    assert_eq!(purchase(&tl, "u2", Err(std::io::ErrorKind::TimedOut.into())), 500);
    let event = &stored(&server, &tl, "track")[0];
    assert_eq!((&event["user_id"], &event["route"]), (&json!("u1"), &json!("/api/purchase")));
    let points = stored(&server, &tl, "metrics");
    let names: Vec<_> = points.iter().map(|point| point["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["purchase.processing.ms", "purchase.success", "purchase.failed"]);
    assert_eq!(points[2]["tags"], json!({"error_type": "TimedOut"}));
    assert_eq!((&stored(&server, &tl, "logs")[0]["user_id"], &stored(&server, &tl, "errors")[0]["user_id"]), (&json!("u2"), &json!("u2")));
}

#[test]
fn an_experiment_has_its_exposure_and_its_conversion() {
    let server = Server::new();
    let tl = client(&server);
    tl.exposure("checkout_flow", "treatment").user("u1").send();
    tl.track("checkout_completed").prop("experiment", "checkout_flow").prop("variant", "treatment").user("u1").send();
    let events = events(&server, &tl);
    assert_eq!(events[0], ("$exposure".to_owned(), json!({"experiment": "checkout_flow", "variant": "treatment"})));
    assert_eq!(events[1].1, events[0].1);
}

#[test]
fn a_signup_names_nobody_and_page_views_can_be_sampled() {
    let server = Server::new();
    let people = Pseudonyms::new("a secret of this program");
    let tl = throughline::init(Config::new(&server.url, KEY).deny_key("email")).unwrap();
    tl.track("signup_completed")
        .user(people.of("ada@example.org"))
        .prop("account_type", "team")
        .prop("signup_method", "google_oauth")
        .prop("email", "ada@example.org")
        .send();
    tl.track("page_viewed").sample_rate(0.1).send();
    let events = stored(&server, &tl, "track");
    assert!(!events[0].to_string().contains("example.org"));
    assert_eq!((events[0]["user_id"].as_str().unwrap().len(), &events[1]["sample_rate"]), (32, &json!(0.1)));
}
