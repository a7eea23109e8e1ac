//! The leaf: one test of one value. Every engine asks [`Test::matches`], so that a filter means the same everywhere.

use serde::{Deserialize, Serialize};

use super::literal::{Literal, Number, Piece};

/// What an event has under a field. A list or an object is the text of its JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Value<'a> {
    Text(&'a str),
    Number(f64),
    Bool(bool),
    /// The event does not have the field, or it is null.
    Absent,
}

/// What is asked of a value. In JSON `op` and `value`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "op", content = "value", rename_all = "snake_case")]
pub enum Test {
    /// Equal, with the same capitals. A number or a bool is equal to the text that spells it.
    Is(#[cfg_attr(feature = "openapi", schema(inline))] Literal),
    /// The opposite of [`Test::Is`]: also matches what is absent.
    IsNot(#[cfg_attr(feature = "openapi", schema(inline))] Literal),
    /// Equal to one of these.
    In(#[cfg_attr(feature = "openapi", schema(inline))] Vec<Literal>),
    /// The opposite of [`Test::In`]: also matches what is absent.
    NotIn(#[cfg_attr(feature = "openapi", schema(inline))] Vec<Literal>),
    /// A number above this one. No text is above or below a number, not even "12".
    Above(#[cfg_attr(feature = "openapi", schema(inline))] Number),
    /// A number that is this one or above.
    AtLeast(#[cfg_attr(feature = "openapi", schema(inline))] Number),
    /// A number below this one.
    Below(#[cfg_attr(feature = "openapi", schema(inline))] Number),
    /// A number that is this one or below.
    AtMost(#[cfg_attr(feature = "openapi", schema(inline))] Number),
    /// A text with this piece in it, whatever the capitals. Numbers and bools contain nothing.
    Contains(#[cfg_attr(feature = "openapi", schema(inline))] Piece),
    /// The opposite of [`Test::Contains`]: also matches numbers, bools and what is absent.
    NotContains(#[cfg_attr(feature = "openapi", schema(inline))] Piece),
    /// A text that starts with this piece, whatever the capitals.
    Starts(#[cfg_attr(feature = "openapi", schema(inline))] Piece),
    /// The opposite of [`Test::Starts`]: also matches numbers, bools and what is absent.
    NotStarts(#[cfg_attr(feature = "openapi", schema(inline))] Piece),
    /// Any value, also an empty text.
    Exists,
    /// No value.
    Absent,
}

impl Test {
    /// Equal to the text, number or bool that `value` spells.
    pub fn is(value: impl Into<String>) -> Self {
        Self::Is(Literal::new(value))
    }

    /// Equal to one of these.
    pub fn is_in<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::In(values.into_iter().map(Literal::new).collect())
    }

    /// Whether `value` passes. The definition of every operator.
    pub fn matches(&self, value: Value<'_>) -> bool {
        match self {
            Self::Is(literal) => equal(literal, value),
            Self::IsNot(literal) => !equal(literal, value),
            Self::In(literals) => literals.iter().any(|literal| equal(literal, value)),
            Self::NotIn(literals) => !literals.iter().any(|literal| equal(literal, value)),
            Self::Above(than) => number(value).is_some_and(|is| is > than.get()),
            Self::AtLeast(than) => number(value).is_some_and(|is| is >= than.get()),
            Self::Below(than) => number(value).is_some_and(|is| is < than.get()),
            Self::AtMost(than) => number(value).is_some_and(|is| is <= than.get()),
            Self::Contains(piece) => text(value).is_some_and(|is| piece.is_in(is)),
            Self::NotContains(piece) => !text(value).is_some_and(|is| piece.is_in(is)),
            Self::Starts(piece) => text(value).is_some_and(|is| piece.starts(is)),
            Self::NotStarts(piece) => !text(value).is_some_and(|is| piece.starts(is)),
            Self::Exists => value != Value::Absent,
            Self::Absent => value == Value::Absent,
        }
    }

    /// The test that passes exactly where this one does not. Comparisons have none: what is not above may be no number.
    pub fn opposite(&self) -> Option<Self> {
        Some(match self.clone() {
            Self::Is(literal) => Self::IsNot(literal),
            Self::IsNot(literal) => Self::Is(literal),
            Self::In(literals) => Self::NotIn(literals),
            Self::NotIn(literals) => Self::In(literals),
            Self::Contains(piece) => Self::NotContains(piece),
            Self::NotContains(piece) => Self::Contains(piece),
            Self::Starts(piece) => Self::NotStarts(piece),
            Self::NotStarts(piece) => Self::Starts(piece),
            Self::Exists => Self::Absent,
            Self::Absent => Self::Exists,
            Self::Above(_) | Self::AtLeast(_) | Self::Below(_) | Self::AtMost(_) => return None,
        })
    }

    /// The word in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::IsNot(_) => "is_not",
            Self::In(_) => "in",
            Self::NotIn(_) => "not_in",
            Self::Above(_) => "above",
            Self::AtLeast(_) => "at_least",
            Self::Below(_) => "below",
            Self::AtMost(_) => "at_most",
            Self::Contains(_) => "contains",
            Self::NotContains(_) => "not_contains",
            Self::Starts(_) => "starts",
            Self::NotStarts(_) => "not_starts",
            Self::Exists => "exists",
            Self::Absent => "absent",
        }
    }

    /// Whether only numbers can pass.
    pub const fn compares(&self) -> bool {
        matches!(self, Self::Above(_) | Self::AtLeast(_) | Self::Below(_) | Self::AtMost(_))
    }

    /// The same test in its one spelling: a value stands once in a list, and a list of one is an equality.
    pub(super) fn tidy(self) -> Self {
        match self {
            Self::In(list) => one_of(list, Self::Is, Self::In),
            Self::NotIn(list) => one_of(list, Self::IsNot, Self::NotIn),
            other => other,
        }
    }
}

fn one_of(list: Vec<Literal>, one: fn(Literal) -> Test, many: fn(Vec<Literal>) -> Test) -> Test {
    let mut kept: Vec<Literal> = Vec::with_capacity(list.len());
    for literal in list {
        if !kept.contains(&literal) {
            kept.push(literal);
        }
    }
    if kept.len() == 1 { one(kept.remove(0)) } else { many(kept) }
}

fn equal(literal: &Literal, value: Value<'_>) -> bool {
    match value {
        Value::Text(is) => literal.text() == is,
        Value::Number(is) => literal.number().is_some_and(|number| number.get() == is),
        Value::Bool(is) => literal.bool() == Some(is),
        Value::Absent => false,
    }
}

const fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Number(is) => Some(is),
        _ => None,
    }
}

const fn text(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(is) => Some(is),
        _ => None,
    }
}
