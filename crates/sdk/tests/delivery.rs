//! What arrives at the server, and when.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Reply, Server};
use throughline::{Client, Config, LossReason, MetricKind, SpanId, TraceId};

const LONG: Duration = Duration::from_secs(3_600);

fn config(server: &Server) -> Config {
    Config::new(&server.url, KEY).flush_every(LONG).retry_base(Duration::from_millis(1)).retry_cap(Duration::from_millis(2))
}

fn client(server: &Server) -> Client {
    throughline::init(config(server)).unwrap()
}

#[test]
fn an_event_arrives_with_all_that_was_said_about_it() {
    let server = Server::new();
    let tl = throughline::init(config(&server).release("web@5.2").environment("stage").install_id("i1")).unwrap();
    let (trace, span) = (TraceId([7; 16]), SpanId([9; 8]));
    tl.track("cart.add")
        .prop("sku", "A-1")
        .prop("qty", 2)
        .prop("price", 12.5)
        .prop("gift", true)
        .prop("note", String::from("für Ada"))
        .prop("bad", f64::NAN)
        .user("u1")
        .anonymous("a9")
        .session("s3")
        .route("/cart")
        .trace(trace, span)
        .os("iOS")
        .browser("Safari")
        .device("mobile")
        .country("DE")
        .utm("source", "email")
        .send();
    tl.track("$pageview").at("2026-05-14T14:03:18Z".parse().unwrap()).release("ios@3.4").send();
    tl.flush(PATIENCE).unwrap();

    let request = server.request(0);
    assert_eq!(request.path, "/v1/track:batch");
    assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    let body = &request.body;
    assert_eq!((&body["made"], &body["install_id"], &body["sdk"]["name"]), (&json!(2), &json!("i1"), &json!("throughline-rust")));
    let first = &body["events"][0];
    assert_eq!(first["props"], json!({"sku": "A-1", "qty": 2, "price": 12.5, "gift": true, "note": "für Ada", "bad": null}));
    assert_eq!(
        first["context"],
        json!({"os": "iOS", "browser": "Safari", "device": "mobile", "country": "DE", "utm": {"source": "email"}})
    );
    for (field, value) in [
        ("name", json!("cart.add")),
        ("user_id", json!("u1")),
        ("anonymous_id", json!("a9")),
        ("session_id", json!("s3")),
        ("route", json!("/cart")),
        ("release", json!("web@5.2")),
        ("environment", json!("stage")),
        ("trace_id", json!("07".repeat(16))),
        ("span_id", json!("09".repeat(8))),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(first["seq"], micros(first), "the clock, so that it rises across restarts");
    let second = &body["events"][1];
    assert_eq!((&second["ts"], &second["release"]), (&json!("2026-05-14T14:03:18Z"), &json!("ios@3.4")));
    assert_eq!(second.get("seq"), None, "an event with a time of its own has no place in the order of capture");
    assert_ne!(first["event_id"], second["event_id"]);
    // What the server will read is what the protocol says.
    for event in body["events"].as_array().unwrap() {
        let event: throughline::Event = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(event.event_id.unwrap().get_version_num(), 7);
    }
}

/// The time of an event, in microseconds since 1970.
fn micros(event: &Value) -> i64 {
    event["ts"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros()
}

#[test]
fn the_order_of_an_installation_goes_on_across_a_restart() {
    let server = Server::new();
    for run in 0..3 {
        let tl = throughline::init(config(&server).install_id("i1")).unwrap();
        (0..50).for_each(|n| tl.track("a").prop("run", run).prop("n", n).send());
        tl.shutdown(PATIENCE).unwrap();
    }
    let mut events = server.look(|seen| seen.stored["/v1/track:batch"].clone());
    events.sort_by_key(|event| event["seq"].as_i64());
    let order: Vec<_> =
        events.iter().map(|event| (event["props"]["run"].as_u64().unwrap(), event["props"]["n"].as_u64().unwrap())).collect();
    assert_eq!(order, (0..3).flat_map(|run| (0..50).map(move |n| (run, n))).collect::<Vec<_>>());
}

#[test]
fn a_metric_point_arrives_with_all_that_was_said_about_it() {
    let server = Server::new();
    let tl = client(&server);
    tl.record_metric("db.query.duration_ms", 42.0)
        .unit("ms")
        .tag("table", "users")
        .tag("rows", 3)
        .trace(TraceId([1; 16]), None)
        .user("u1")
        .session("s1")
        .send();
    tl.record_metric("cache.hits", 1).kind(MetricKind::Counter).send();
    tl.record_metric("search.users", "u1").kind(MetricKind::Set).send();
    tl.flush(PATIENCE).unwrap();

    let request = server.request(0);
    assert_eq!(request.path, "/v1/metrics:batch");
    let points = request.body["metrics"].as_array().unwrap();
    assert_eq!(points[0]["tags"], json!({"table": "users", "rows": "3"}));
    assert_eq!((&points[0]["value"], &points[0]["unit"], &points[0]["kind"]), (&json!(42.0), &json!("ms"), &json!("distribution")));
    assert_eq!((&points[0]["trace_id"], &points[0]["user_id"]), (&json!("01".repeat(16)), &json!("u1")));
    assert_eq!((&points[1]["kind"], &points[1]["value"]), (&json!("counter"), &json!(1.0)));
    assert_eq!((&points[2]["kind"], &points[2]["value"]), (&json!("set"), &json!("u1")));
}

#[test]
fn whole_events_and_points_get_what_they_lack() {
    let server = Server::new();
    let tl = throughline::init(config(&server).release("api@1")).unwrap();
    tl.track_event(serde_json::from_value(json!({"name": "a", "userId": "u1"})).unwrap());
    tl.track_event(serde_json::from_value(json!({"name": "b", "ts": "2026-05-14T00:00:00Z", "release": "x@2"})).unwrap());
    tl.record_point(serde_json::from_value(json!({"name": "m", "value": 3})).unwrap());
    tl.flush(PATIENCE).unwrap();
    let events = server.look(|seen| seen.stored["/v1/track:batch"].clone());
    assert_eq!(
        (&events[0]["release"], &events[0]["seq"], &events[0]["user_id"]),
        (&json!("api@1"), &json!(micros(&events[0])), &json!("u1"))
    );
    assert_eq!((&events[1]["release"], events[1].get("seq")), (&json!("x@2"), None));
    assert!(events.iter().all(|event| event["event_id"].is_string() && event["ts"].is_string()));
    server.look(|seen| assert!(seen.stored["/v1/metrics:batch"][0]["ts"].is_string()));
}

#[test]
fn enough_items_are_sent_before_the_interval_is_over() {
    let server = Server::new();
    let tl = throughline::init(config(&server).flush_at(10)).unwrap();
    for i in 0..10 {
        tl.track("tick").prop("i", i).send();
    }
    assert_eq!(server.request(0).items(), 10);
}

#[test]
fn a_few_items_are_sent_when_the_interval_is_over() {
    let server = Server::new();
    let tl = throughline::init(config(&server).flush_every(Duration::from_millis(20))).unwrap();
    tl.record_metric("m", 1).send();
    assert_eq!(server.request(0).items(), 1);
}

#[test]
fn large_bodies_are_compressed_and_small_ones_are_not() {
    let server = Server::new();
    let tl = client(&server);
    tl.track("small").send();
    tl.flush(PATIENCE).unwrap();
    for _ in 0..50 {
        tl.track("large").prop("text", "lorem ipsum dolor sit amet").send();
    }
    tl.flush(PATIENCE).unwrap();
    let (small, large) = (server.request(0), server.request(1));
    assert_eq!(small.headers.get("content-encoding"), None);
    assert_eq!(large.headers.get("content-encoding").map(String::as_str), Some("gzip"));
    assert!(large.wire * 3 < large.plain.len());
}

fn sent_at(request: &support::Request) -> chrono::DateTime<chrono::Utc> {
    request.body["sent_at"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_repeated_batch_keeps_its_id_and_items_and_gets_a_new_sent_at() {
    let mut replies = vec![
        Reply::Drop,
        Reply::Status(500, vec![]),
        Reply::Status(429, vec![("retry-after", "0".to_owned())]),
        Reply::Nonsense,
        Reply::TakeSilently,
        Reply::Take,
    ]
    .into_iter();
    let server = Server::scripted(move |_| replies.next().unwrap_or(Reply::Take));
    let tl = client(&server);
    tl.track("once").prop("n", 1).send();
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| {
        assert_eq!(seen.requests.len(), 6);
        let first = &seen.requests[0];
        for again in &seen.requests[1..] {
            assert_eq!(again.batch_id(), first.batch_id());
            assert_eq!(again.lists(), first.lists());
            assert_eq!(again.body["made"], first.body["made"]);
            assert!(sent_at(again) > sent_at(first));
        }
        assert_eq!(seen.books["/v1/track:batch"].stored, 1);
    });
    assert_eq!(tl.report().events.delivered, 1);
}

#[test]
fn the_wait_that_a_server_asks_for_is_kept_even_by_a_flush() {
    let server = Server::scripted(|_| Reply::Status(429, vec![("retry-after", "3600".to_owned())]));
    let tl = client(&server);
    tl.track("a").send();
    assert_eq!(tl.flush(Duration::from_millis(200)).unwrap_err().items, 1);
    assert_eq!(tl.flush(Duration::from_millis(100)).unwrap_err().items, 1);
    // Shutdown does not wait for what cannot come in time.
    assert_eq!(tl.shutdown(PATIENCE).unwrap_err().items, 1);
    assert_eq!(server.look(|seen| seen.requests.len()), 1);
    assert_eq!(tl.report().events.lost_to(LossReason::Shutdown), 1);
}

#[test]
fn what_the_server_refuses_is_dropped_counted_and_told_with_the_next_batch() {
    let mut first = true;
    let server = Server::scripted(move |_| if std::mem::take(&mut first) { Reply::Status(413, vec![]) } else { Reply::Take });
    let tl = client(&server);
    tl.track("a").send();
    tl.track("b").send();
    tl.flush(PATIENCE).unwrap();
    let report = tl.report().events;
    assert_eq!((report.lost_to(LossReason::SendError), report.delivered), (2, 0));
    assert!(report.last_error.unwrap().contains("413"));
    tl.track("c").send();
    tl.flush(PATIENCE).unwrap();
    let second = server.request(1);
    assert_eq!((&second.body["made"], &second.body["lost"]), (&json!(3), &json!({"send_error": 2})));
    assert_eq!(tl.report().events.delivered, 1);
}

#[test]
fn rejected_items_are_counted_and_their_batch_is_not_repeated() {
    let server = Server::scripted(|_| Reply::TakeBelow(1));
    let tl = client(&server);
    for _ in 0..3 {
        tl.track("a").send();
    }
    tl.flush(PATIENCE).unwrap();
    let report = tl.report().events;
    assert_eq!((report.delivered, report.rejected, report.queued), (1, 2, 0));
    assert_eq!(report.last_error.as_deref(), Some("item rejected: too_old: ts is old"));
    assert_eq!(server.look(|seen| seen.requests.len()), 1);
}

#[test]
fn shutdown_sends_what_waits_and_later_items_are_counted() {
    let server = Server::new();
    let tl = client(&server);
    for _ in 0..42 {
        tl.track("a").send();
        tl.record_metric("m", 1).send();
    }
    tl.shutdown(PATIENCE).unwrap();
    server.look(|seen| assert_eq!((seen.books["/v1/track:batch"].stored, seen.books["/v1/metrics:batch"].stored), (42, 42)));
    tl.track("late").send();
    let report = tl.report();
    assert_eq!((report.events.made, report.events.delivered, report.events.lost_to(LossReason::Shutdown)), (43, 42, 1));
    assert_eq!(tl.shutdown(PATIENCE), Ok(()), "a second time there is nothing to do");
    assert_eq!(tl.flush(PATIENCE), Ok(()));
}

#[test]
fn dropping_the_last_handle_sends_what_waits() {
    let server = Server::new();
    let tl = throughline::init(config(&server).drop_wait(PATIENCE)).unwrap();
    let other = tl.clone();
    tl.track("a").send();
    drop(tl);
    assert_eq!(server.look(|seen| seen.requests.len()), 0, "a handle is left");
    drop(other);
    assert_eq!(server.look(|seen| seen.books["/v1/track:batch"].stored), 1);
}
