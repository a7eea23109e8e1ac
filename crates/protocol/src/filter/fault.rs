//! Why a filter cannot be read, and what to write instead.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DEPTH_MAX, LIST_MAX, TERMS_MAX, TEXT_BYTES_MAX};
use crate::limits::KEY_BYTES_MAX;

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterError {
    /// The kind, for programs.
    pub kind: Fault,
    /// Where it was noticed: characters from the start of the text, beginning with 0. 0 in a filter that was sent as JSON.
    pub at: usize,
    /// What could have stood there.
    pub expected: String,
    /// What to write.
    pub hint: String,
}

/// Kinds of error in a filter. A closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The text, or the text of a filter sent as JSON, is longer than [`TEXT_BYTES_MAX`].
    TooLong,
    /// More than [`DEPTH_MAX`] levels of `and`, `or` and `not`, or of parentheses.
    TooDeep,
    /// More than [`TERMS_MAX`] terms.
    TooManyTerms,
    /// More than [`LIST_MAX`] values in a list.
    ListTooLong,
    /// Nothing where a term must be: after `and`, `or` or `not`.
    TermMissing,
    /// A word alone: free text is not searched.
    KeyAlone,
    /// An operator without a key before it.
    KeyMissing,
    /// A key longer than a key can be.
    KeyTooLong,
    /// An operator without a value behind it.
    ValueMissing,
    /// `>` and its kin compare with a number.
    NumberNeeded,
    /// `>` and its kin on a dimension that holds text.
    TextCompared,
    /// A level of log records is one of six words.
    LevelNeeded,
    /// `contains` or `starts` with an empty text, which would match every text.
    TextEmpty,
    /// A `*` outside quotes: it is no wildcard here.
    Wildcard,
    /// A quote that is not closed.
    QuoteOpen,
    /// A backslash in quotes before something that needs none.
    EscapeUnknown,
    /// A parenthesis that is not closed.
    ParenthesisOpen,
    /// A parenthesis that was not opened.
    ParenthesisExtra,
    /// A list is needed, or was written without its parentheses.
    ListNeeded,
    /// A list without values.
    ListEmpty,
    /// Anything else that cannot stand here.
    Unexpected,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::TooLong,
        Self::TooDeep,
        Self::TooManyTerms,
        Self::ListTooLong,
        Self::TermMissing,
        Self::KeyAlone,
        Self::KeyMissing,
        Self::KeyTooLong,
        Self::ValueMissing,
        Self::NumberNeeded,
        Self::TextCompared,
        Self::LevelNeeded,
        Self::TextEmpty,
        Self::Wildcard,
        Self::QuoteOpen,
        Self::EscapeUnknown,
        Self::ParenthesisOpen,
        Self::ParenthesisExtra,
        Self::ListNeeded,
        Self::ListEmpty,
        Self::Unexpected,
    ];

    /// What could have stood there.
    fn expected(self) -> String {
        match self {
            Self::TooLong => format!("at most {TEXT_BYTES_MAX} bytes"),
            Self::TooDeep => format!("at most {DEPTH_MAX} levels of `and`, `or`, `not` and parentheses"),
            Self::TooManyTerms => format!("at most {TERMS_MAX} terms"),
            Self::ListTooLong => format!("at most {LIST_MAX} values in a list"),
            Self::KeyTooLong => format!("a key of at most {KEY_BYTES_MAX} bytes"),
            other => other.expected_word().to_owned(),
        }
    }

    const fn expected_word(self) -> &'static str {
        match self {
            Self::TermMissing => "a term",
            Self::KeyAlone => "`:` or another operator",
            Self::KeyMissing => "a key",
            Self::ValueMissing => "a value",
            Self::NumberNeeded => "a number",
            Self::TextCompared => "`:`, `in`, `contains`, `starts` or `exists`",
            Self::LevelNeeded => "a level",
            Self::TextEmpty => "a text",
            Self::Wildcard => "a value without `*`",
            Self::QuoteOpen => "a closing quote",
            Self::EscapeUnknown => r#"`\"`, `\'`, `\\`, `\n`, `\r`, `\t` or `\u{…}`"#,
            Self::ParenthesisOpen => "`)`",
            Self::ParenthesisExtra => "a term or the end",
            Self::ListNeeded => "a list in parentheses",
            Self::ListEmpty => "at least one value",
            _ => "a space, a parenthesis or the end",
        }
    }

    /// What to write.
    const fn hint(self) -> &'static str {
        match self {
            Self::TooLong | Self::TooManyTerms => "ask for less at once: `os in (iOS, Android)` is one term",
            Self::TooDeep => "write side by side what need not be nested",
            Self::ListTooLong => "use `starts` or `contains`, or more lists with `or` between them",
            Self::TermMissing => "write a term such as `country:DE`, or remove the word before it",
            Self::KeyAlone => {
                "write `name:purchase` or `route contains checkout`; a value with spaces stands in quotes: `plan:\"Pro plus\"`"
            }
            Self::KeyMissing => "write the key before the operator: `country:DE`",
            Self::KeyTooLong => "use the key as it was sent",
            Self::ValueMissing => "write the value, in quotes if it is empty or a word such as `and`; `plan exists` asks for any value",
            Self::NumberNeeded => "compare with a plain number: `price > 10`, `price <= 99.5`",
            Self::TextCompared => "only props hold numbers; write `props.` before the key if you mean a prop",
            Self::LevelNeeded => "write trace, debug, info, warning, error or fatal: `level:error`, `level>=warning`",
            Self::TextEmpty => "write what the text contains; `route exists` asks for any value",
            Self::Wildcard => "write `route starts /docs` or `route contains checkout`, or put a real `*` into quotes",
            Self::QuoteOpen => "close the quote, or write `\\\"` for a quote inside",
            Self::EscapeUnknown => "write `\\\\` for a backslash",
            Self::ParenthesisOpen => "close the parenthesis",
            Self::ParenthesisExtra => "remove it, or open it before",
            Self::ListNeeded | Self::ListEmpty => "write a list as `os in (iOS, Android)`; a value with a comma stands in quotes",
            Self::Unexpected => "put the value into quotes: `name:\"add (to cart)\"`",
        }
    }

    pub(super) fn at(self, at: usize) -> FilterError {
        FilterError { kind: self, at, expected: self.expected(), hint: self.hint().to_owned() }
    }
}

impl FilterError {
    /// The error without its place: for a filter that has none, because it came as JSON.
    pub(super) fn said(&self) -> String {
        format!("expected {}; {}", self.expected, self.hint)
    }
}

/// For people, who count from 1.
impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter, character {}: {}", self.at + 1, self.said())
    }
}

impl std::error::Error for FilterError {}
