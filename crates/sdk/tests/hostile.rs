//! A server that hangs, fails, cuts connections and asks for patience, and a caller who passes anything: all signals at once,
//! in a short form. Nothing panics, the books close.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::caller::act;
use support::{Books, Dice, KEY, PATIENCE, Reply, Server};
use throughline::{Config, Level, Signal, SignalReport};

static PANICS: AtomicU64 = AtomicU64::new(0);

fn close(report: &SignalReport) {
    assert_eq!(report.made, report.delivered + report.rejected + report.lost_total() + report.queued, "{report:?}");
}

fn hostile(seed: u64) -> Server {
    let mut dice = Dice(seed);
    Server::scripted(move |_| match dice.below(100) {
        0..30 => Reply::Take,
        30..45 => Reply::Status(500, vec![]),
        45..60 => Reply::Drop,
        60..64 => Reply::Hang,
        64..74 => Reply::TakeSilently,
        74..88 => Reply::Status(429, vec![("retry-after", "0".to_owned())]),
        88..92 => Reply::Nonsense,
        92..96 => Reply::TakeBelow(3),
        _ => Reply::Status(413, vec![]),
    })
}

fn config(url: &str) -> Config {
    Config::new(url, KEY)
        .flush_every(Duration::from_millis(5))
        .retry_base(Duration::from_millis(1))
        .retry_cap(Duration::from_millis(10))
        .request_timeout(Duration::from_millis(100))
        .backtraces(false)
}

#[test]
fn whatever_the_server_and_the_caller_do_the_books_close() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        before(info);
    }));
    let server = hostile(7);
    let tl = throughline::init(config(&server.url)).unwrap();
    let ends = Instant::now() + Duration::from_secs(3);
    thread::scope(|scope| {
        for caller in 0..3 {
            let tl = tl.clone();
            scope.spawn(move || {
                let mut dice = Dice(caller);
                while Instant::now() < ends {
                    (0..20).for_each(|_| act(&tl, &mut dice));
                    tl.report().signals().into_iter().for_each(|(_, signal)| close(signal));
                    thread::yield_now();
                }
            });
        }
    });
    tl.shutdown(PATIENCE).unwrap();
    let report = tl.report();
    for (signal, books) in report.signals() {
        close(books);
        assert_eq!(books.queued, 0);
        let path = format!("/v1/{}", signal.operation());
        let lost = books.lost.iter().map(|(reason, n)| (reason.word().to_owned(), *n)).collect();
        let ours = Books { made: books.made, stored: books.delivered, rejected: books.rejected, lost };
        assert_eq!(server.look(|seen| seen.books.get(&path).cloned().unwrap_or_default()), ours, "{path}");
    }
    assert!(report.of(Signal::Error).made > 0 && report.breaker_openings > 0);
    assert_eq!((report.worker_restarts, PANICS.load(Ordering::Relaxed)), (0, 0));
    server.look(|seen| assert_eq!(seen.altered, 0));
}

#[test]
fn the_breaker_sends_one_probe_at_a_time_and_the_client_reports_the_outage() {
    let mut failures = 20;
    let server = Server::scripted(move |_| {
        failures -= 1;
        if failures > 0 { Reply::Status(503, vec![]) } else { Reply::Take }
    });
    let tl = throughline::init(config(&server.url)).unwrap();
    tl.track("a").send();
    tl.log(Level::Info, "l").send();
    let report = server.wait("the client's own report", |seen| {
        seen.stored.get("/v1/logs:batch")?.iter().find(|log| log["service"] == "throughline-rust").cloned()
    });
    assert!(report["body"].as_str().unwrap().starts_with("the server could not be reached for"));
    assert!(report["attributes"]["attempts"].as_u64().unwrap() >= 5);
    assert!(report["attributes"]["last_error"].as_str().unwrap().contains("503"));
    tl.flush(PATIENCE).unwrap();
    assert_eq!((tl.report().breaker_openings, tl.report().events.delivered), (1, 1));
}
