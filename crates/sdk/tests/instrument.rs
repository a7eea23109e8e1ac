//! The ready-made families: which points come of which occurrence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::instrument::Instrument;
use throughline::{Client, Config};

const TOOK: Duration = Duration::from_millis(1_250);

/// What one occurrence sends: by name, the kind, value and tags.
fn sent(occur: impl FnOnce(&Instrument, &Client)) -> BTreeMap<String, (String, Value, Value)> {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    occur(&tl.instrument("bot"), &tl);
    tl.flush(PATIENCE).unwrap();
    let points = server.look(|seen| seen.stored["/v1/metrics:batch"].clone());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    points.iter().map(|point| (text(&point["name"]), (text(&point["kind"]), point["value"].clone(), point["tags"].clone()))).collect()
}

fn assert_sent(occur: impl FnOnce(&Instrument, &Client), tags: Value, points: &[(&str, &str, f64)]) {
    let want = points.iter().map(|(name, kind, value)| ((*name).to_owned(), ((*kind).to_owned(), json!(value), tags.clone())));
    assert_eq!(sent(occur), want.collect());
}

#[test]
fn a_command_is_used_takes_time_and_may_fail() {
    assert_sent(
        |bot, _| bot.command("ping").kind("slash").took(TOOK).succeeded(),
        json!({"command": "ping", "command_type": "slash", "success": "true"}),
        &[("bot.command.execution_time", "distribution", 1_250.0), ("bot.command.usage", "counter", 1.0)],
    );
    assert_sent(
        |bot, _| bot.command("ping").kind("prefix").took(TOOK).failed("Timeout"),
        json!({"command": "ping", "command_type": "prefix", "success": "false", "error_type": "Timeout"}),
        &[
            ("bot.command.execution_time", "distribution", 1_250.0),
            ("bot.command.usage", "counter", 1.0),
            ("bot.command.failures", "counter", 1.0),
        ],
    );
}

#[test]
fn a_database_operation_counts_its_retries() {
    assert_sent(
        |bot, _| bot.database("insert").table("users").retries(2).took(TOOK).failed("Deadlock"),
        json!({"operation": "insert", "table": "users", "retry_count": "2", "success": "false", "error_type": "Deadlock"}),
        &[
            ("bot.database.operation.duration", "distribution", 1_250.0),
            ("bot.database.operation.count", "counter", 1.0),
            ("bot.database.retries", "counter", 2.0),
            ("bot.database.failures", "counter", 1.0),
        ],
    );
}

#[test]
fn a_call_fails_from_400_on_and_a_429_is_a_rate_limit() {
    let tags = |status: &str, success: &str| json!({"service": "example_api", "endpoint": "/data", "method": "GET", "status_code": status, "success": success});
    assert_sent(
        |bot, _| bot.api("example_api", "GET", "/data").took(TOOK).answered(200),
        tags("200", "true"),
        &[("bot.api.call.duration", "distribution", 1_250.0), ("bot.api.call.count", "counter", 1.0)],
    );
    assert_sent(
        |bot, _| bot.api("example_api", "GET", "/data").took(TOOK).answered(429),
        tags("429", "false"),
        &[
            ("bot.api.call.duration", "distribution", 1_250.0),
            ("bot.api.call.count", "counter", 1.0),
            ("bot.api.rate_limits", "counter", 1.0),
            ("bot.api.failures", "counter", 1.0),
        ],
    );
}

#[test]
fn a_component_has_the_word_that_its_program_uses() {
    assert_sent(
        |bot, _| bot.component("tldr", "load").took(TOOK).failed("ImportError"),
        json!({"cog_name": "tldr", "operation": "load", "success": "false", "error_type": "ImportError"}),
        &[
            ("bot.cog.operation.count", "counter", 1.0),
            ("bot.cog.operation.duration", "distribution", 1_250.0),
            ("bot.cog.failures", "counter", 1.0),
        ],
    );
    assert_sent(
        |_, tl| tl.instrument("app").component_word("plugin").component("tldr", "reload").took(TOOK).succeeded(),
        json!({"plugin_name": "tldr", "operation": "reload", "success": "true"}),
        &[("app.plugin.operation.count", "counter", 1.0), ("app.plugin.operation.duration", "distribution", 1_250.0)],
    );
}

#[test]
fn a_cache_hits_or_misses_and_has_a_size() {
    let tags = |operation: &str| json!({"cache_name": "tldr", "operation": operation});
    assert_sent(
        |bot, _| bot.cache("tldr", "get").took(TOOK).hit(),
        tags("get"),
        &[("bot.cache.operation.duration", "distribution", 1_250.0), ("bot.cache.hits", "counter", 1.0)],
    );
    assert_sent(
        |bot, _| bot.cache("tldr", "get").took(TOOK).miss(),
        tags("get"),
        &[("bot.cache.operation.duration", "distribution", 1_250.0), ("bot.cache.misses", "counter", 1.0)],
    );
    assert_sent(|bot, _| bot.cache("tldr", "set").size(17), tags("set"), &[("bot.cache.size", "gauge", 17.0)]);
}

#[test]
fn a_task_is_seen_to_its_end_however_it_ends() {
    let of = |occur: fn(&Instrument)| {
        let sent = sent(|bot, _| occur(bot));
        (sent["bot.task.executions"].2["error_type"].as_str().map(str::to_owned), sent.contains_key("bot.task.failures"))
    };
    assert_eq!(of(|bot| bot.task("cleanup").kind("scheduled").run(|| Ok::<_, std::io::Error>(())).unwrap()), (None, false));
    assert_eq!(of(|bot| assert!(bot.task("cleanup").run(|| "x".parse::<u32>()).is_err())), (Some("ParseIntError".to_owned()), true));
    assert_eq!(
        of(|bot| {
            let task = bot.task("cleanup");
            let work = std::panic::AssertUnwindSafe(|| task.run(|| -> Result<(), ()> { std::panic::resume_unwind(Box::new(())) }));
            assert!(std::panic::catch_unwind(work).is_err());
        }),
        (Some("panic".to_owned()), true)
    );
    assert_eq!(
        of(|bot| {
            let mut work = pin!(bot.task("cleanup").watch(std::future::pending::<Result<(), ()>>()));
            assert_eq!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        }),
        (Some("cancelled".to_owned()), true)
    );
}
