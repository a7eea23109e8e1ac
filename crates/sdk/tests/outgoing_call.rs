//! The example for outgoing calls, as it stands: the other service gets the trace, ours gets the span and the metrics.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "its own main is not called")]
#[path = "../examples/outgoing_call.rs"]
mod example;
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config};

/// A service that answers one request with this status; the `traceparent` that it got.
fn service(status: u16) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let got = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head: Vec<String> = BufReader::new(&stream).lines().map(|line| line.unwrap()).take_while(|line| !line.is_empty()).collect();
        write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n").unwrap();
        head.iter().find_map(|line| line.strip_prefix("traceparent: ")).unwrap_or_default().to_owned()
    });
    (address, got)
}

fn client(server: &Server) -> Client {
    throughline::init(Config::new(&server.url, KEY).service("example")).unwrap()
}

fn stored(server: &Server, signal: &str) -> Vec<Value> {
    server.look(|seen| seen.stored.get(&format!("/v1/{signal}:batch")).cloned().unwrap_or_default())
}

#[test]
fn an_outgoing_call_carries_its_trace_and_leaves_a_span_and_its_duration() {
    let server = Server::new();
    let tl = client(&server);
    let (address, got) = service(503);
    assert_eq!(example::fetch(&tl, &address).unwrap(), 503);
    tl.flush(PATIENCE).unwrap();
    let spans = stored(&server, "spans");
    let (trace, span) = (spans[0]["trace_id"].as_str().unwrap(), spans[0]["span_id"].as_str().unwrap());
    assert_eq!(got.join().unwrap(), format!("00-{trace}-{span}-01"));
    assert_eq!((&spans[0]["op"], &spans[0]["status"]), (&json!("http.client"), &json!("error")));
    assert_eq!(spans[0]["attributes"]["http.response.status_code"], 503);
    let metrics = stored(&server, "metrics");
    let duration = metrics.iter().find(|point| point["unit"] == "ms").unwrap();
    assert!(duration["name"].as_str().unwrap().starts_with("example."), "{duration}");
    assert_eq!(duration["tags"]["method"], "GET");
}

#[test]
fn a_call_that_nobody_answers_is_a_failed_span_and_a_warning_of_its_trace() {
    let server = Server::new();
    let tl = client(&server);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    drop(silent);
    assert!(example::fetch(&tl, &address).is_err());
    tl.flush(PATIENCE).unwrap();
    let (spans, logs) = (stored(&server, "spans"), stored(&server, "logs"));
    assert_eq!(spans[0]["status"], "error");
    assert_eq!((&logs[0]["trace_id"], &logs[0]["span_id"]), (&spans[0]["trace_id"], &spans[0]["span_id"]));
}
