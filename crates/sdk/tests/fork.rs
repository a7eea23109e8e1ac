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
        // Nobody says so: the fork is noticed by the 32nd signal, and by whatever asks for the books.
        track(&tl, "untold", 64);
        tl.flush(PATIENCE).unwrap();
        let books = tl.report().events;
        assert_eq!((books.made, books.queued), (books.delivered, 0));
        assert!(books.made > 32, "{books:?}");
        tl.shutdown(PATIENCE).unwrap();
    }));

    tl.flush(PATIENCE).unwrap();
    let books = tl.report().events;
    assert_eq!((books.made, books.delivered, books.queued), (3, 3, 0));
    server.look(|seen| {
        let named = |name: &str| seen.stored["/v1/track:batch"].iter().filter(|event| event["name"] == name).count();
        assert_eq!((named("parent"), named("told")), (3, 2));
        assert!((33..=64).contains(&named("untold")), "{}", named("untold"));
        let ids: BTreeSet<_> = seen.stored["/v1/track:batch"].iter().map(|event| event["event_id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), seen.stored["/v1/track:batch"].len(), "no id was given twice");
        let installs: BTreeSet<_> = seen.requests.iter().map(|request| request.body["install_id"].as_str().unwrap()).collect();
        assert_eq!(installs.len(), 3);
        assert_eq!(seen.duplicates, 0);
    });
}
