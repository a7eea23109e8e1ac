//! Random filters, events and texts.

use proptest::prelude::*;
use protocol::filter::{Field, Filter, Literal, Number, Piece, Test, Value};

/// Texts that meet every rule of quoting, and ordinary ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(
            &[
                "DE",
                "10",
                "10.0",
                "-0",
                "true",
                "and",
                "OR",
                "not",
                "with",
                "in",
                "*",
                "a*",
                "",
                " ",
                "a b",
                "a,b",
                "(x)",
                "\"q\"",
                "'q'",
                "\\",
                "!x",
                "=x",
                ">1",
                ":id",
                "/orders/:id",
                "\n\t\r",
                "\u{1}",
                "\u{a0}",
                "é",
                "ΟΔΟΣ",
                "İ"
            ][..]
        )
        .prop_map(str::to_owned),
        ".{0,6}",
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        prop::sample::select(Field::built_in().collect::<Vec<_>>()),
        prop::sample::select(&["plan", "price", "os", "OS", "utm.source", "not", "props.", "props.x", "a b", "-x", "'", "x:y", "*"][..])
            .prop_map(|key| Field::Prop(key.to_owned())),
        text().prop_filter_map("a key", |key| (!key.is_empty()).then_some(Field::Prop(key))),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-20..20_i32).prop_map(f64::from),
        prop::num::f64::NORMAL,
        prop::sample::select(&[0.0, 1e-7, 1e21, f64::MAX, f64::MIN_POSITIVE][..])
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let literal = || text().prop_map(Literal::new);
    let literals = || prop::collection::vec(literal(), 1..4);
    let piece = || text().prop_filter_map("a piece", |text| (!text.is_empty()).then(|| Piece::new(text)));
    prop_oneof![
        literal().prop_map(Test::Is),
        literal().prop_map(Test::IsNot),
        literals().prop_map(Test::In),
        literals().prop_map(Test::NotIn),
        piece().prop_map(Test::Contains),
        piece().prop_map(Test::NotContains),
        piece().prop_map(Test::Starts),
        piece().prop_map(Test::NotStarts),
        Just(Test::Exists),
        Just(Test::Absent),
    ]
}

fn comparison() -> impl Strategy<Value = Test> {
    (number(), 0..4).prop_map(|(than, which)| {
        let than = Number::new(than).expect("finite");
        [Test::Above, Test::AtLeast, Test::Below, Test::AtMost][which as usize](than)
    })
}

/// Any tree, tidy or not.
pub fn filter() -> impl Strategy<Value = Filter> {
    let term = prop_oneof![
        3 => (field(), test()).prop_map(|(field, test)| Filter::term(field, test)),
        1 => comparison().prop_map(|test| Filter::term(Field::Prop("price".to_owned()), test)),
        1 => prop::sample::select(&["a:1", "b:2", "()", "not ()"][..]).prop_map(|text| Filter::parse(text).expect("a filter")),
    ];
    term.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

/// A value that an event may have.
#[derive(Clone, Debug)]
pub enum Owned {
    Text(String),
    Number(f64),
    Bool(bool),
    Absent,
}

impl Owned {
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Number(number) => Value::Number(*number),
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Absent => Value::Absent,
        }
    }
}

pub fn value() -> impl Strategy<Value = Owned> {
    prop_oneof![text().prop_map(Owned::Text), number().prop_map(Owned::Number), any::<bool>().prop_map(Owned::Bool), Just(Owned::Absent)]
}

/// Pieces of the language in any order, and anything else.
pub fn written() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "a",
                "name",
                "props.",
                ":",
                "=",
                "!=",
                ">",
                "<=",
                "(",
                ")",
                ",",
                " ",
                " and ",
                " or ",
                "not ",
                " in ",
                " contains ",
                " starts with ",
                " exists",
                " is ",
                "\"",
                "'",
                "\\",
                "*",
                "-",
                "!",
                "5",
                "1e999",
                "\\u{",
                "é"
            ][..]
        )
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    prop_oneof![3 => prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()), 1 => "\\PC{0,40}"]
}
