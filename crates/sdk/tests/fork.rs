//! A program that forks, as worker processes do. Apart, because a forked process has only the thread that forked.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use fork::Fork;
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config};

/// Runs `body` in a process of its own; whether it came to its end.
fn forked(body: impl FnOnce()) -> bool {
    match fork::fork().unwrap() {
        Fork::Parent(child) => fork::waitpid(child).unwrap() == 0,
        Fork::Child => {
            let fine = catch_unwind(AssertUnwindSafe(body)).is_ok();
            std::process::exit(i32::from(!fine))
        }
    }
}

fn track(tl: &Client, name: &'static str, times: usize) {
    (0..times).for_each(|_| tl.track(name).send());
}

#[test]
fn what_waits_in_the_parent_is_sent_once_and_each_process_has_its_own_books() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))).unwrap();
    track(&tl, "parent", 3);

    assert!(forked(|| {
        tl.after_fork();
        track(&tl, "told", 2);
        tl.flush(PATIENCE).unwrap();
        let books = tl.report().events;
        assert_eq!((books.made, books.delivered, books.queued), (2, 2, 0));
    }));
    assert!(forked(|| {
        // Nobody says so: the fork is noticed with the first signal.
        track(&tl, "untold", 64);
        tl.flush(PATIENCE).unwrap();
        let books = tl.report().events;
        assert_eq!((books.made, books.delivered, books.queued), (64, 64, 0));
        // A process below this one, forked in the midst of capturing.
        track(&tl, "untold", 1);
        assert!(forked(|| {
            track(&tl, "grandchild", 5);
            tl.shutdown(PATIENCE).unwrap();
            assert_eq!(tl.report().events.delivered, 5);
        }));
        tl.shutdown(PATIENCE).unwrap();
        assert_eq!(tl.report().events.delivered, 65);
    }));

    tl.flush(PATIENCE).unwrap();
    let books = tl.report().events;
    assert_eq!((books.made, books.delivered, books.queued), (3, 3, 0));
    server.look(|seen| {
        let named = |name: &str| seen.stored["/v1/track:batch"].iter().filter(|event| event["name"] == name).count();
        assert_eq!((named("parent"), named("told"), named("untold"), named("grandchild")), (3, 2, 65, 5));
        let ids: BTreeSet<_> = seen.stored["/v1/track:batch"].iter().map(|event| event["event_id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), seen.stored["/v1/track:batch"].len(), "no id was given twice");
        let installs: BTreeSet<_> = seen.requests.iter().map(|request| request.body["install_id"].as_str().unwrap()).collect();
        assert_eq!(installs.len(), 4);
        assert_eq!(seen.duplicates, 0);
    });
}

#[test]
fn no_signal_of_a_child_is_lost_however_soon_after_the_fork_it_comes() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))).unwrap();
    for round in 0..24 {
        track(&tl, "parent", round);
        assert!(forked(|| {
            track(&tl, "child", round % 5 + 1);
            tl.record_metric("m", 1).send();
            tl.shutdown(PATIENCE).unwrap();
            let report = tl.report();
            assert_eq!((report.events.made, report.metrics.made), (round as u64 % 5 + 1, 1));
        }));
    }
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| {
        let named = |name: &str| seen.stored["/v1/track:batch"].iter().filter(|event| event["name"] == name).count();
        assert_eq!((named("parent"), named("child")), ((0..24).sum(), (0..24).map(|round| round % 5 + 1).sum()));
        assert_eq!((seen.stored["/v1/metrics:batch"].len(), seen.duplicates), (24, 0));
    });
}

/// What of a metric has arrived, in sum.
#[cfg(feature = "metrics")]
fn sum(server: &Server, name: &str) -> f64 {
    let points = server.look(|seen| seen.stored.get("/v1/metrics:batch").cloned().unwrap_or_default());
    points.iter().filter(|point| point["name"] == name).map(|point| point["value"].as_f64().unwrap()).sum()
}

#[cfg(feature = "metrics")]
#[test]
fn what_the_metrics_facade_counts_in_a_child_leaves_the_child_once() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))).unwrap();
    let recorder = throughline::Recorder::new(&tl);
    let kept = metrics::with_local_recorder(&recorder, || {
        metrics::counter!("jobs").increment(3);
        metrics::gauge!("depth").set(7.0);
        metrics::counter!("kept")
    });
    kept.increment(1);

    assert!(forked(|| {
        // Nothing but the facade is used, and nobody says that this is a child.
        metrics::with_local_recorder(&recorder, || {
            metrics::counter!("jobs").increment(40);
            metrics::counter!("new").increment(5);
            metrics::gauge!("depth").set(2.0);
            metrics::histogram!("took").record(1.5);
        });
        kept.increment(10);
        tl.shutdown(PATIENCE).unwrap();
    }));
    let of_child = ["jobs", "new", "kept", "depth", "took"].map(|name| sum(&server, name));
    assert_eq!(of_child, [40.0, 5.0, 10.0, 2.0, 1.5]);

    assert!(forked(|| {
        tl.after_fork();
        kept.increment(100);
        tl.shutdown(PATIENCE).unwrap();
    }));
    assert_eq!((sum(&server, "kept"), sum(&server, "jobs")), (110.0, 40.0));

    tl.shutdown(PATIENCE).unwrap();
    let of_all = ["jobs", "kept", "depth"].map(|name| sum(&server, name));
    assert_eq!(of_all, [43.0, 111.0, 9.0], "what the parent had counted was the parent's to send");
}
