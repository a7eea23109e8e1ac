//! What a filter can ask for: the built-in dimensions of an event, and its own props.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fault::{Fault, FilterError};
use crate::limits::KEY_BYTES_MAX;

/// Forces a key to be a prop: `props.os` is the event's own `os`, not the operating system.
pub(super) const PROPS: &str = "props.";

/// What a term tests. In JSON the word of a built-in dimension, or `props.` and the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table below says it")]
pub enum Field {
    Name,
    Route,
    Release,
    Environment,
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
    Timezone,
    Bot,
    User,
    Anonymous,
    Session,
    Trace,
    /// A prop of the event by its top-level key; not empty, at most [`KEY_BYTES_MAX`] bytes.
    Prop(String),
}

/// The built-in dimensions: field, word, other spellings, words on screen, what it is.
const BUILT_IN: [(Field, &str, &[&str], &str, &str); 21] = [
    (Field::Name, "name", &["event", "event_name"], "Event", "what happened: `cart.add`, `$pageview`"),
    (Field::Route, "route", &["page", "path", "pathname"], "Route", "the templated path: `/orders/:id`"),
    (Field::Release, "release", &["version", "app_version"], "Release", "the release of the sending application: `web@5.2`"),
    (Field::Environment, "environment", &["env"], "Environment", "`prod` unless the sender says otherwise"),
    (Field::Country, "country", &["country_code"], "Country", "two capital letters (ISO 3166-1): `DE`"),
    (Field::Os, "os", &["platform", "operating_system"], "System", "the operating system: `iOS`"),
    (Field::Browser, "browser", &[], "Browser", "`Firefox`"),
    (Field::Device, "device", &["device_type"], "Device", "the kind of device: `mobile`"),
    (Field::Referrer, "referrer", &["referer"], "Referrer", "where the visitor came from"),
    (Field::UtmSource, "utm_source", &[], "UTM source", "the campaign parameter of that name"),
    (Field::UtmMedium, "utm_medium", &[], "UTM medium", "the campaign parameter of that name"),
    (Field::UtmCampaign, "utm_campaign", &[], "UTM campaign", "the campaign parameter of that name"),
    (Field::UtmTerm, "utm_term", &[], "UTM term", "the campaign parameter of that name"),
    (Field::UtmContent, "utm_content", &[], "UTM content", "the campaign parameter of that name"),
    (Field::Locale, "locale", &["language", "lang"], "Language", "the language and region of the device: `de-AT`"),
    (Field::Timezone, "timezone", &["time_zone", "tz"], "Time zone", "the visitor's own time zone: `Europe/Vienna`"),
    (
        Field::Bot,
        "bot",
        &["robot"],
        "Robot",
        "why it is a robot's, absent for people: `crawler:googlebot`; all of a class: `bot starts crawler`",
    ),
    (Field::User, "user", &["user_id", "userid"], "User", "the id of the signed-in user"),
    (Field::Anonymous, "anonymous", &["anonymous_id", "anonymousid"], "Anonymous id", "the device or browser before sign-in"),
    (Field::Session, "session", &["session_id", "sessionid"], "Session", "the session's id"),
    (Field::Trace, "trace", &["trace_id", "traceid"], "Trace", "the trace during which it happened, in 32 hex digits"),
];

impl Field {
    /// Every built-in dimension, in the order of the documentation.
    pub fn built_in() -> impl Iterator<Item = Self> {
        BUILT_IN.iter().map(|(field, ..)| field.clone())
    }

    /// What people mean by this key: a built-in dimension by its word or another spelling of it, whatever its capitals and with
    /// `.` or `-` for `_` (`utm.source`), a prop after `props.`, and a prop for any other key.
    pub fn named(key: &str) -> Self {
        match key.strip_prefix(PROPS) {
            Some(prop) if !prop.is_empty() => Self::Prop(prop.to_owned()),
            _ => Self::built_in_named(key).unwrap_or_else(|| Self::Prop(key.to_owned())),
        }
    }

    /// The built-in dimension that is meant by this key.
    pub fn built_in_named(key: &str) -> Option<Self> {
        let key: String = key.chars().map(|c| if matches!(c, '.' | '-') { '_' } else { c.to_ascii_lowercase() }).collect();
        BUILT_IN.iter().find(|(_, word, aliases, ..)| *word == key || aliases.contains(&key.as_str())).map(|(field, ..)| field.clone())
    }

    /// The word in filters and URLs; of a prop its key.
    pub fn word(&self) -> &str {
        self.row().map_or_else(|| self.key(), |row| row.1)
    }

    /// Other words for the same dimension; a prop has none.
    pub fn aliases(&self) -> &'static [&'static str] {
        self.row().map_or(&[], |row| row.2)
    }

    /// The words on screen; of a prop its key.
    pub fn label(&self) -> &str {
        self.row().map_or_else(|| self.key(), |row| row.3)
    }

    /// What it is, for a reader of the documentation or of a list of suggestions.
    pub fn doc(&self) -> &'static str {
        self.row().map_or("a prop of the event", |row| row.4)
    }

    /// The field in JSON: the word, or `props.` and the key.
    pub fn path(&self) -> Cow<'_, str> {
        match self {
            Self::Prop(key) => Cow::Owned(format!("{PROPS}{key}")),
            _ => Cow::Borrowed(self.word()),
        }
    }

    /// Whether numbers can occur: in props only.
    pub const fn may_be_number(&self) -> bool {
        matches!(self, Self::Prop(_))
    }

    pub(super) fn bounded(self, at: usize) -> Result<Self, FilterError> {
        match &self {
            Self::Prop(key) if key.is_empty() => Err(Fault::KeyMissing.at(at)),
            Self::Prop(key) if key.len() > KEY_BYTES_MAX => Err(Fault::KeyTooLong.at(at)),
            _ => Ok(self),
        }
    }

    fn row(&self) -> Option<&'static (Self, &'static str, &'static [&'static str], &'static str, &'static str)> {
        BUILT_IN.iter().find(|(field, ..)| field == self)
    }

    fn key(&self) -> &str {
        match self {
            Self::Prop(key) => key,
            _ => "",
        }
    }
}

/// As it stands in a filter's text.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::print::field(self, f)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.path())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = Cow::<'de, str>::deserialize(deserializer)?;
        Self::named(&key).bounded(0).map_err(|error| serde::de::Error::custom(error.said()))
    }
}
