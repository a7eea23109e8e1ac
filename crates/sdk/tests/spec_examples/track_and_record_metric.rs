//! The guide to `track` and `record_metric`.

use std::time::Instant;

use serde_json::{Value, json};
use throughline::{Level, SpanStatus};

use crate::support::Server;
use crate::{client, config, events, stored};

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
    let tl = throughline::init(config(&server).track_auto_breadcrumb(true)).unwrap();
    tl.track("product.viewed").send();
    tl.track("cart.add").send();
    tl.capture_exception(&std::io::Error::other("payment failed")).send();
    let report = &stored(&server, &tl, "errors")[0];
    let trail: Vec<_> = report["breadcrumbs"].as_array().unwrap().iter().map(|crumb| (&crumb["type"], &crumb["message"])).collect();
    assert_eq!(trail, [(&json!("track"), &json!("product.viewed")), (&json!("track"), &json!("cart.add"))]);
    assert_eq!((&report["type"], &report["message"]), (&json!("Error"), &json!("payment failed")));
}

#[test]
fn events_leave_no_breadcrumbs_unless_that_is_asked_for() {
    let server = Server::new();
    let tl = client(&server);
    tl.track("product.viewed").send();
    tl.capture_exception(&std::io::Error::other("payment failed")).send();
    assert_eq!(stored(&server, &tl, "errors")[0].get("breadcrumbs"), None);
}

#[test]
fn a_metric_has_tags_and_the_span_that_it_was_measured_in() {
    let server = Server::new();
    let tl = client(&server);
    let cart = ["A-1", "A-2", "A-3"];
    tl.record_metric("cart.size", cart.len() as f64).send();
    tl.record_metric("db.query.duration_ms", 42).send();
    tl.record_metric("image.upload.bytes", 48_213).tag("type", "avatar").send();
    let span = tl.start_span("db.query users");
    let start = Instant::now();
    tl.record_metric("db.query.duration_ms", start.elapsed().as_secs_f64() * 1_000.0).parent(&span).send();
    tl.record_metric("http.duration_ms", 850).parent(&span).send();
    span.end_with(SpanStatus::Ok);
    let points = stored(&server, &tl, "metrics");
    let span = &stored(&server, &tl, "spans")[0];
    let names = ["cart.size", "db.query.duration_ms", "image.upload.bytes", "db.query.duration_ms", "http.duration_ms"];
    assert_eq!(points.iter().map(|point| point["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
    let values = [0, 1, 2, 4].map(|point: usize| points[point]["value"].as_f64().unwrap());
    assert_eq!((values, &points[2]["tags"]), ([3.0, 42.0, 48_213.0, 850.0], &json!({"type": "avatar"})));
    assert_eq!((points[1].get("tags"), points[1].get("trace_id"), points[1].get("span_id")), (None, None, None));
    for point in &points[3..] {
        assert_eq!((&point["trace_id"], &point["span_id"]), (&span["trace_id"], &span["span_id"]));
    }
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
