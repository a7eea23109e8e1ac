//! What is refused: with a place, and with what to write instead.

use protocol::filter::{DEPTH_MAX, Fault, Filter, FilterError, LIST_MAX, TERMS_MAX, TEXT_BYTES_MAX};

fn refused(text: &str) -> FilterError {
    Filter::parse(text).expect_err(text)
}

#[test]
fn every_kind_of_error_has_its_place() {
    let long = format!("name:{}", "x".repeat(TEXT_BYTES_MAX));
    let deep = format!("{}a:1", "(".repeat(DEPTH_MAX + 1));
    let terms = "a:1 ".repeat(TERMS_MAX + 1);
    let list = format!("a in ({})", "1,".repeat(LIST_MAX + 1));
    let key = format!("{}:1", "k".repeat(201));
    let cases = [
        (long.as_str(), Fault::TooLong, TEXT_BYTES_MAX),
        (&deep, Fault::TooDeep, DEPTH_MAX),
        (&terms, Fault::TooManyTerms, 4 * TERMS_MAX),
        (&list, Fault::ListTooLong, 6 + 2 * LIST_MAX),
        ("a:1 and", Fault::TermMissing, 7),
        ("or a:1", Fault::TermMissing, 0),
        ("a:1 or or b:2", Fault::TermMissing, 7),
        ("not", Fault::TermMissing, 3),
        ("checkout", Fault::KeyAlone, 0),
        ("name:add to cart", Fault::KeyAlone, 9),
        ("größe:ü checkout", Fault::KeyAlone, 8),
        ("plan not 5", Fault::KeyAlone, 0),
        (":DE", Fault::KeyMissing, 0),
        ("\"\":1", Fault::KeyMissing, 0),
        (&key, Fault::KeyTooLong, 0),
        ("country:", Fault::ValueMissing, 8),
        ("country: and os:iOS", Fault::ValueMissing, 9),
        ("os in (iOS,)", Fault::ValueMissing, 11),
        ("price>cheap", Fault::NumberNeeded, 6),
        ("price>inf", Fault::NumberNeeded, 6),
        ("country > 5", Fault::TextCompared, 8),
        ("route contains ''", Fault::TextEmpty, 15),
        ("route:/docs/*", Fault::Wildcard, 6),
        ("name:\"open", Fault::QuoteOpen, 5),
        (r#"name:"\d""#, Fault::EscapeUnknown, 6),
        (r#"name:"\u{110000}""#, Fault::EscapeUnknown, 6),
        ("(a:1 b:2", Fault::ParenthesisOpen, 0),
        ("os in (iOS", Fault::ParenthesisOpen, 6),
        ("a:1)", Fault::ParenthesisExtra, 3),
        ("os:iOS,Android", Fault::ListNeeded, 6),
        ("os in iOS", Fault::ListNeeded, 6),
        ("os in (iOS Android)", Fault::ListNeeded, 11),
        ("os in ()", Fault::ListEmpty, 7),
        ("name:add(1)", Fault::Unexpected, 8),
        ("name:!add", Fault::Unexpected, 5),
    ];
    for (text, kind, at) in cases {
        let error = refused(text);
        assert_eq!((error.kind, error.at), (kind, at), "{text}: {error}");
    }
    for kind in Fault::ALL.into_iter().filter(|kind| *kind != Fault::LevelNeeded) {
        assert!(cases.iter().any(|(_, known, _)| *known == kind), "{kind:?} has no example");
    }
}

#[test]
fn an_error_says_where_and_what_to_write() {
    assert_eq!(
        refused("country:DE checkout").to_string(),
        "filter, character 12: expected `:` or another operator behind `checkout`; write `name:purchase` or `route contains checkout`; \
         a value with spaces stands in quotes: `plan:\"Pro plus\"`"
    );
    assert_eq!(
        serde_json::to_value(refused("price > cheap")).expect("json"),
        serde_json::json!({
            "kind": "number_needed",
            "at": 8,
            "expected": "a number",
            "hint": "compare with a plain number: `price > 10`, `price <= 99.5`",
        })
    );
}

#[test]
fn what_is_just_within_the_limits_is_read() {
    let deep = format!("{}a:1 or b:1{}", "not (".repeat(DEPTH_MAX / 2), ")".repeat(DEPTH_MAX / 2));
    let alternating = (0..DEPTH_MAX).fold("z:0".to_owned(), |inner, n| match n {
        0 => format!("a:1 {inner}"),
        n if n % 2 == 0 => format!("a:1 ({inner})"),
        _ => format!("a:1 or ({inner})"),
    });
    for text in [&deep, &alternating, &"a:1 ".repeat(TERMS_MAX), &format!("a in ({}1)", "1,".repeat(LIST_MAX - 1))] {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }
    assert_eq!(refused(&format!("a:1 and ({alternating})")).kind, Fault::TooDeep);
}
