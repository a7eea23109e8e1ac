//! Why a formula cannot be read, and what to write instead.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DEPTH_MAX, TEXT_BYTES_MAX};

/// Why a formula cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormulaError {
    /// The kind, for programs.
    pub kind: FormulaFault,
    /// Where it was noticed: characters from the start of the text, beginning with 0.
    pub at: usize,
    /// What could have stood there.
    pub expected: String,
    /// What to write.
    pub hint: String,
}

/// Kinds of error in a formula. A closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FormulaFault {
    /// Longer than [`TEXT_BYTES_MAX`].
    TooLong,
    /// More than [`DEPTH_MAX`] levels of parentheses and signs.
    TooDeep,
    /// Nothing, or an operator, where a series or a number must be.
    ValueMissing,
    /// A word: series have one letter.
    SeriesUnknown,
    /// It names no series, so it would draw a constant.
    SeriesMissing,
    /// Digits that are no finite number.
    NumberUnreadable,
    /// A parenthesis that is not closed.
    ParenthesisOpen,
    /// A parenthesis that was not opened.
    ParenthesisExtra,
    /// Two values without an operator between them, or something unknown.
    OperatorMissing,
}

impl FormulaFault {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::TooLong,
        Self::TooDeep,
        Self::ValueMissing,
        Self::SeriesUnknown,
        Self::SeriesMissing,
        Self::NumberUnreadable,
        Self::ParenthesisOpen,
        Self::ParenthesisExtra,
        Self::OperatorMissing,
    ];

    fn expected(self) -> String {
        match self {
            Self::TooLong => return format!("at most {TEXT_BYTES_MAX} bytes"),
            Self::TooDeep => return format!("at most {DEPTH_MAX} levels"),
            Self::ValueMissing => "a series, a number or `(`",
            Self::SeriesUnknown => "one letter",
            Self::SeriesMissing => "at least one series",
            Self::NumberUnreadable => "a number",
            Self::ParenthesisOpen => "`)`",
            Self::ParenthesisExtra => "an operator or the end",
            Self::OperatorMissing => "`+`, `-`, `*` or `/`",
        }
        .to_owned()
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::TooLong | Self::TooDeep => "write it shorter: a formula such as `(A+B)/C*100`",
            Self::ValueMissing | Self::SeriesMissing => "write the series as letters: `A/B*100`",
            Self::SeriesUnknown => "the first series is `A`, the second `B`; their product is `A*B`",
            Self::NumberUnreadable => "write a number as `100` or `0.5`",
            Self::ParenthesisOpen => "close the parenthesis",
            Self::ParenthesisExtra => "remove it, or open it before",
            Self::OperatorMissing => "write an operator between two values: `A*100`",
        }
    }

    pub(super) fn at(self, at: usize) -> FormulaError {
        FormulaError { kind: self, at, expected: self.expected(), hint: self.hint().to_owned() }
    }
}

/// For people, who count from 1.
impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formula, character {}: expected {}; {}", self.at + 1, self.expected, self.hint)
    }
}

impl std::error::Error for FormulaError {}
