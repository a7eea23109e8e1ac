//! `throughline tail`.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use protocol::outcome::Signal;

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct TailOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    /// Only this signal: event, metric, span, error, log or identity. May be repeated
    #[arg(long = "signal", value_delimiter = ',', value_name = "SIGNAL")]
    pub(crate) signals: Vec<SignalWord>,
    /// Only what is refused
    #[arg(long)]
    pub(crate) rejected: bool,
    /// Print a JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// Begin so long ago instead of now, such as 30s, 5m or 2h; at most 24h
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
}

/// A signal by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignalWord(pub(crate) Signal);

impl FromStr for SignalWord {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let words = Signal::ALL.map(Signal::word).join(", ");
        Signal::from_word(word).map(Self).ok_or_else(|| format!("there are: {words}"))
    }
}

/// A length of time up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Duration);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err("give a number with s, m or h, such as 5m".to_owned()),
        };
        let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).filter(|seconds| *seconds <= 86_400);
        seconds.map(|seconds| Self(Duration::from_secs(seconds))).ok_or_else(|| "give at most 24h".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_a_number_with_its_unit() {
        let seconds = |text: &str| text.parse::<Since>().map(|since| since.0.as_secs()).map_err(drop);
        assert_eq!([seconds("30s"), seconds("5m"), seconds("24h")], [Ok(30), Ok(300), Ok(86_400)]);
        for text in ["", "5", "m", "25h", "-5m", "5 m", "99999999999999999999h", "5ü"] {
            assert_eq!(seconds(text), Err(()), "{text}");
        }
    }
}
