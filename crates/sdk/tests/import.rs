//! History arrives completely, in large requests, and once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::{Dice, Reply, SECRET, Server};
use throughline::import::{ImportError, Importer};
use throughline::{Config, Event, MetricPoint};

fn importer(server: &Server) -> Importer {
    let config = Config::new(&server.url, SECRET)
        .retry_base(Duration::from_millis(1))
        .retry_cap(Duration::from_millis(2))
        .request_timeout(Duration::from_millis(100))
        .environment("prod");
    Importer::new(config).unwrap()
}

fn event(i: u32) -> Event {
    serde_json::from_value(json!({"name": "a", "ts": "2026-05-14T00:00:00Z", "props": {"i": i}})).unwrap()
}

fn point(value: f64) -> MetricPoint {
    MetricPoint { name: "m".to_owned(), value: value.into(), ..MetricPoint::default() }
}

#[test]
fn every_item_arrives_once_whatever_the_network_does() {
    let mut dice = Dice(11);
    let server = Server::scripted(move |_| match dice.below(6) {
        0..3 => Reply::Take,
        3 => Reply::TakeSilently,
        4 => Reply::Status(503, vec![("retry-after", "0".to_owned())]),
        _ => Reply::Drop,
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let mut importer = importer(&server).items_per_request(500).on_progress(move |summary| tell.lock().unwrap().push(summary.stored));
    for i in 0..5_000 {
        importer.event(&event(i)).unwrap();
        if i % 5 == 0 {
            importer.metric(&point(f64::from(i))).unwrap();
        }
    }
    importer.metric(&point(f64::NAN)).unwrap();
    let summary = importer.finish().unwrap();
    assert_eq!((summary.items, summary.stored, summary.rejected, summary.skipped), (6_001, 6_000, 0, 1));
    assert_eq!(summary.requests, 12);
    assert!(summary.retries > 0);
    assert_eq!(*told.lock().unwrap(), (1..=12).map(|n| n * 500).collect::<Vec<u64>>());
    server.look(|seen| {
        let stored = &seen.stored["/v1/import:batch"];
        let events: HashSet<i64> = stored.iter().filter_map(|item| item["props"]["i"].as_i64()).collect();
        assert_eq!((stored.len(), events.len(), seen.altered), (6_000, 5_000, 0));
        assert!(stored.iter().all(|item| item["environment"] == "prod"));
        let first = &seen.requests[0];
        assert_eq!(first.headers["authorization"], format!("Bearer {SECRET}"));
        assert!(first.body.get("made").is_none(), "history is no part of the books of delivery");
    });
}

#[test]
fn a_refused_key_ends_the_import_with_the_servers_words() {
    let server = Server::scripted(|_| Reply::Status(403, vec![]));
    let mut importer = importer(&server);
    importer.event(&event(1)).unwrap();
    let Err(ImportError::Refused(why)) = importer.finish() else {
        panic!("it was taken");
    };
    assert!(why.contains("403"));
}

#[test]
fn rejected_items_are_counted_with_their_reasons() {
    let server = Server::scripted(|_| Reply::TakeBelow(2));
    let mut importer = importer(&server);
    for i in 0..5 {
        importer.event(&event(i)).unwrap();
    }
    let summary = importer.finish().unwrap();
    assert_eq!((summary.stored, summary.rejected, summary.errors.len()), (2, 3, 3));
}
