use proptest::prelude::*;

use super::*;
use crate::error_report::Cause;

fn report(json: &str) -> ErrorReport {
    serde_json::from_str(json).expect("a report")
}

fn exception(kind: &str, message: &str, calls: &[(&str, &str, u32, bool)]) -> ErrorReport {
    let frame = |(function, file, line, in_app): &(&str, &str, u32, bool)| Frame {
        function: Some((*function).to_owned()),
        file: Some((*file).to_owned()),
        line: Some(*line),
        in_app: *in_app,
        ..Frame::default()
    };
    ErrorReport {
        kind: (!kind.is_empty()).then(|| kind.to_owned()),
        stacktrace: calls.iter().map(frame).collect(),
        ..report(&serde_json::json!({ "message": message }).to_string())
    }
}

const CALLS: [(&str, &str, u32, bool); 3] =
    [("charge", "src/gateway.rs", 118, true), ("pay", "src/order.rs", 73, true), ("call", "axum/src/handler.rs", 210, false)];

#[test]
fn each_rule_says_what_counts() {
    let timeout = exception("PaymentGatewayTimeout", "no answer after 2 attempts", &CALLS);
    assert_eq!(fingerprint(&timeout), ["stack", "PaymentGatewayTimeout", "charge in src/gateway.rs", "pay in src/order.rs"]);
    assert_eq!(culprit(&timeout).as_deref(), Some("charge in src/gateway.rs"));
    let foreign = exception("E", "m", &[("call", "axum/src/handler.rs", 210, false)]);
    assert_eq!(fingerprint(&foreign), ["stack", "E", "call in axum/src/handler.rs"]);
    let bare = exception("E", "order 7 is gone", &[]);
    assert_eq!((fingerprint(&bare), culprit(&bare)), (vec!["message".to_owned(), "E".to_owned(), "order <num> is gone".to_owned()], None));
    let said = exception("", "cart 7 is slow", &CALLS[..1]);
    assert_eq!(fingerprint(&said), ["stack", "cart <num> is slow", "charge in src/gateway.rs"]);
    let caused = ErrorReport { cause: vec![Cause { kind: Some("Io".to_owned()), ..Cause::default() }], ..timeout.clone() };
    assert_eq!(fingerprint(&caused)[2], "caused by Io");
    let custom = |parts: &[&str]| ErrorReport { fingerprint: parts.iter().map(|part| (*part).to_owned()).collect(), ..bare.clone() };
    assert_eq!(fingerprint(&custom(&["payments"])), ["custom", "payments"]);
    assert_eq!(fingerprint(&custom(&["eu", "{{default}}"])), ["custom", "eu", "message", "E", "order <num> is gone"]);
    assert_eq!(fingerprint(&custom(&["{{ default }}"]))[1..], fingerprint(&bare));
}

#[test]
fn files_lose_hosts_queries_and_hashes_and_functions_what_the_linker_adds() {
    for (name, want) in [
        ("https://shop.test/assets/app-3f9ac2d1.js?v=7", "assets/app-*.js"),
        ("https://cdn.test/assets/index-BkXv3f9aQ.js", "assets/index-*.js"),
        ("webpack-internal:///./src/cart/price.ts", "./src/cart/price.ts"),
        ("C:\\shop\\src\\main.cs", "C:/shop/src/main.cs"),
        ("src/migrations/0002.sql", "src/migrations/0002.sql"),
        ("src/decade.rs", "src/decade.rs"),
        ("src/OAuth2Client.ts", "src/OAuth2Client.ts"),
        ("https://shop.test", ""),
    ] {
        assert_eq!(file(name), want);
    }
    let named = |name: &str| function(&Frame { function: Some(name.to_owned()), ..Frame::default() });
    assert_eq!(named("shop::pay::h0123456789abcdef").as_deref(), Some("shop::pay"));
    assert_eq!((named("<anonymous>"), named("0x7ffd1c")), (None, None));
}

proptest! {
    #[test]
    fn a_release_whose_lines_have_moved_reports_the_same_fault(lines in prop::array::uniform3(0u32..5_000), depth in 1usize..4) {
        let mut moved = CALLS;
        for (call, line) in moved.iter_mut().zip(lines) {
            call.2 = line;
        }
        let deeper: Vec<_> = std::iter::repeat_n(moved[0], depth).chain(moved[1..].iter().copied()).collect();
        let (one, other) = (exception("E", "order 7", &CALLS), exception("E", "order 8 of 9", &deeper));
        prop_assert_eq!(fingerprint(&one), fingerprint(&other));
    }

    #[test]
    fn messages_that_differ_in_ids_are_one_fault(a in any::<u32>(), b in any::<u32>(), ids in any::<[u128; 2]>()) {
        let say = |n: u32, id: u128| exception("E", &format!("order {n} of {} failed", uuid::Uuid::from_u128(id)), &[]);
        prop_assert_eq!(fingerprint(&say(a, ids[0])), fingerprint(&say(b, ids[1])));
    }

    #[test]
    fn other_types_and_other_words_are_other_faults(kind in "[A-Z][a-z]{1,8}", other in "[A-Z][a-z]{1,8}", at in 0usize..2) {
        prop_assume!(kind != other);
        let calls = &CALLS[..at];
        prop_assert_ne!(fingerprint(&exception(&kind, "m", calls)), fingerprint(&exception(&other, "m", calls)));
        prop_assert_ne!(fingerprint(&exception("", &kind, calls)), fingerprint(&exception("", &other, calls)));
    }

    #[test]
    fn whatever_is_sent_falls_under_one_rule(
        kind in prop::option::of(".{0,20}"), message in ".{0,120}", calls in prop::collection::vec((".{0,12}", ".{0,40}", any::<bool>()), 0..4),
    ) {
        let mut any = exception(kind.as_deref().unwrap_or_default(), &message, &[]);
        let frame = |(function, file, in_app): (String, String, bool)| Frame { function: Some(function), file: Some(file), in_app, ..Frame::default() };
        any.stacktrace = calls.into_iter().map(frame).collect();
        let parts = fingerprint(&any);
        prop_assert_eq!(parts[0] == "stack", culprit(&any).is_some());
        prop_assert!(parts[0] == "stack" || (parts[0] == "message" && parts.len() == 3));
    }
}
