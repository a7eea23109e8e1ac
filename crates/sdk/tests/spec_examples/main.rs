//! The product's own examples, document by document, as a Rust program writes them: what they say arrives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod event_tracking;
mod instrumentation;
#[path = "../support/mod.rs"]
mod support;
mod track_and_record_metric;

use std::time::Duration;

use serde_json::Value;
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config};

/// Nothing is sent by itself.
fn config(server: &Server) -> Config {
    Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))
}

fn client(server: &Server) -> Client {
    throughline::init(config(server)).unwrap()
}

fn stored(server: &Server, tl: &Client, operation: &str) -> Vec<Value> {
    tl.flush(PATIENCE).unwrap();
    arrived(server, operation)
}

fn arrived(server: &Server, operation: &str) -> Vec<Value> {
    server.look(|seen| seen.stored.get(&format!("/v1/{operation}:batch")).cloned().unwrap_or_default())
}

/// Events: their names with their props.
fn events(server: &Server, tl: &Client) -> Vec<(String, Value)> {
    stored(server, tl, "track").iter().map(|event| (event["name"].as_str().unwrap().to_owned(), event["props"].clone())).collect()
}
