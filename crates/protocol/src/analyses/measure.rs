//! What a series of a trend is measured by.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is read from the values of a numeric prop. Events without a number there are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberMeasure {
    /// Weighted by sample rate.
    Sum,
    /// Weighted by sample rate.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The value that half of the weight does not exceed: nearest rank.
    Median,
    /// The value that 95 % of the weight does not exceed: nearest rank.
    P95,
}

impl NumberMeasure {
    /// Every one, in the order of menus.
    pub const ALL: [Self; 6] = [Self::Sum, Self::Mean, Self::Median, Self::P95, Self::Min, Self::Max];

    /// The word in URLs and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::P95 => "p95",
        }
    }

    /// The part of the weight that lies at or below the value, where it is a quantile.
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Self::Median => Some(0.5),
            Self::P95 => Some(0.95),
            Self::Sum | Self::Mean | Self::Min | Self::Max => None,
        }
    }
}

/// What a series is measured by. As text: `events`, `people`, `sessions`, or a number's measure with the key of its prop such as
/// `sum(price)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<str>", into = "String")]
pub enum TrendMeasure {
    /// Weighted by sample rate.
    #[default]
    Events,
    /// Distinct persons.
    People,
    /// Sessions with at least one such event, by when they began.
    Sessions,
    /// Of a prop, by its key.
    Number(NumberMeasure, String),
}

impl fmt::Display for TrendMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events => f.write_str("events"),
            Self::People => f.write_str("people"),
            Self::Sessions => f.write_str("sessions"),
            Self::Number(measure, prop) => write!(f, "{}({prop})", measure.word()),
        }
    }
}

/// No measure is called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMeasure(String);

impl fmt::Display for UnknownMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no measure is called `{}`", self.0)
    }
}

impl std::error::Error for UnknownMeasure {}

impl FromStr for TrendMeasure {
    type Err = UnknownMeasure;

    fn from_str(text: &str) -> Result<Self, UnknownMeasure> {
        let unknown = || UnknownMeasure(text.chars().take(100).collect());
        match text {
            "events" => return Ok(Self::Events),
            "people" => return Ok(Self::People),
            "sessions" => return Ok(Self::Sessions),
            _ => {}
        }
        let (word, prop) = text.strip_suffix(')').and_then(|text| text.split_once('(')).ok_or_else(unknown)?;
        let measure = NumberMeasure::ALL.into_iter().find(|measure| measure.word() == word).ok_or_else(unknown)?;
        if prop.is_empty() { Err(unknown()) } else { Ok(Self::Number(measure, prop.to_owned())) }
    }
}

impl From<TrendMeasure> for String {
    fn from(measure: TrendMeasure) -> Self {
        measure.to_string()
    }
}

impl TryFrom<Cow<'_, str>> for TrendMeasure {
    type Error = UnknownMeasure;

    fn try_from(text: Cow<'_, str>) -> Result<Self, UnknownMeasure> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_reads_back_as_it_was_written() {
        for text in ["events", "people", "sessions", "sum(price)", "p95(a(b))", "median(ms)"] {
            assert_eq!(text.parse::<TrendMeasure>().map(|measure| measure.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["", "sum", "sum()", "count(price)", "sum(price", "Events"] {
            assert!(wrong.parse::<TrendMeasure>().is_err(), "{wrong}");
        }
    }
}
