//! Thresholds: what people call too much of a metric, or too little.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::metric::Aggregate;

/// Thresholds of one metric.
pub const THRESHOLDS_MAX: usize = 6;

/// A value that an aggregate of a metric should stay off. Its text is such as `p95 > 800 critical`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Threshold {
    /// What is compared.
    pub aggregate: Aggregate,
    /// Which side of the value is bad.
    pub side: Side,
    /// In the metric's unit, or points for an aggregate that counts them.
    pub value: f64,
    /// How bad.
    pub severity: Severity,
}

/// Which side of a threshold is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Values above it.
    Above,
    /// Values below it.
    Below,
}

/// How bad it is to be beyond a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody should look.
    Warning,
    /// Somebody must act.
    Critical,
}

impl Severity {
    /// The word in texts, the same as in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Threshold {
    /// Reads thresholds between commas; none of an empty text. The error is a sentence about the part that cannot be read.
    ///
    /// # Errors
    /// For a part that is none, and for more than [`THRESHOLDS_MAX`].
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let thresholds = parts.map(str::parse).collect::<Result<Vec<Self>, _>>()?;
        if thresholds.len() > THRESHOLDS_MAX {
            return Err(format!("there are {}, and at most {THRESHOLDS_MAX} are kept", thresholds.len()));
        }
        Ok(thresholds)
    }

    /// The text that [`Threshold::list`] reads.
    pub fn text(thresholds: &[Self]) -> String {
        thresholds.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.side == Side::Above { '>' } else { '<' };
        write!(f, "{} {sign} {} {}", self.aggregate.word(), self.value, self.severity.word())
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = |what: &str| {
            let shown: String = text.chars().take(60).collect();
            format!("`{shown}` {what}")
        };
        let at = text.find(['>', '<']).ok_or_else(|| fault("has no > or <"))?;
        let (word, rest) = (text[..at].trim(), text[at + 1..].trim());
        let side = if text[at..].starts_with('>') { Side::Above } else { Side::Below };
        let aggregate = Aggregate::ALL.into_iter().find(|aggregate| aggregate.word() == word);
        let (value, severity) = rest.split_once(char::is_whitespace).unwrap_or((rest, Severity::Warning.word()));
        let severity = [Severity::Warning, Severity::Critical].into_iter().find(|known| known.word() == severity.trim());
        let severity = severity.ok_or_else(|| fault("ends neither with warning nor with critical"))?;
        let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| fault("has no number after the sign"))?;
        Ok(Self { aggregate: aggregate.ok_or_else(|| fault("begins with no aggregate, such as p95"))?, side, value, severity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "p95 > 800 critical, p95 > 500.5 warning, per_minute < 0.01 critical";
        let read = Threshold::list(text).expect("thresholds");
        assert_eq!(Threshold::text(&read), text);
        assert_eq!(read[2], Threshold { aggregate: Aggregate::PerMinute, side: Side::Below, value: 0.01, severity: Severity::Critical });
        assert_eq!(Threshold::list("  "), Ok(Vec::new()));
        assert_eq!(Threshold::text(&Threshold::list("sum>3").expect("one")), "sum > 3 warning", "a warning unless said otherwise");
        assert_eq!(Threshold::text(&Threshold::list("sum <  3   warning").expect("one")), "sum < 3 warning");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, part) in [
            ("p95 > 800, p96 > 3", "`p96 > 3` begins with no aggregate"),
            ("p95 = 3", "no > or <"),
            ("p95 > many", "no number"),
            ("p95 > inf", "no number"),
            ("p95 > 3 fatal", "neither with warning"),
            ("sum>1,sum>2,sum>3,sum>4,sum>5,sum>6,sum>7", "at most 6"),
        ] {
            let fault = Threshold::list(text).expect_err(text);
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }
}
