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
    sent_below("bot", occur)
}

fn sent_below(prefix: &'static str, occur: impl FnOnce(&Instrument, &Client)) -> BTreeMap<String, (String, Value, Value)> {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    occur(&tl.instrument(prefix), &tl);
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
        |bot, _| bot.database("query").table("users").took(TOOK).succeeded(),
        json!({"operation": "query", "table": "users", "retry_count": "0", "success": "true"}),
        &[("bot.database.operation.duration", "distribution", 1_250.0), ("bot.database.operation.count", "counter", 1.0)],
    );
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
    assert_sent(
        |bot, _| bot.cache("tldr", "set").took(TOOK).done(17),
        tags("set"),
        &[("bot.cache.operation.duration", "distribution", 1_250.0), ("bot.cache.size", "gauge", 17.0)],
    );
    assert_sent(|bot, _| bot.cache("tldr", "set").size(17), tags("set"), &[("bot.cache.size", "gauge", 17.0)]);
}

#[test]
fn a_task_has_its_name_type_time_and_failure() {
    assert_sent(
        |bot, _| bot.task("daily_cleanup").kind("scheduled").took(TOOK).succeeded(),
        json!({"task_name": "daily_cleanup", "task_type": "scheduled", "success": "true"}),
        &[("bot.task.execution_time", "distribution", 1_250.0), ("bot.task.executions", "counter", 1.0)],
    );
    assert_sent(
        |bot, _| bot.task("daily_cleanup").kind("scheduled").took(TOOK).failed("Timeout"),
        json!({"task_name": "daily_cleanup", "task_type": "scheduled", "success": "false", "error_type": "Timeout"}),
        &[
            ("bot.task.execution_time", "distribution", 1_250.0),
            ("bot.task.executions", "counter", 1.0),
            ("bot.task.failures", "counter", 1.0),
        ],
    );
}

#[test]
fn without_a_prefix_the_names_are_those_of_the_families_alone() {
    let sent = sent_below("", |program, _| {
        program.command("ping").failed("Timeout");
        program.database("insert").retries(1).failed("Deadlock");
        program.api("example_api", "GET", "/data").answered(429);
        program.component("tldr", "load").failed("ImportError");
        program.cache("tldr", "get").hit();
        program.cache("tldr", "get").miss();
        program.cache("tldr", "set").done(17);
        program.task("cleanup").failed("Timeout");
    });
    let mut names: Vec<&str> = NAMES.to_vec();
    names.sort_unstable();
    assert_eq!(sent.keys().collect::<Vec<_>>(), names);
}

/// Every name that the families have.
const NAMES: [&str; 21] = [
    "command.execution_time",
    "command.usage",
    "command.failures",
    "database.operation.duration",
    "database.operation.count",
    "database.retries",
    "database.failures",
    "api.call.duration",
    "api.call.count",
    "api.rate_limits",
    "api.failures",
    "cog.operation.duration",
    "cog.operation.count",
    "cog.failures",
    "cache.operation.duration",
    "cache.hits",
    "cache.misses",
    "cache.size",
    "task.execution_time",
    "task.executions",
    "task.failures",
];

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
