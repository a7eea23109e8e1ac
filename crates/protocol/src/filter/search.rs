//! What a filter over log records knows beside fields: words of the body, and levels, which have an order.
//!
//! The tree is the same as that of every filter. A log record's own columns that no event has are keys by these names;
//! an attribute of such a name has [`ATTRIBUTE`] before it.

use super::{Field, Literal, Piece, Term, Test};
use crate::level::Level;
use crate::trace::TraceId;

/// The key of what a record says.
pub const BODY: &str = "body";
/// The key of how bad it is.
pub const LEVEL: &str = "level";
/// The key of the program that wrote it.
pub const SERVICE: &str = "service";
/// Before the key of an attribute that has the name of a column.
pub const ATTRIBUTE: &str = "attributes.";

pub(super) fn level() -> Field {
    Field::Prop(LEVEL.to_owned())
}

/// A word alone: a piece of the body. `None` for an empty one.
pub(super) fn piece(text: String) -> Option<Term> {
    (!text.is_empty()).then(|| Term { field: Field::Prop(BODY.to_owned()), test: Test::Contains(Piece::new(text)) })
}

/// The levels that stand so to one of them; `None` where there are none.
pub(super) fn levels(sign: &str, than: &str) -> Option<Test> {
    let than = Level::named(than)?;
    let fits = |level: &Level| match sign {
        ">=" => *level >= than,
        "<=" => *level <= than,
        ">" => *level > than,
        _ => *level < than,
    };
    let fitting: Vec<&str> = Level::ALL.into_iter().filter(fits).map(Level::word).collect();
    (!fitting.is_empty()).then(|| Test::is_in(fitting))
}

/// The same test with traces as they are stored: a UUID's dashes are dropped.
pub(super) fn with_traces(test: Test) -> Test {
    let own = |literal: Literal| TraceId::parse(literal.text()).map_or(literal, |trace| Literal::new(trace.to_string()));
    match test {
        Test::Is(literal) => Test::Is(own(literal)),
        Test::IsNot(literal) => Test::IsNot(own(literal)),
        Test::In(list) => Test::In(list.into_iter().map(own).collect()),
        Test::NotIn(list) => Test::NotIn(list.into_iter().map(own).collect()),
        other => other,
    }
}

/// The same test with the levels' own words; `None` where a word is no level.
pub(super) fn with_levels(test: Test) -> Option<Test> {
    let own = |literal: Literal| Some(Literal::new(Level::named(literal.text())?.word()));
    let each = |list: Vec<Literal>| list.into_iter().map(own).collect::<Option<Vec<_>>>();
    Some(match test {
        Test::Is(literal) => Test::Is(own(literal)?),
        Test::IsNot(literal) => Test::IsNot(own(literal)?),
        Test::In(list) => Test::In(each(list)?),
        Test::NotIn(list) => Test::NotIn(each(list)?),
        other => other,
    })
}
