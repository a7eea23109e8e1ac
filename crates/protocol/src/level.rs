//! How bad something is: the level of an error or a log record.

use serde::{Deserialize, Serialize};

/// The levels, mildest first. Their order is that of OpenTelemetry's severity ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Level {
    #[serde(alias = "TRACE", alias = "verbose")]
    Trace,
    #[serde(alias = "DEBUG")]
    Debug,
    #[serde(alias = "INFO", alias = "information", alias = "notice", alias = "log")]
    Info,
    #[serde(alias = "WARNING", alias = "warn", alias = "WARN")]
    Warning,
    #[serde(alias = "ERROR")]
    Error,
    #[serde(alias = "FATAL", alias = "critical", alias = "CRITICAL", alias = "panic")]
    Fatal,
}

impl Level {
    /// Every one, the mildest first.
    pub const ALL: [Self; 6] = [Self::Trace, Self::Debug, Self::Info, Self::Warning, Self::Error, Self::Fatal];

    /// The level of a word, or of another spelling of it, whatever its capitals.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Self::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&word)).ok()
    }

    /// The number in the `level` columns: the first of OpenTelemetry's severity range, so that columns sort by badness.
    pub const fn code(self) -> i16 {
        match self {
            Self::Trace => 1,
            Self::Debug => 5,
            Self::Info => 9,
            Self::Warning => 13,
            Self::Error => 17,
            Self::Fatal => 21,
        }
    }

    /// The level of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Trace),
            5 => Some(Self::Debug),
            9 => Some(Self::Info),
            13 => Some(Self::Warning),
            17 => Some(Self::Error),
            21 => Some(Self::Fatal),
            _ => None,
        }
    }

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}
