//! What matches what.

use protocol::filter::{Field, Filter, Value};

const VALUES: [(&str, Value<'_>); 8] = [
    ("text 10", Value::Text("10")),
    ("number 10", Value::Number(10.0)),
    ("text true", Value::Text("true")),
    ("bool true", Value::Bool(true)),
    ("text Checkout", Value::Text("Checkout")),
    ("empty", Value::Text("")),
    ("number 2.5", Value::Number(2.5)),
    ("absent", Value::Absent),
];

/// Which of the values pass as the prop `x`.
fn pass(filter: &str) -> Vec<&'static str> {
    let filter = Filter::parse(filter).expect("a filter");
    VALUES.iter().filter(|(_, value)| filter.matches(&|_| *value)).map(|(name, _)| *name).collect()
}

#[test]
fn equality_is_of_text_and_of_what_it_spells() {
    assert_eq!(pass("x:10"), ["text 10", "number 10"]);
    assert_eq!(pass("x:10.0"), ["number 10"]);
    assert_eq!(pass("x:true"), ["text true", "bool true"]);
    assert_eq!(pass("x:True"), [""; 0]);
    assert_eq!(pass("x:Checkout"), ["text Checkout"]);
    assert_eq!(pass("x:checkout"), [""; 0]);
    assert_eq!(pass("x:\"\""), ["empty"]);
    assert_eq!(pass("x in (2.5, true)"), ["text true", "bool true", "number 2.5"]);
}

#[test]
fn what_is_not_equal_may_be_absent() {
    assert_eq!(pass("x!=10"), ["text true", "bool true", "text Checkout", "empty", "number 2.5", "absent"]);
    assert_eq!(pass("x not in (10, true)"), ["text Checkout", "empty", "number 2.5", "absent"]);
}

#[test]
fn only_numbers_are_compared() {
    assert_eq!(pass("x>2.5"), ["number 10"]);
    assert_eq!(pass("x>=2.5"), ["number 10", "number 2.5"]);
    assert_eq!(pass("x<10"), ["number 2.5"]);
    assert_eq!(pass("x<=10"), ["number 10", "number 2.5"]);
    assert_eq!(pass("not x<10").len(), VALUES.len() - 1);
}

#[test]
fn pieces_are_found_in_text_whatever_the_capitals() {
    assert_eq!(pass("x contains CHECK"), ["text Checkout"]);
    assert_eq!(pass("x starts check"), ["text Checkout"]);
    assert_eq!(pass("x starts out"), [""; 0]);
    assert_eq!(pass("x contains 1"), ["text 10"]);
    assert_eq!(pass("x not contains 1").len(), VALUES.len() - 1);
    assert_eq!(pass("x not starts check").len(), VALUES.len() - 1);
    let matches = |filter: &str, text| Filter::parse(filter).expect("a filter").matches(&|_| Value::Text(text));
    assert!(matches("x contains GRÖSSE", "Schuhgrösse"));
    assert!(matches("x contains οδοσ", "ΟΔΟΣΑ"));
}

#[test]
fn an_empty_text_is_a_value() {
    assert_eq!(pass("x exists").len(), VALUES.len() - 1);
    assert_eq!(pass("x absent"), ["absent"]);
}

#[test]
fn groups_ask_for_the_fields_they_name() {
    let event = |field: &Field| match field {
        Field::Country => Value::Text("DE"),
        Field::Os => Value::Text("iOS"),
        Field::Prop(key) if key == "os" => Value::Text("custom"),
        Field::Prop(key) if key == "price" => Value::Number(12.0),
        _ => Value::Absent,
    };
    for (filter, is) in [
        ("", true),
        ("not ()", false),
        ("country:DE os:iOS", true),
        ("country:FR os:iOS", false),
        ("country:FR or os:iOS", true),
        ("props.os:custom price > 10 and price <= 99.5", true),
        ("not (country:DE or country:FR)", false),
        ("country:DE or country:FR os:Android", true),
        ("(country:DE or country:FR) os:Android", false),
        ("route contains checkout", false),
        ("plan!=pro", true),
    ] {
        assert_eq!(Filter::parse(filter).expect("a filter").matches(&event), is, "{filter}");
    }
}
