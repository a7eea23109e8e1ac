//! What is looked for in log records.

use proptest::prelude::*;
use protocol::filter::{Fault, Filter};
use protocol::level::Level;
use protocol::logs::{StoredLog, levels};
use serde_json::json;

const PAGE: &str = include_str!("../../../../docs/logs.md");

fn read(text: &str) -> Filter {
    Filter::search(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn record() -> StoredLog {
    let attributes =
        json!({"ms": 4200, "gateway": "x", "level": 3, "url.path": "/a b", "path": "/cart", "ok": false, "list": [1], "none": null});
    StoredLog {
        id: String::new(),
        ts: chrono::DateTime::UNIX_EPOCH,
        level: Level::Warning,
        body: "The gateway answers slowly: connection is closed, file not found".to_owned(),
        attributes: attributes.as_object().expect("an object").clone(),
        service: Some("api".to_owned()),
        trace_id: Some(protocol::trace::TraceId([7; 16])),
        span_id: None,
        user_id: Some("ann".to_owned()),
        session_id: None,
        release: Some("web@1".to_owned()),
        environment: "prod".to_owned(),
        weight: 1.0,
    }
}

#[test]
fn words_phrases_levels_and_terms_find_what_they_say() {
    let trace = "07".repeat(16);
    let found = [
        "",
        "GATEWAY slowly",
        "\"answers slowly\"",
        "gateway -down",
        "connection is closed",
        "file not found",
        "-down",
        "not level:error",
        "gateway not (down or up)",
        "nowhere or gateway",
        "level:warn",
        "level>=WARNING",
        "level>info level<error",
        "level!=error",
        "level in (warn, fatal)",
        "service:api env:prod release starts web user:ann session absent",
        "ms>4000 gateway:x ok:false list contains 1 none absent",
        "attributes.level:3",
        "url.path:\"/a b\"",
        "path:/cart",
        &format!("trace:{trace}"),
        "body starts \"the gateway\"",
        "progress or (slowly gateway:*)",
        "answers(slowly)",
    ];
    for text in found {
        assert!(record().matches(&read(text)), "{text}: {}", read(text));
    }
    let missed = ["gateway down", "\"slowly answers\"", "-gateway", "level>warning", "ms:4201", "service:web", "trace:abc", "not down"];
    for text in missed {
        assert!(!record().matches(&read(text)), "{text}: {}", read(text));
    }
}

#[test]
fn what_is_read_has_one_spelling() {
    for (text, spelling) in [
        ("timeout \"no answer\"", "body contains timeout body contains \"no answer\""),
        ("-health", "body not contains health"),
        ("level>=warn", "level in (warning, error, fatal)"),
        ("level>error", "level:fatal"),
        ("level:WARN", "level:warning"),
        ("page", "body contains page"),
        ("file not found", "body contains file body contains \"not\" body contains found"),
        ("trace:4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "trace:4bf92f3577b34da6a3ce929d0e0e4736"),
    ] {
        assert_eq!(read(text).to_string(), spelling);
    }
}

#[test]
fn what_cannot_be_looked_for_is_refused_with_its_place() {
    for (text, kind, at) in [
        ("level>loud", Fault::LevelNeeded, 6),
        ("level>fatal", Fault::LevelNeeded, 6),
        ("a level:loud", Fault::LevelNeeded, 7),
        ("slow \"\"", Fault::KeyMissing, 5),
        ("a, b", Fault::Unexpected, 1),
        ("\"open", Fault::QuoteOpen, 0),
        ("(a b", Fault::ParenthesisOpen, 0),
        ("a or", Fault::TermMissing, 4),
        (":x", Fault::KeyMissing, 0),
    ] {
        let error = Filter::search(text).expect_err(text);
        assert_eq!((error.kind, error.at), (kind, at), "{text}: {error}");
    }
    let phrase = format!("\"{}\"", "long ".repeat(80));
    assert_eq!(read(&phrase).terms().len(), 1, "a phrase may be longer than a key");
}

#[test]
fn the_levels_that_can_match_are_known_before_anything_is_read() {
    let of = |text: &str| levels(&read(text)).into_iter().map(Level::word).collect::<Vec<_>>().join(" ");
    assert_eq!(of("level>=error slow"), "error fatal");
    assert_eq!(of("level>debug -level:fatal"), "info warning error");
    assert_eq!(of("level:error or slow"), "trace debug info warning error fatal", "an alternative rules nothing out");
}

#[test]
fn every_example_of_the_page_is_a_search() {
    let lines: Vec<&str> = PAGE.split("\n```\n").nth(1).expect("the examples").lines().collect();
    assert!(lines.len() > 5);
    for line in lines {
        assert!(!read(line).is_all(), "{line}");
    }
}

proptest! {
    #[test]
    fn the_text_of_a_search_is_read_as_the_same_search(words in prop::collection::vec(
        prop::sample::select(vec![
            "not", "or", "and", "in", "is", "contains", "exists", "level", "error", "level:warn", "level>info", "-", "(", ")", "\"a b\"", "x", "ms>5",
            "service:api", "k:*", "starts", "'", "route", "props.os", "attributes.body:1", "trace:0707", "!",
        ]), 0..8)
    ) {
        let text = words.join(" ");
        if let Ok(search) = Filter::search(&text) {
            prop_assert_eq!(Filter::search(&search.to_string()), Ok(search.clone()), "{} {}", text, search);
        }
    }
}
