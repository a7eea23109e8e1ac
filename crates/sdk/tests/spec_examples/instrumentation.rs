//! The guide to instrumentation.

use std::time::Duration;

use serde_json::{Value, json};
use throughline::privacy::Pseudonyms;
use throughline::{Client, Event, Level, LossReason, Scope};

use crate::support::{PATIENCE, Reply, Server};
use crate::{arrived, client, config, events, stored};

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
        .context("platform", "web")
        .context("browser_version", "119.0")
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
               "utm": {"source": "email", "campaign": "holiday_sale"}, "browser_version": "119.0"})
    );
    // The whole of it, as the guide writes it, but for the platform, which is another name of the system.
    let written = json!({
        "event_name": "checkout_completed", "timestamp": "2024-11-14T10:23:45.123Z", "user_id": "user_8x92j4k1",
        "session_id": "sess_abc123", "properties": event["props"],
        "context": {"device_type": "desktop", "browser": "Chrome", "browser_version": "119.0", "os": "Windows",
                    "screen_resolution": "1920x1080", "referrer": "google.com", "utm_source": "email", "utm_campaign": "holiday_sale"}
    });
    tl.track_event(serde_json::from_value(written).unwrap());
    let whole = &stored(&server, &tl, "track")[1];
    for field in ["name", "ts", "user_id", "session_id", "props"] {
        assert_eq!(whole[field], event[field], "{field}");
    }
    assert_eq!((&whole["context"]["screen"], &whole["context"]["browser_version"]), (&json!("1920x1080"), &json!("119.0")));
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
    let values = points[..6].iter().map(|point| point["value"].as_f64().unwrap()).collect::<Vec<_>>();
    assert_eq!(values, [1.0, 1.0, 128.0, 7.0, 12.5, 149.99]);
    assert_eq!((&points[1]["tags"], &points[6]["unit"]), (&json!({"endpoint": "/users"}), &json!("ms")));
}

#[test]
fn a_click_on_checkout_says_where_and_with_what() {
    let server = Server::new();
    let tl = client(&server);
    tl.track("checkout_button_clicked").prop("button_location", "cart_page").prop("cart_value", 59.98).prop("items_count", 2).send();
    let want = json!({"button_location": "cart_page", "cart_value": 59.98, "items_count": 2});
    assert_eq!(events(&server, &tl), [("checkout_button_clicked".to_owned(), want)]);
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
    assert_eq!(event["props"], json!({"order_id": "ord_1", "amount": 59.98, "items": 2}));
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

/// The rules of the guide's schema of a purchase.
fn is_purchase(event: &Event) -> bool {
    let of = |name: &str| event.props.get(name);
    let text = |name: &str| of(name).and_then(Value::as_str);
    event.user_id.is_some()
        && text("order_id").is_some()
        && of("amount").and_then(Value::as_f64).is_some_and(|amount| amount >= 0.0)
        && text("currency").is_some_and(|currency| ["USD", "EUR", "GBP"].contains(&currency))
        && of("items_count").and_then(Value::as_u64).is_some_and(|items| items >= 1)
}

#[test]
fn events_that_break_their_schema_stay_at_home_and_are_counted() {
    let server = Server::new();
    let valid = |event: Event| (event.name != "purchase_completed" || is_purchase(&event)).then_some(event);
    let tl = throughline::init(config(&server).before_send_event(valid)).unwrap();
    let purchase = |amount: f64, currency: &'static str, items: u32| {
        tl.track("purchase_completed")
            .prop("order_id", "ord_1")
            .prop("amount", amount)
            .prop("currency", currency)
            .prop("items_count", items)
    };
    purchase(149.99, "EUR", 3).user("u1").send();
    purchase(-1.0, "EUR", 3).user("u1").send();
    purchase(149.99, "DEM", 3).user("u1").send();
    purchase(149.99, "EUR", 0).user("u1").send();
    purchase(149.99, "EUR", 3).send();
    tl.track("page_viewed").send();
    let sent = events(&server, &tl);
    let want = json!({"order_id": "ord_1", "amount": 149.99, "currency": "EUR", "items_count": 3});
    assert_eq!(sent, [("purchase_completed".to_owned(), want), ("page_viewed".to_owned(), Value::Null)]);
    let books = tl.report().events;
    assert_eq!((books.made, books.lost_to(LossReason::BeforeSend)), (6, 4));
}

/// One in ten page views, and every purchase.
fn track_page_view(tl: &Client, chance: f64) {
    if chance < 0.1 {
        tl.track("page_viewed").prop("sampled", true).sample_rate(0.1).send();
    }
}

fn track_purchase(tl: &Client, order: usize) {
    tl.track("purchase_completed").prop("order", order).send();
}

#[test]
fn page_views_are_sampled_and_purchases_never() {
    let server = Server::new();
    let tl = client(&server);
    for n in 0..200 {
        track_page_view(&tl, f64::from(n % 20) / 20.0);
        track_purchase(&tl, n as usize);
    }
    let sent = stored(&server, &tl, "track");
    let named = |name: &str| sent.iter().filter(|event| event["name"] == name).collect::<Vec<_>>();
    let views = named("page_viewed");
    assert_eq!((views.len(), named("purchase_completed").len()), (20, 200));
    assert!(views.iter().all(|view| view["sample_rate"] == 0.1 && view["props"] == json!({"sampled": true})));
    assert!(named("purchase_completed").iter().all(|purchase| purchase.get("sample_rate").is_none()));
}

/// The same where the client samples by person: what names its own rate is left alone, so a purchase says that it is whole.
#[test]
fn purchases_stay_whole_where_the_client_samples_people() {
    let server = Server::new();
    let tl = throughline::init(config(&server).sample_events(0.1)).unwrap();
    for n in 0..100 {
        tl.track("page_viewed").user(format!("u{n}")).send();
        tl.track("purchase_completed").user(format!("u{n}")).sample_rate(1.0).send();
    }
    let sent = stored(&server, &tl, "track");
    let named = |name: &str| sent.iter().filter(|event| event["name"] == name).count();
    assert_eq!(named("purchase_completed"), 100);
    assert!((1..40).contains(&named("page_viewed")), "{}", named("page_viewed"));
    assert_eq!(tl.report().events.lost_to(LossReason::SampleRate) as usize, 100 - named("page_viewed"));
}

#[test]
fn a_signup_names_nobody() {
    let server = Server::new();
    let people = Pseudonyms::new("a secret of this program");
    let tl = client(&server);
    tl.track("signup_completed")
        .user(people.of("ada@example.org"))
        .prop("account_type", "team")
        .prop("signup_method", "google_oauth")
        .prop("email", "ada@example.org")
        .prop("phone", "+49 30 1")
        .send();
    let event = &stored(&server, &tl, "track")[0];
    assert!(!event.to_string().contains("example.org"));
    let props = json!({"account_type": "team", "signup_method": "google_oauth", "email": "[removed]", "phone": "[removed]"});
    assert_eq!((&event["user_id"], &event["props"]), (&json!(people.of("ada@example.org")), &props));
    assert_eq!(event["user_id"].as_str().unwrap().len(), 64);
}

/// The guide's batcher: five seconds, a hundred at a time.
#[test]
fn a_hundred_events_are_one_request() {
    let server = Server::new();
    let tl = throughline::init(config(&server).flush_every(Duration::from_secs(5)).flush_at(100)).unwrap();
    (0..99).for_each(|n| tl.track("page_viewed").prop("n", n).send());
    assert_eq!(server.look(|seen| seen.requests.len()), 0);
    tl.track("page_viewed").prop("n", 99).send();
    server.wait("the batch", |seen| seen.requests.first().map(|_| ()));
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| {
        assert_eq!(seen.requests.iter().map(|request| request.items()).collect::<Vec<_>>(), [100]);
        let order: Vec<_> = seen.stored["/v1/track:batch"].iter().map(|event| event["props"]["n"].as_u64().unwrap()).collect();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    });
}

/// The guide's `keepalive`: a call neither waits nor fails, and what it said is delivered at the end of the program.
#[test]
fn tracking_is_never_awaited_and_its_failures_break_nothing() {
    let mut attempts = 0;
    let server = Server::scripted(move |_| {
        attempts += 1;
        if attempts <= 2 { Reply::Status(503, vec![]) } else { Reply::Take }
    });
    let quick = config(&server).retry_base(Duration::from_millis(1)).retry_cap(Duration::from_millis(2));
    let tl = throughline::init(quick).unwrap();
    tl.track("checkout_completed").send();
    tl.shutdown(PATIENCE).unwrap();
    assert_eq!(arrived(&server, "track").len(), 1);
    assert!(server.look(|seen| seen.requests.len() >= 3));
}
