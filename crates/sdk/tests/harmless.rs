//! The host application never notices that the server is away.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use support::{KEY, PATIENCE, Reply, Server};
use throughline::{Config, LossReason};

const CALLS: u64 = 20_000;

/// Far more than the calls need, far less than one request's time-out.
const BRISK: Duration = Duration::from_secs(5);

#[test]
fn calls_return_at_once_while_the_server_is_away_or_silent() {
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let silent = Server::scripted(|_| Reply::Hang);
    for url in [&gone, &silent.url] {
        let tl = throughline::init(Config::new(url, KEY).request_timeout(Duration::from_secs(30))).unwrap();
        let begun = Instant::now();
        for i in 0..CALLS {
            tl.track("a").prop("i", i).send();
            tl.record_metric("m", i).send();
        }
        assert!(begun.elapsed() < BRISK, "{:?}", begun.elapsed());

        let report = tl.report();
        for signal in [&report.events, &report.metrics] {
            assert_eq!(signal.made, CALLS);
            assert_eq!(signal.made, signal.delivered + signal.rejected + signal.lost_total() + signal.queued);
            // The ring, and what had been sealed before.
            assert!(signal.queued <= 6 * 500, "{signal:?}");
            assert!(signal.lost_to(LossReason::QueueOverflow) > 0);
        }
        let begun = Instant::now();
        drop(tl);
        assert!(begun.elapsed() < BRISK, "dropping the handle waited {:?}", begun.elapsed());
    }
}

#[test]
fn what_is_too_long_is_cut_and_what_is_too_large_is_counted() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    let long = "ß".repeat(100_000);
    tl.track(long.clone()).prop(long.clone(), long.clone()).user(long.clone()).send();
    let mut many = tl.track("many");
    for i in 0..1_000 {
        many = many.prop(format!("k{i}"), i);
    }
    many.send();
    tl.track("too large").prop("list", serde_json::json!(vec![long.as_str(); 3])).send();
    tl.record_metric("m", f64::INFINITY).send();
    tl.record_metric("m", 1).tag("t", long).send();
    tl.flush(PATIENCE).unwrap();

    let events = server.look(|seen| seen.stored["/v1/track:batch"].clone());
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["name"].as_str().unwrap().len(), 200);
    let (key, value) = events[0]["props"].as_object().unwrap().iter().next().unwrap();
    assert_eq!((key.len(), value.as_str().unwrap().len()), (200, 8 * 1_024));
    assert_eq!(events[0]["user_id"].as_str().unwrap().len(), 500);
    assert_eq!(events[1]["props"].as_object().unwrap().len(), 216);
    let report = tl.report();
    assert_eq!(report.events.lost_to(LossReason::ItemTooLarge), 1);
    assert_eq!(report.metrics.lost_to(LossReason::NotFinite), 1);
    assert_eq!(server.look(|seen| seen.stored["/v1/metrics:batch"].len()), 1);
}

#[test]
fn large_items_leave_in_several_batches_within_the_limit_of_a_request() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).flush_at(500)).unwrap();
    for i in 0..400 {
        tl.track("large").prop("i", i).prop("text", "x".repeat(8_000)).send();
    }
    tl.flush(PATIENCE).unwrap();
    let report = tl.report().events;
    assert_eq!((report.delivered, report.lost_total()), (400, 0));
    server.look(|seen| {
        assert!(seen.requests.len() > 3);
        assert!(seen.requests.iter().all(|request| request.plain.len() < protocol::limits::BODY_WIRE_BYTES_MAX));
        let order: Vec<i64> = seen.stored["/v1/track:batch"].iter().map(|event| event["props"]["i"].as_i64().unwrap()).collect();
        assert_eq!(order, (0..400).collect::<Vec<_>>());
    });
}
