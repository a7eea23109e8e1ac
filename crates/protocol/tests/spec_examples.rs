//! Every signal that the specification shows, as its clients would send it, is read as what it means.

use protocol::event::Event;
use protocol::metric::{Aggregate, MetricKind, MetricPoint, MetricValue};
use protocol::time::Timestamp;
use serde_json::{Value, json};

fn event(json: Value) -> Event {
    serde_json::from_value(json).expect("an event")
}

fn point(json: Value) -> MetricPoint {
    serde_json::from_value(json).expect("a metric point")
}

#[test]
fn track_calls_with_props() {
    for (name, props) in [
        ("product.viewed", json!({"sku": "A-123", "price": 99.99})),
        ("cart.add", json!({"sku": "A-123", "qty": 2})),
        ("checkout.completed", json!({"revenue": 99.99})),
        ("feature.toggled", json!({"feature": "dark-mode", "value": true})),
    ] {
        let event = event(json!({"name": name, "props": props}));
        assert_eq!((event.name.as_str(), Value::Object(event.props)), (name, props));
    }
}

#[test]
fn record_metric_calls_are_distributions_unless_they_say_otherwise() {
    for (body, name, value) in [
        (json!({"name": "cart.size", "value": 5}), "cart.size", 5.0),
        (json!({"name": "db.query.duration_ms", "value": 42}), "db.query.duration_ms", 42.0),
        (json!({"name": "image.upload.bytes", "value": 1_048_576, "tags": {"type": "avatar"}}), "image.upload.bytes", 1_048_576.0),
        (json!({"name": "http.duration_ms", "value": 850}), "http.duration_ms", 850.0),
    ] {
        let point = point(body);
        assert_eq!((point.name.as_str(), point.value, point.kind), (name, MetricValue::Number(value), MetricKind::Distribution));
    }
}

#[test]
fn a_metric_with_a_parent_span_lands_with_its_trace_and_span_in_the_tags() {
    let point = point(json!({"name": "db.query.duration_ms", "value": 12.5,
        "tags": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}}));
    assert_eq!(point.tags["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[test]
fn the_lifecycle_guides_tracker_puts_user_session_page_and_time_into_the_context() {
    let event = event(json!({"event": "product_click",
        "properties": {"product_id": "sku-123", "product_name": "Chair", "category": "home", "price": 29.99},
        "context": {"userId": "u-1", "sessionId": "5f0c", "page": "/products", "timestamp": 1_731_579_803_123_i64, "device": "desktop", "appVersion": "1.4.2"}}));
    let context = event.context.expect("context");
    assert_eq!((event.name.as_str(), event.props["price"].as_f64()), ("product_click", Some(29.99)));
    assert_eq!((context.user_id.as_deref(), context.session_id.as_deref()), (Some("u-1"), Some("5f0c")));
    assert_eq!(
        (context.route.as_deref(), context.device.as_deref(), context.release.as_deref()),
        (Some("/products"), Some("desktop"), Some("1.4.2"))
    );
    assert_eq!(context.ts, Some(Timestamp::parse("2024-11-14T10:23:23.123Z")));
    assert!(context.rest.is_empty());
}

#[test]
fn the_lifecycle_guides_common_events_are_read() {
    for (name, props) in [
        ("page_view", json!({"page_name": "home"})),
        ("button_click", json!({"button_id": "checkout", "position": "header"})),
        ("form_submit", json!({"form_name": "signup", "success": true})),
        ("search", json!({"query": "react hooks", "results_count": 42})),
        ("add_to_cart", json!({"product_id": "sku-123", "quantity": 1, "price": 29.99})),
        ("purchase", json!({"order_id": "ord-456", "total": 59.98, "items_count": 2})),
        ("subscription_start", json!({"plan": "pro", "billing": "annual"})),
        ("feature_used", json!({"feature": "dark_mode", "action": "enable"})),
        ("experiment_exposure", json!({"experiment": "new_checkout", "variant": "B"})),
        ("error", json!({"type": "api_failure", "endpoint": "/api/cart", "status": 500})),
        ("cta_click", json!({"position": "hero", "variant": "primary"})),
    ] {
        let event = event(json!({"event": name, "properties": props}));
        assert_eq!((event.name.as_str(), Value::Object(event.props)), (name, props));
    }
}

#[test]
fn the_instrumentation_guides_well_structured_event_keeps_every_field() {
    let event = event(json!({
        "event_name": "checkout_completed", "timestamp": "2024-11-14T10:23:45.123Z", "user_id": "user_8x92j4k1", "session_id": "sess_abc123",
        "properties": {"order_id": "ord_456789", "order_value": 149.99, "currency": "USD", "payment_method": "credit_card", "items_count": 3,
            "discount_applied": true, "discount_amount": 15.00, "shipping_method": "standard"},
        "context": {"platform": "web", "device_type": "desktop", "browser": "Chrome", "browser_version": "119.0", "screen_resolution": "1920x1080",
            "referrer": "google.com", "utm_source": "email", "utm_campaign": "holiday_sale"}}));
    insta::assert_json_snapshot!(event);
}

#[test]
fn server_side_tracking_with_camel_case_ids_is_read() {
    let event = event(json!({"userId": "7", "event": "purchase_completed", "properties": {"order_id": "o1", "amount": 20.5, "items": 2}}));
    assert_eq!((event.user_id.as_deref(), event.name.as_str(), event.props.len()), (Some("7"), "purchase_completed", 3));
}

#[test]
fn the_sampled_page_view_keeps_its_rate_among_the_props_and_as_a_field() {
    let event = event(json!({"name": "page_viewed", "sample_rate": 0.1, "props": {"sampled": true, "sample_rate": 0.1}}));
    assert_eq!((event.sample_rate, event.props["sample_rate"].as_f64()), (Some(0.1), Some(0.1)));
}

#[test]
fn the_kinds_of_every_guide_are_understood() {
    for (word, kind) in [
        ("counter", MetricKind::Counter),
        ("increment", MetricKind::Counter),
        ("gauge", MetricKind::Gauge),
        ("distribution", MetricKind::Distribution),
        ("histogram", MetricKind::Distribution),
        ("timer", MetricKind::Distribution),
        ("set", MetricKind::Set),
    ] {
        assert_eq!(point(json!({"name": "m", "type": word, "value": 1})).kind, kind, "{word}");
    }
}

#[test]
fn a_trace_connected_metric_event_has_name_kind_value_ids_unit_and_attributes() {
    let point = point(json!({"name": "checkout.failed", "kind": "counter", "value": 1, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7", "unit": "none", "attributes": {"email_type": "receipt", "retry_count": 2, "success": false}}));
    assert_eq!(point.trace_id.map(|id| id.to_string()).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(
        point.tags.into_iter().collect::<Vec<_>>(),
        [("email_type", "receipt"), ("retry_count", "2"), ("success", "false")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
}

#[test]
fn each_kind_offers_the_aggregates_that_the_documents_list() {
    use Aggregate as A;
    let offers = |kind: MetricKind, wanted: &[Aggregate]| wanted.iter().all(|aggregate| kind.aggregates().contains(aggregate));
    assert!(offers(MetricKind::Counter, &[A::Sum, A::PerSecond, A::PerMinute]));
    assert!(offers(MetricKind::Gauge, &[A::Min, A::Max, A::Avg, A::PerSecond, A::PerMinute]));
    assert!(offers(
        MetricKind::Distribution,
        &[A::P50, A::P75, A::P90, A::P95, A::P99, A::Avg, A::Sum, A::Min, A::Max, A::Count, A::PerSecond, A::PerMinute]
    ));
}

#[test]
fn the_metric_names_of_the_application_guide_are_read_with_their_attributes() {
    for (name, kind) in [
        ("bot.command.execution_time", "distribution"),
        ("bot.command.usage", "counter"),
        ("bot.command.failures", "counter"),
        ("bot.database.operation.duration", "distribution"),
        ("bot.api.call.duration", "distribution"),
        ("bot.cache.size", "gauge"),
        ("bot.cache.hits", "counter"),
    ] {
        let point = point(json!({"name": name, "type": kind, "value": 3, "unit": "millisecond",
            "attributes": {"command": "ping", "command_type": "slash", "success": true, "error_type": null}}));
        assert_eq!((point.name.as_str(), point.tags.len()), (name, 3));
    }
}

#[test]
fn what_the_sdk_writes_is_what_the_server_reads() {
    let event = event(
        json!({"event_id": "019e2622-4600-7000-8000-000000000001", "name": "cart.add", "ts": "2026-05-14T11:59:00Z", "seq": 41, "user_id": "u1",
        "props": {"sku": "A-1"}, "context": {"os": "iOS", "utm": {"source": "email"}, "app": "x"}, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "sample_rate": 0.5}),
    );
    let again: Event = serde_json::from_str(&serde_json::to_string(&event).expect("json")).expect("an event");
    assert_eq!(again, event);
}
