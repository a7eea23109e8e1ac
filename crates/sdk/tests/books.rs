//! made = delivered + rejected + lost + queued: at every moment, whatever the server does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use support::{Books, Dice, KEY, PATIENCE, Reply, Server};
use throughline::{Client, Config, SignalReport};

fn close(report: &SignalReport) {
    assert_eq!(report.made, report.delivered + report.rejected + report.lost_total() + report.queued, "{report:?}");
}

/// A server that stores, refuses, fails, hangs up and keeps silent at random.
fn fickle(seed: u64) -> Server {
    let mut dice = Dice(seed);
    Server::scripted(move |_| match dice.below(100) {
        0..45 => Reply::Take,
        45..55 => Reply::TakeSilently,
        55..62 => Reply::TakeBelow(dice.below(20) as usize),
        62..70 => Reply::Drop,
        70..72 => Reply::Hang,
        72..82 => Reply::Status(500 + dice.below(4) as u16, vec![]),
        82..87 => Reply::Status(429, vec![("retry-after", "0".to_owned())]),
        87..90 => Reply::Status(408, vec![]),
        90..93 => Reply::Nonsense,
        _ => Reply::Status(if dice.below(2) == 0 { 400 } else { 413 }, vec![]),
    })
}

fn host(tl: &Client, seed: u64) {
    let mut dice = Dice(seed);
    for i in 0..700 {
        match dice.below(3) {
            0 => tl.record_metric("m", if dice.below(50) == 0 { f64::NAN } else { 1.0 }).tag("i", i).send(),
            1 => tl.track("a").prop("i", i).user(format!("u{}", dice.below(9))).send(),
            _ => tl.track("b").prop("text", "x".repeat(dice.below(20_000) as usize)).send(),
        }
        if dice.below(40) == 0 {
            let report = tl.report();
            close(&report.events);
            close(&report.metrics);
        }
        if dice.below(100) == 0 {
            let _ = tl.flush(Duration::from_millis(dice.below(5)));
        }
    }
}

fn as_the_server_sees(report: &SignalReport) -> Books {
    let lost: BTreeMap<String, u64> = report.lost.iter().map(|(reason, n)| (reason.word().to_owned(), *n)).collect();
    Books { made: report.made, stored: report.delivered, rejected: report.rejected, lost }
}

#[test]
fn the_books_close_on_both_sides_under_random_failures() {
    let (mut overflowed, mut refused, mut duplicates) = (0, 0, 0);
    for seed in 0..12 {
        let server = fickle(seed);
        let config = Config::new(&server.url, KEY)
            .flush_every(Duration::from_millis(2))
            .flush_at(1 + (seed as usize * 37) % 500)
            .retry_base(Duration::from_millis(1))
            .retry_cap(Duration::from_millis(8))
            .request_timeout(Duration::from_millis(150));
        let tl = throughline::init(config).unwrap();
        thread::scope(|scope| {
            for caller in 0..3 {
                let tl = tl.clone();
                scope.spawn(move || host(&tl, seed * 10 + caller));
            }
        });
        tl.shutdown(PATIENCE).unwrap();

        let report = tl.report();
        assert_eq!(report.events.made + report.metrics.made, 2_100);
        for (signal, path) in [(&report.events, "/v1/track:batch"), (&report.metrics, "/v1/metrics:batch")] {
            close(signal);
            assert_eq!(signal.queued, 0, "seed {seed}");
            let books = server.look(|seen| seen.books[path].clone());
            assert_eq!(books, as_the_server_sees(signal), "seed {seed}, {path}");
        }
        assert_eq!(report.worker_restarts, 0);
        server.look(|seen| assert_eq!(seen.altered, 0, "a sealed batch was cut anew"));
        overflowed += report.events.lost.values().sum::<u64>();
        refused += report.events.rejected;
        duplicates += server.look(|seen| seen.duplicates);
    }
    assert!(overflowed > 0 && refused > 0 && duplicates > 0, "the dice were too kind to test anything");
}

#[test]
fn a_batch_that_grows_too_old_is_given_up_and_its_counts_travel_on() {
    let mut failures = 30;
    let server = Server::scripted(move |_| {
        failures -= 1;
        if failures > 0 { Reply::Status(503, vec![]) } else { Reply::Take }
    });
    let config = Config::new(&server.url, KEY)
        .flush_every(Duration::from_secs(3_600))
        .retry_base(Duration::from_millis(1))
        .retry_cap(Duration::from_millis(1))
        .retry_for(Duration::from_millis(1));
    let tl = throughline::init(config).unwrap();
    for _ in 0..5 {
        tl.track("a").send();
    }
    tl.flush(PATIENCE).unwrap();
    assert_eq!(tl.report().events.lost_total(), 5);
    tl.shutdown(PATIENCE).unwrap();
    let books = server.look(|seen| seen.books["/v1/track:batch"].clone());
    assert_eq!(books, as_the_server_sees(&tl.report().events), "counts without items are a batch too");
}
