//! From filter to its canonical text: what is read from it is the same filter again.

use std::fmt::{self, Display, Formatter};

use super::word::{write_prop, write_value};
use super::{Field, Filter, Literal, Number, Term, Test};

/// Terms side by side; parentheses around every group inside another, so that nobody needs to know what binds stronger.
impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(members) => joined(members, " ", f),
            Self::Or(members) => joined(members, " or ", f),
            Self::Not(inner) => {
                f.write_str("not ")?;
                member(inner, f)
            }
            Self::Term(term) => term.fmt(f),
        }
    }
}

fn joined(members: &[Filter], joint: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (i, one) in members.iter().enumerate() {
        if i > 0 {
            f.write_str(joint)?;
        }
        member(one, f)?;
    }
    Ok(())
}

fn member(filter: &Filter, f: &mut Formatter<'_>) -> fmt::Result {
    match filter {
        Filter::And(_) | Filter::Or(_) => write!(f, "({filter})"),
        Filter::Not(_) | Filter::Term(_) => filter.fmt(f),
    }
}

/// The term alone: a chip.
impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        field(&self.field, f)?;
        match &self.test {
            Test::Is(literal) => value(":", literal.text(), f),
            Test::IsNot(literal) => value("!=", literal.text(), f),
            Test::In(literals) => list(" in (", literals, f),
            Test::NotIn(literals) => list(" not in (", literals, f),
            Test::Above(than) => number(">", *than, f),
            Test::AtLeast(than) => number(">=", *than, f),
            Test::Below(than) => number("<", *than, f),
            Test::AtMost(than) => number("<=", *than, f),
            Test::Contains(piece) => value(" contains ", piece.text(), f),
            Test::NotContains(piece) => value(" not contains ", piece.text(), f),
            Test::Starts(piece) => value(" starts ", piece.text(), f),
            Test::NotStarts(piece) => value(" not starts ", piece.text(), f),
            Test::Exists => f.write_str(" exists"),
            Test::Absent => f.write_str(" absent"),
        }
    }
}

pub(super) fn field(field: &Field, f: &mut Formatter<'_>) -> fmt::Result {
    match field {
        Field::Prop(key) => write_prop(key, f),
        built_in => f.write_str(built_in.word()),
    }
}

fn value(operator: &str, text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(operator)?;
    write_value(text, f)
}

fn list(operator: &str, literals: &[Literal], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(operator)?;
    for (i, literal) in literals.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write_value(literal.text(), f)?;
    }
    f.write_str(")")
}

fn number(operator: &str, than: Number, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(operator)?;
    crate::scan::write_number(than.get(), f)
}
