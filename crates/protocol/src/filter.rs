//! The one filter language: `name:purchase country:DE price>10`.
//!
//! Text in URLs and fields, JSON in stored queries, one tree here. [`Filter::matches`] is the definition that every engine
//! must agree with; its leaves are [`Test::matches`]. The reference for users is `docs/filters.md`.

mod fault;
mod field;
mod json;
mod literal;
mod parse;
mod print;
#[cfg(feature = "openapi")]
mod schema;
pub mod search;
mod test;
mod tidy;
mod word;

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::Serialize;

pub use fault::{Fault, FilterError};
pub use field::Field;
pub use literal::{Literal, Number, Piece};
pub use test::{Test, Value};

/// Bytes of a filter's text.
pub const TEXT_BYTES_MAX: usize = 4 * 1024;
/// Levels of `and`, `or` and `not`.
pub const DEPTH_MAX: usize = 16;
/// Terms of a filter.
pub const TERMS_MAX: usize = 64;
/// Values in one list.
pub const LIST_MAX: usize = 100;

/// Which events are meant.
///
/// What is read, from text or JSON, is tidy (see [`Filter::tidy`]) and within the limits above; its text reads as the same filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every one of these; of none: everything.
    And(Vec<Filter>),
    /// At least one of these; of none: nothing.
    Or(Vec<Filter>),
    /// Exactly what this does not match.
    Not(Box<Filter>),
    /// One test of one field.
    #[serde(untagged)]
    Term(Term),
}

/// One test of one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// What is tested.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "country"))]
    pub field: Field,
    /// What it must be.
    #[serde(flatten)]
    pub test: Test,
}

impl Filter {
    /// The filter that everything matches; its text is empty.
    pub const fn all() -> Self {
        Self::And(Vec::new())
    }

    /// The filter that nothing matches: `not ()`.
    pub fn nothing() -> Self {
        Self::Not(Box::default())
    }

    /// One test of one field.
    pub const fn term(field: Field, test: Test) -> Self {
        Self::Term(Term { field, test })
    }

    /// Reads the text form. Nothing, or only space, is [`Filter::all`].
    ///
    /// # Errors
    /// Says where it is no filter, and what to write.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::filter(text)
    }

    /// Reads what is looked for in log records: a filter in which words and quoted phrases alone are pieces of the body, and
    /// which knows the levels (see [`search`]). Its text reads as the same filter here again.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn search(text: &str) -> Result<Self, FilterError> {
        parse::search(text)
    }

    /// What matches both; a page's filter and a saved one, for example. Tidy; check it with [`Filter::bounded`] where it is kept.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(vec![self, other]).tidy()
    }

    /// Whether an event matches, of which `get` says what it has under a field. The definition, and slow.
    pub fn matches<'v>(&self, get: &impl Fn(&Field) -> Value<'v>) -> bool {
        self.holds(&|term| term.test.matches(get(&term.field)))
    }

    /// The same of attributes, which are texts wherever a sender made them so: one that spells a number passes comparisons as that
    /// number.
    pub fn matches_spelled<'v>(&self, get: &impl Fn(&Field) -> Value<'v>) -> bool {
        self.holds(&|term| {
            let value = get(&term.field);
            let number = match value {
                Value::Text(text) if term.test.compares() => text.parse().ok(),
                _ => None,
            };
            term.test.matches(number.map_or(value, Value::Number))
        })
    }

    fn holds(&self, passes: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::And(members) => members.iter().all(|member| member.holds(passes)),
            Self::Or(members) => members.iter().any(|member| member.holds(passes)),
            Self::Not(inner) => !inner.holds(passes),
            Self::Term(term) => passes(term),
        }
    }

    /// Whether everything matches, so that nothing needs to be read; of a tidy filter.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::And(members) if members.is_empty())
    }

    /// Whether nothing can match; of a tidy filter.
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::Not(inner) if inner.is_all())
    }

    /// The filters every one of which an event must match. What one of them rules out of a segment need not be read.
    pub const fn conditions(&self) -> &[Self] {
        match self {
            Self::And(members) => members.as_slice(),
            other => std::slice::from_ref(other),
        }
    }

    /// The terms, from left to right.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::And(members) | Self::Or(members) => members.iter().flat_map(Self::terms).collect(),
            Self::Not(inner) => inner.terms(),
            Self::Term(term) => vec![term],
        }
    }

    /// What has to be read to decide.
    pub fn fields(&self) -> BTreeSet<&Field> {
        self.terms().into_iter().map(|term| &term.field).collect()
    }
}

/// Everything.
impl Default for Filter {
    fn default() -> Self {
        Self::all()
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl FromStr for Field {
    type Err = FilterError;

    /// A field in a query of its own, such as `by=country`; written as in a filter.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse::field(text)
    }
}
