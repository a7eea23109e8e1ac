//! Inside a Tokio runtime of either flavour: nothing panics, nothing is lost, and nobody waits longer than was said.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::{Duration, Instant};

use support::{KEY, PATIENCE, Reply, Server};
use throughline::Config;
use tokio::runtime::{Builder, Runtime};

/// Beyond its bound, a call may be kept by a busy machine, but not as long as anything that it could be waiting for.
const SLACK: Duration = Duration::from_secs(20);

fn runtimes() -> [(&'static str, Runtime); 2] {
    let several = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    [("one thread", Builder::new_current_thread().build().unwrap()), ("several threads", several)]
}

/// Nothing is sent by itself.
fn config(server: &Server) -> Config {
    Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))
}

/// A server that never answers, and a client that would go on asking it.
fn silent() -> (Server, Config) {
    let server = Server::scripted(|_| Reply::Hang);
    let config = config(&server).request_timeout(Duration::from_secs(600));
    (server, config)
}

#[test]
fn the_last_handle_at_the_end_of_an_async_main_sends_what_waits() {
    for (flavour, runtime) in runtimes() {
        let server = Server::new();
        let config = config(&server).drop_wait(PATIENCE);
        runtime.block_on(async {
            let tl = throughline::init(config).unwrap();
            let handle = tl.clone();
            tokio::spawn(async move { handle.track("from a task").send() }).await.unwrap();
            tl.track("from main").send();
        });
        assert_eq!(server.look(|seen| seen.books["/v1/track:batch"].stored), 2, "{flavour}");
    }
}

#[test]
fn a_handle_that_is_dropped_in_a_task_keeps_its_thread_no_longer_than_the_bound() {
    for (flavour, runtime) in runtimes() {
        let (server, config) = silent();
        let took = runtime.block_on(async {
            let task = tokio::spawn(async move {
                let tl = throughline::init(config.drop_wait(Duration::from_millis(50))).unwrap();
                tl.track("a").send();
                let begun = Instant::now();
                drop(tl);
                begun.elapsed()
            });
            task.await.unwrap()
        });
        assert!(took < SLACK, "{flavour}: {took:?}");
        drop(server);
    }
}

#[test]
fn a_handle_with_no_time_to_wait_is_dropped_at_once_and_its_signals_leave_all_the_same() {
    for (_, runtime) in runtimes() {
        let server = Server::new();
        let config = config(&server).drop_wait(Duration::ZERO);
        runtime.block_on(async {
            let tl = throughline::init(config).unwrap();
            tl.track("a").send();
        });
        server.wait("the event", |seen| seen.books.get("/v1/track:batch").filter(|books| books.stored == 1).map(|_| ()));
    }
}

#[test]
fn a_flush_and_a_shutdown_inside_a_runtime_end_in_time_and_with_what_they_say() {
    for (flavour, runtime) in runtimes() {
        let server = Server::new();
        let tl = throughline::init(config(&server)).unwrap();
        runtime.block_on(async {
            tl.track("a").send();
            tl.flush(PATIENCE).unwrap();
            tl.track("b").send();
            let shut = tl.clone();
            tokio::task::spawn_blocking(move || shut.shutdown(PATIENCE)).await.unwrap().unwrap();
        });
        assert_eq!(tl.report().events.delivered, 2, "{flavour}");

        let (_silent, config) = silent();
        let tl = throughline::init(config).unwrap();
        let took = runtime.block_on(async {
            tl.track("a").send();
            let begun = Instant::now();
            assert_eq!(tl.flush(Duration::from_millis(20)).unwrap_err().items, 1, "{flavour}");
            assert_eq!(tl.shutdown(Duration::from_millis(20)).unwrap_err().items, 1, "{flavour}");
            begun.elapsed()
        });
        assert!(took < SLACK, "{flavour}: {took:?}");
    }
}

#[test]
fn the_other_tasks_go_on_while_one_waits_on_a_blocking_thread() {
    let (_server, config) = silent();
    let tl = throughline::init(config).unwrap();
    tl.track("a").send();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let waiting = tl.clone();
        let flush = tokio::task::spawn_blocking(move || waiting.flush(PATIENCE));
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
            tl.track("b").send();
        }
        assert!(!flush.is_finished());
        // Whoever stops the client wakes whoever waits for it.
        let _ = tl.shutdown(Duration::ZERO);
        assert!(flush.await.is_ok());
    });
}
