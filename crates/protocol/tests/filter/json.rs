//! Filters as JSON.

use protocol::filter::Filter;
use serde_json::{Value, from_value, json, to_value};

fn read(value: Value) -> Result<Filter, String> {
    from_value(value).map_err(|error| error.to_string())
}

#[test]
fn a_filter_is_a_tree() {
    let filter = Filter::parse("name:purchase (country in (DE, FR) or price>10) not (props.os:x bot absent)").expect("a filter");
    let tree = json!({"and": [
        {"field": "name", "op": "is", "value": "purchase"},
        {"or": [{"field": "country", "op": "in", "value": ["DE", "FR"]}, {"field": "props.price", "op": "above", "value": 10.0}]},
        {"not": {"and": [{"field": "props.os", "op": "is", "value": "x"}, {"field": "bot", "op": "absent"}]}},
    ]});
    assert_eq!(to_value(&filter).expect("json"), tree);
    assert_eq!(read(tree), Ok(filter));
    assert_eq!(to_value(Filter::all()).expect("json"), json!({"and": []}));
}

#[test]
fn a_filter_is_also_its_text() {
    assert_eq!(read(json!("country:DE")), Ok(Filter::parse("country:DE").expect("a filter")));
    assert!(read(json!("country:")).expect_err("no value").contains("character 9: expected a value"));
}

#[test]
fn what_is_sent_loosely_is_tidied() {
    for (sent, is) in [
        (json!({"field": "page", "op": "is", "value": "/"}), "route:/"),
        (json!({"field": "qty", "op": "is", "value": 10}), "qty:10"),
        (json!({"field": "vip", "op": "in", "value": [true, 1.5]}), "vip in (true, 1.5)"),
        (json!({"and": [{"and": [{"field": "a", "op": "exists"}]}, {"not": {"field": "b", "op": "exists"}}]}), "a exists b absent"),
        (json!({"or": []}), "not ()"),
    ] {
        assert_eq!(read(sent.clone()).map(|filter| filter.to_string()).as_deref(), Ok(is), "{sent}");
    }
}

#[test]
fn a_tree_has_the_limits_of_a_text() {
    let deep = (0..17).fold(json!({"field": "a", "op": "above", "value": 1}), |inner, n| {
        let other = json!({"field": "b", "op": "exists"});
        if n % 2 == 0 { json!({"and": [inner, other]}) } else { json!({"or": [inner, other]}) }
    });
    let term = json!({"field": "a", "op": "exists"});
    for (sent, why) in [
        (deep, "at most 16 levels"),
        (json!({"or": vec![term.clone(); 65]}), "at most 64 terms"),
        (json!({"field": "a", "op": "in", "value": (0..101).collect::<Vec<_>>()}), "at most 100 values"),
        (json!({"field": "a", "op": "in", "value": []}), "at least one value"),
        (json!({"field": "a", "op": "contains", "value": ""}), "expected a text"),
        (json!({"field": "a", "op": "is", "value": "x".repeat(4096)}), "at most 4096 bytes"),
        (json!({"field": "", "op": "exists"}), "expected a key"),
        (json!({"field": "k".repeat(201), "op": "exists"}), "200 bytes"),
        (json!({"field": "country", "op": "above", "value": 5}), "only props hold numbers"),
        (json!({"field": "a", "op": "above", "value": "5"}), "the term of `props.a`"),
        (json!({"field": "a", "op": "like", "value": "5"}), "unknown variant `like`"),
        (json!({"field": "a", "op": "is", "value": ["b"]}), "a value is a text, a number or a bool"),
        (json!({"field": "a", "op": "is"}), "the term of `props.a`: missing field `value`"),
        (json!({"field": "a"}), "`field` and `op`"),
        (json!({"and": [term.clone()], "or": [term]}), "`and`, or `or`"),
        (json!({"xor": []}), "unknown field `xor`"),
        (json!(5), "a filter: text such as"),
    ] {
        let error = read(sent.clone()).expect_err(&sent.to_string());
        assert!(error.contains(why), "{sent}: {error}");
    }
}
