//! The formula between the series of a trend: `A/B*100`.
//!
//! Series are letters in the order in which they are drawn; numbers, `+ - * /` and parentheses do the rest.

mod fault;
mod parse;
mod unit;

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use fault::{FormulaError, FormulaFault};

/// Bytes of a formula's text.
pub const TEXT_BYTES_MAX: usize = 200;
/// Levels of parentheses and signs.
pub const DEPTH_MAX: usize = 16;

/// A formula between series. In JSON its text.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 200, example = "A/B*100"))]
pub struct Formula(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Finite and without a sign.
    Number(f64),
    /// 0 is A.
    Series(u8),
    Negative(Box<Node>),
    Pair(Operator, Box<Node>, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Formula {
    /// Reads a formula. `×`, `÷` and `−` are read as what they mean, small letters as capitals.
    ///
    /// # Errors
    /// Says where it is no formula, and what to write.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        parse::formula(text)
    }

    /// The value for one bucket; `series` has a value for each of A, B, …
    ///
    /// `None` when there is none: a division by zero, a result beyond what numbers can hold, or a series that is not there.
    pub fn eval(&self, series: &[f64]) -> Option<f64> {
        self.0.eval(series)
    }

    /// The letters it names, each once, in the order of the alphabet; never empty.
    pub fn letters(&self) -> Vec<char> {
        let mut places = Vec::new();
        self.0.places(&mut places);
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(letter).collect()
    }
}

impl Node {
    fn eval(&self, series: &[f64]) -> Option<f64> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Series(place) => *series.get(usize::from(*place))?,
            Self::Negative(inner) => -inner.eval(series)?,
            Self::Pair(operator, left, right) => {
                let (left, right) = (left.eval(series)?, right.eval(series)?);
                match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::Over => left / right,
                }
            }
        };
        // A division by zero is infinite or no number; an infinite step must not become a 0 in the next one.
        value.is_finite().then_some(value)
    }

    fn places(&self, found: &mut Vec<u8>) {
        match self {
            Self::Number(_) => {}
            Self::Series(place) => found.push(*place),
            Self::Negative(inner) => inner.places(found),
            Self::Pair(_, left, right) => {
                left.places(found);
                right.places(found);
            }
        }
    }

    /// What binds stronger is higher.
    const fn strength(&self) -> u8 {
        match self {
            Self::Pair(Operator::Plus | Operator::Minus, ..) => 0,
            Self::Pair(Operator::Times | Operator::Over, ..) => 1,
            Self::Negative(_) => 2,
            Self::Number(_) | Self::Series(_) => 3,
        }
    }

    /// Writes it, in parentheses if it binds weaker than its place needs.
    fn write(&self, at_least: u8, f: &mut Formatter<'_>) -> fmt::Result {
        if self.strength() < at_least {
            f.write_char('(')?;
            self.write(0, f)?;
            return f.write_char(')');
        }
        match self {
            Self::Number(value) => crate::scan::write_number(*value, f),
            Self::Series(place) => f.write_char(letter(*place)),
            Self::Negative(inner) => {
                f.write_char('-')?;
                inner.write(2, f)
            }
            Self::Pair(operator, left, right) => {
                left.write(self.strength(), f)?;
                f.write_char(operator.sign())?;
                // Operators of one strength go from left to right: A-(B-C) keeps its parentheses.
                right.write(self.strength() + 1, f)
            }
        }
    }
}

impl Operator {
    const fn sign(self) -> char {
        match self {
            Self::Plus => '+',
            Self::Minus => '-',
            Self::Times => '*',
            Self::Over => '/',
        }
    }
}

fn letter(place: u8) -> char {
    char::from(b'A' + place)
}

/// The canonical text: no spaces, no parentheses that change nothing. It is read as the same formula.
impl Display for Formula {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.write(0, f)
    }
}

impl FromStr for Formula {
    type Err = FormulaError;

    fn from_str(text: &str) -> Result<Self, FormulaError> {
        Self::parse(text)
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
