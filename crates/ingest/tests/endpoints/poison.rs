//! One item that nobody can or should store as it is, among hundreds that are well: it gets its verdict, and they are stored.

use protocol::outcome::Signal;
use protocol::verdict::ItemCode;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use storage::flags::TEXT_REPAIRED;

use crate::app::App;

const ITEMS: usize = 500;
/// Somewhere in the middle.
const POISONED: usize = 333;

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stored,
    Repaired,
    Refused(ItemCode),
}
use Verdict::{Refused, Repaired, Stored};

/// What is put into an item's free-form object, as JSON text or other bytes, and what becomes of it. Tags are text and no
/// tree: where they say otherwise, theirs is the second verdict.
fn poisons() -> Vec<(&'static str, Vec<u8>, Verdict, Verdict)> {
    let deep = |open: &str, close: &str| format!("\"x\":{}1{}", open.repeat(10_000), close.repeat(10_000));
    let both = |name, json: &str, verdict| (name, json.as_bytes().to_vec(), verdict, verdict);
    let long = |bytes: usize| format!("\"x\":\"{}\"", "x".repeat(bytes));
    let keys = |n: usize| (0..n).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
    vec![
        both("nothing odd", r#""x":1"#, Stored),
        both("one NUL", r#""x":"a\u0000b""#, Repaired),
        both("NUL in a key", r#""a\u0000":"b""#, Repaired),
        both("a lone surrogate", r#""x":"\ud83d""#, Repaired),
        both("surrogates in the wrong order", r#""x":"\ude00\ud83d""#, Repaired),
        both("a pair of surrogates", r#""x":"\ud83d\ude00""#, Stored),
        both("text about NUL", r#""x":"\\u0000""#, Stored),
        both("a number beyond f64", r#""x":1e400"#, Refused(ItemCode::NumberOutOfRange)),
        both("1e30", r#""x":1e30"#, Stored),
        both("two to the power of 70", r#""x":1180591620717411303424"#, Stored),
        ("10,000 objects deep", deep("{\"a\":", "}").into_bytes(), Refused(ItemCode::TooDeep), Refused(ItemCode::TooDeep)),
        ("10,000 lists deep", deep("[", "]").into_bytes(), Refused(ItemCode::TooDeep), Refused(ItemCode::TooDeep)),
        (
            "17 levels",
            format!("\"x\":{}1{}", "[".repeat(15), "]".repeat(15)).into_bytes(),
            Refused(ItemCode::TooDeep),
            Refused(ItemCode::Malformed),
        ),
        both("900 KB of text", &long(900_000), Refused(ItemCode::ItemTooLarge)),
        both("9 KB of text", &long(9_000), Refused(ItemCode::TextTooLong)),
        both("a key of 201 bytes", &format!("\"{}\":1", "k".repeat(201)), Refused(ItemCode::KeyTooLong)),
        ("257 keys", keys(257).into_bytes(), Refused(ItemCode::TooManyKeys), Refused(ItemCode::TooManyTags)),
        both("a key twice", r#""x":1,"x":2"#, Repaired),
        both("a key twice, once in escapes", r#""x":1,"\u0078":2"#, Repaired),
        ("a key twice further inside", br#""x":[{"y":1,"y":2}]"#.to_vec(), Repaired, Refused(ItemCode::Malformed)),
        both("an empty key", r#""":1"#, Stored),
        ("invalid UTF-8", b"\"x\":\"\xff\"".to_vec(), Repaired, Repaired),
        ("half a character", b"\"x\":\"caf\xc3\"".to_vec(), Repaired, Repaired),
        ("UTF-8 for a surrogate", b"\"x\":\"\xed\xa0\x80\"".to_vec(), Repaired, Repaired),
        ("a replacement character of the sender's own", "\"x\":\"\u{fffd}\"".into(), Stored, Stored),
    ]
}

/// A sound item of a signal with something in its free-form object.
fn item(signal: Signal, inside: &[u8]) -> Vec<u8> {
    let (before, object) = match signal {
        Signal::Event => (r#""name":"cart.add","user_id":"u1""#, "props"),
        Signal::Metric => (r#""name":"queue.depth","value":7"#, "tags"),
        Signal::Span => {
            (r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","name":"GET /","duration_ms":7"#, "attributes")
        }
        Signal::Error => (r#""type":"Timeout""#, "context"),
        Signal::Log => (r#""body":"slow""#, "attributes"),
        Signal::Identity => (r#""user_id":"u1""#, "traits"),
    };
    [format!("{{{before},\"{object}\":{{").as_bytes(), inside, b"}}"].concat()
}

fn table(signal: Signal) -> &'static str {
    match signal {
        Signal::Event => "event",
        Signal::Metric => "metric_point",
        Signal::Span => "span",
        Signal::Error => "error_report",
        Signal::Log => "log",
        Signal::Identity => "identity",
    }
}

/// The batch, with the poisoned item in its place.
fn body(signal: Signal, poisoned: &[u8]) -> Vec<u8> {
    let sound = item(signal, br#""a":"b""#);
    let items: Vec<&[u8]> = (0..ITEMS).map(|n| if n == POISONED { poisoned } else { sound.as_slice() }).collect();
    [format!("{{\"{}\":[", signal.list()).as_bytes(), &items.join(&b","[..]), b"]}"].concat()
}

/// Posts and says what became of the poisoned item, once it is certain that the others are stored as they are.
async fn verdict(app: &App, signal: Signal, poisoned: &[u8]) -> Verdict {
    let (status, answer) = app.post(&format!("/v1/{}", signal.operation()), body(signal, poisoned)).await;
    assert_eq!(status, 202, "{answer}");
    let table = table(signal);
    let sql = format!(
        "with gone as (delete from {table} returning flags) select count(*), count(*) filter (where flags & {TEXT_REPAIRED} <> 0) from gone"
    );
    let (stored, repaired): (i64, i64) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("counts");
    let errors = answer["errors"].as_array().expect("errors");
    assert_eq!((stored as usize + errors.len(), &answer["accepted"]), (ITEMS, &Value::from(stored)), "{answer}");
    match errors.as_slice() {
        [] => {
            if repaired == 0 {
                Stored
            } else {
                assert_eq!(repaired, 1);
                Repaired
            }
        }
        [error] => {
            assert_eq!((&error["index"], repaired), (&Value::from(POISONED), 0));
            Refused(serde_json::from_value(error["code"].clone()).expect("a code"))
        }
        _ => panic!("{answer}"),
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_poisoned_item_gets_its_verdict_and_its_neighbours_are_stored(pool: PgPool) {
    let app = App::start(pool).await;
    for signal in Signal::ALL {
        for (name, inside, as_tree, as_tags) in poisons() {
            let want = if signal == Signal::Metric { as_tags } else { as_tree };
            assert_eq!(verdict(&app, signal, &item(signal, &inside)).await, want, "{name} in a {}", signal.word());
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_field_that_stands_there_twice_costs_nobody_anything(pool: PgPool) {
    let app = App::start(pool).await;
    for (signal, poisoned) in [
        (Signal::Event, r#"{"name":"a","name":"b"}"#),
        (Signal::Event, r#"{"event":"a","name":"b","userId":"1","user_id":"2"}"#),
        (Signal::Event, r#"{"name":"a","context":{"os":"a","os":"b","userId":"1","user_id":"2"}}"#),
        (Signal::Metric, r#"{"name":"a","value":1,"value":2}"#),
        (
            Signal::Span,
            r#"{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","spanId":"00f067aa0ba902b8","name":"GET /","duration_ms":7}"#,
        ),
        (Signal::Error, r#"{"type":"E","stacktrace":[{"function":"f"},{"function":"f","function":"g","file":"a","filename":"b"}]}"#),
        (Signal::Error, r#"{"type":"E","cause":[{"type":"C","stacktrace":[{"line":1,"lineno":2}]}]}"#),
        (Signal::Error, r#"{"type":"E","breadcrumbs":[{"message":"a","message":"b"}]}"#),
        (Signal::Log, r#"{"body":"a","message":"b","msg":"c"}"#),
        (Signal::Identity, r#"{"user_id":"u1","userId":"u2","anonymous_id":"a","previousId":"b"}"#),
    ] {
        assert_eq!(verdict(&app, signal, poisoned.as_bytes()).await, Repaired, "{poisoned}");
    }
}

/// What fuzzing found interesting is taken or refused, and the database always knows what to do with it.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_database_takes_whatever_the_decoders_let_through(pool: PgPool) {
    let app = App::start(pool).await;
    let corpus = |target: &str| std::fs::read_dir(format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"))).expect("a corpus");
    let mut requests = Vec::new();
    for entry in corpus("item") {
        let path = entry.expect("an entry").path();
        let json = std::fs::read(&path).expect("bytes");
        requests.extend(Signal::ALL.map(|signal| {
            (path.clone(), format!("/v1/{}", signal.operation()), [format!("{{\"{}\":[", signal.list()).as_bytes(), &json, b"]}"].concat())
        }));
    }
    for entry in corpus("envelope") {
        let path = entry.expect("an entry").path();
        let body = std::fs::read(&path).expect("bytes");
        requests.extend(Signal::ALL.map(|signal| (path.clone(), format!("/v1/{}", signal.operation()), body.clone())));
    }
    for (path, operation, body) in requests {
        let (status, answer) = app.post(&operation, body).await;
        assert!([202, 400, 413, 422].contains(&status), "{operation} {}: {answer}", path.display());
        let codes: Vec<&Value> = answer["errors"].as_array().into_iter().flatten().map(|error| &error["code"]).collect();
        assert!(!codes.contains(&&Value::from(ItemCode::NotStorable.word())), "{operation} {}: {answer}", path.display());
    }
}
