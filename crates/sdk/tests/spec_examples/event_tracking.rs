//! The guide to the lifecycle of event tracking. Its hooks and components are React's: here is what they track.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{PATIENCE, Server};
use crate::{arrived, client, config, events};

/// The guide's tracker: a queue that goes out every so often, or when a batch is full.
#[test]
fn a_tracker_sends_a_full_batch_by_itself_and_the_rest_when_it_is_destroyed() {
    let server = Server::new();
    let tracker = throughline::init(config(&server).flush_at(20).release("1.4.0")).unwrap();
    let session = throughline::Scope::empty().user("u1").session("s1").route("/cart");
    {
        let _here = session.clone().enter();
        (0..20).for_each(|n| tracker.track("button_click").prop("n", n).device("mobile").send());
    }
    server.wait("a full batch", |seen| seen.stored.get("/v1/track:batch").filter(|events| events.len() == 20).map(|_| ()));
    let first = &arrived(&server, "track")[0];
    let context = ["user_id", "session_id", "route", "release"].map(|field| first[field].as_str().unwrap());
    assert_eq!((context, &first["context"]), (["u1", "s1", "/cart", "1.4.0"], &json!({"device": "mobile"})));
    assert!(first["ts"].is_string());

    tracker.track("purchase").prop("total", 59.98).send();
    assert_eq!(arrived(&server, "track").len(), 20, "one alone waits for the interval");
    tracker.shutdown(PATIENCE).unwrap();
    assert_eq!(arrived(&server, "track")[20]["props"], json!({"total": 59.98}));
    tracker.track("too_late").send();
    assert_eq!(tracker.report().events.lost_to(throughline::LossReason::Shutdown), 1);
}

#[test]
fn a_tracker_that_goes_out_of_scope_sends_what_waits() {
    let server = Server::new();
    let tracker = throughline::init(config(&server).drop_wait(PATIENCE)).unwrap();
    tracker.track("button_click").send();
    drop(tracker);
    assert_eq!(arrived(&server, "track").len(), 1);
}

#[test]
fn a_tracker_sends_what_waits_when_its_interval_is_over() {
    let server = Server::new();
    let tracker = throughline::init(config(&server).flush_every(Duration::from_millis(20))).unwrap();
    tracker.track("button_click").send();
    server.wait("the event", |seen| seen.stored.get("/v1/track:batch").map(|_| ()));
}

#[test]
fn a_page_that_is_shown_and_a_product_that_is_clicked_are_tracked_with_all_they_have() {
    let server = Server::new();
    let tl = client(&server);
    tl.page("/products/:id").prop("page_name", "product").send();
    tl.track("product_click")
        .prop("product_id", "sku-123")
        .prop("product_name", "Chair")
        .prop("category", "furniture")
        .prop("price", 29.99)
        .send();
    assert_eq!(
        events(&server, &tl),
        [
            ("$pageview".to_owned(), json!({"page_name": "product"})),
            (
                "product_click".to_owned(),
                json!({"product_id": "sku-123", "product_name": "Chair", "category": "furniture", "price": 29.99})
            ),
        ]
    );
    assert_eq!(arrived(&server, "track")[0]["route"], "/products/:id");
}

#[test]
fn the_taxonomy_is_tracked_as_it_stands() {
    let server = Server::new();
    let tl = client(&server);
    tl.page("/").prop("page_name", "home").send();
    tl.track("page_view").prop("page_name", "home").send();
    tl.track("button_click").prop("button_id", "checkout").prop("position", "header").send();
    tl.track("form_submit").prop("form_name", "signup").prop("success", true).send();
    tl.track("search").prop("query", "react hooks").prop("results_count", 42).send();
    tl.track("add_to_cart").prop("product_id", "sku-123").prop("quantity", 1).prop("price", 29.99).send();
    tl.track("purchase").prop("order_id", "ord-456").prop("total", 59.98).prop("items_count", 2).send();
    tl.track("subscription_start").prop("plan", "pro").prop("billing", "annual").send();
    tl.track("feature_used").prop("feature", "dark_mode").prop("action", "enable").send();
    tl.track("experiment_exposure").prop("experiment", "new_checkout").prop("variant", "B").send();
    tl.exposure("new_checkout", "B").send();
    tl.track("error").prop("type", "api_failure").prop("endpoint", "/api/cart").prop("status", 500).send();
    let want = [
        ("$pageview", json!({"page_name": "home"})),
        ("page_view", json!({"page_name": "home"})),
        ("button_click", json!({"button_id": "checkout", "position": "header"})),
        ("form_submit", json!({"form_name": "signup", "success": true})),
        ("search", json!({"query": "react hooks", "results_count": 42})),
        ("add_to_cart", json!({"product_id": "sku-123", "quantity": 1, "price": 29.99})),
        ("purchase", json!({"order_id": "ord-456", "total": 59.98, "items_count": 2})),
        ("subscription_start", json!({"plan": "pro", "billing": "annual"})),
        ("feature_used", json!({"feature": "dark_mode", "action": "enable"})),
        ("experiment_exposure", json!({"experiment": "new_checkout", "variant": "B"})),
        ("$exposure", json!({"experiment": "new_checkout", "variant": "B"})),
        ("error", json!({"type": "api_failure", "endpoint": "/api/cart", "status": 500})),
    ];
    assert_eq!(events(&server, &tl), want.map(|(name, props)| (name.to_owned(), props)));
}

/// What an element says of itself, in a program that draws its own: its event and its props as JSON.
#[test]
fn declared_props_are_tracked_as_json_and_broken_ones_are_no_props() {
    let server = Server::new();
    let tl = client(&server);
    let click = |event: &'static str, props: &str| {
        let props: serde_json::Map<String, Value> = serde_json::from_str(props).unwrap_or_default();
        props.into_iter().fold(tl.track(event), |event, (key, value)| event.prop(key, value)).send();
    };
    click("cta_click", r#"{"position":"hero","variant":"primary"}"#);
    click("cta_click", "{position}");
    assert_eq!(
        events(&server, &tl),
        [("cta_click".to_owned(), json!({"position": "hero", "variant": "primary"})), ("cta_click".to_owned(), Value::Null)]
    );
}
