//! Which column: a word in the stored meta data, the same in an export.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A text that an event has at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Attribute {
    Name,
    Route,
    Environment,
    Release,
    Country,
    Os,
    Browser,
    Device,
    Referrer,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    UtmTerm,
    UtmContent,
    Locale,
    /// The visitor's own, such as `Europe/Vienna`.
    Timezone,
    /// Why the event counts as a bot's; absent for people.
    Bot,
    /// The SDK's session.
    Session,
    /// The installation whose `seq` orders its events.
    Install,
}

impl Attribute {
    /// Every attribute.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::Route,
        Self::Environment,
        Self::Release,
        Self::Country,
        Self::Os,
        Self::Browser,
        Self::Device,
        Self::Referrer,
        Self::UtmSource,
        Self::UtmMedium,
        Self::UtmCampaign,
        Self::UtmTerm,
        Self::UtmContent,
        Self::Locale,
        Self::Timezone,
        Self::Bot,
        Self::Session,
        Self::Install,
    ];

    /// The column's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Route => "route",
            Self::Environment => "environment",
            Self::Release => "release",
            Self::Country => "country",
            Self::Os => "os",
            Self::Browser => "browser",
            Self::Device => "device",
            Self::Referrer => "referrer",
            Self::UtmSource => "utm_source",
            Self::UtmMedium => "utm_medium",
            Self::UtmCampaign => "utm_campaign",
            Self::UtmTerm => "utm_term",
            Self::UtmContent => "utm_content",
            Self::Locale => "locale",
            Self::Timezone => "timezone",
            Self::Bot => "bot",
            Self::Session => "session",
            Self::Install => "install",
        }
    }
}

/// What the values of a prop are. A key that is sent as text here and as a number there has a column for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PropKind {
    Text,
    Number,
    /// A column of texts, `true` and `false`.
    Bool,
}

impl PropKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Text, Self::Number, Self::Bool];

    const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
        }
    }
}

/// A prop's values of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PropKey {
    pub name: Arc<str>,
    pub kind: PropKind,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ColumnKey {
    /// Actors and how many rows each has.
    Runs,
    /// Milliseconds since midnight UTC.
    Time,
    /// The device's own order within its installation.
    Seq,
    /// 1 / sample rate; absent where nothing was sampled.
    Weight,
    /// An attribute.
    Text(Attribute),
    /// The trace that the event belongs to.
    Trace,
    /// The time within the event's id, less the event's own, in milliseconds.
    IdTime,
    /// The next 32 bits of the event's id: what decides the order of events that nothing else tells apart.
    IdTie,
    /// The last 48 bits of the event's id.
    IdRest,
    /// A top-level prop.
    Prop(PropKey),
    /// JSON objects of the props that have no column: nested ones, and those of keys beyond the limit.
    RestProps,
}

impl fmt::Display for ColumnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runs => f.write_str("runs"),
            Self::Time => f.write_str("time"),
            Self::Seq => f.write_str("seq"),
            Self::Weight => f.write_str("weight"),
            Self::Text(attribute) => f.write_str(attribute.word()),
            Self::Trace => f.write_str("trace"),
            Self::IdTime => f.write_str("id_time"),
            Self::IdTie => f.write_str("id_tie"),
            Self::IdRest => f.write_str("id_rest"),
            Self::Prop(prop) => write!(f, "props.{}.{}", prop.kind.word(), prop.name),
            Self::RestProps => f.write_str("rest_props"),
        }
    }
}

impl From<ColumnKey> for String {
    fn from(key: ColumnKey) -> Self {
        key.to_string()
    }
}

/// Not the name of a column.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no column of a segment")]
pub struct UnknownColumn(String);

impl FromStr for ColumnKey {
    type Err = UnknownColumn;

    fn from_str(word: &str) -> Result<Self, UnknownColumn> {
        const PLAIN: [ColumnKey; 9] = [
            ColumnKey::Runs,
            ColumnKey::Time,
            ColumnKey::Seq,
            ColumnKey::Weight,
            ColumnKey::Trace,
            ColumnKey::IdTime,
            ColumnKey::IdTie,
            ColumnKey::IdRest,
            ColumnKey::RestProps,
        ];
        let prop = word.strip_prefix("props.").and_then(|rest| {
            let (kind, name) = rest.split_once('.')?;
            let kind = PropKind::ALL.into_iter().find(|known| known.word() == kind)?;
            Some(Self::Prop(PropKey { name: name.into(), kind }))
        });
        prop.or_else(|| Attribute::ALL.into_iter().find(|attribute| attribute.word() == word).map(Self::Text))
            .or_else(|| PLAIN.into_iter().find(|key| key.to_string() == word))
            .ok_or_else(|| UnknownColumn(word.to_owned()))
    }
}

impl TryFrom<String> for ColumnKey {
    type Error = UnknownColumn;

    fn try_from(word: String) -> Result<Self, UnknownColumn> {
        word.parse()
    }
}
