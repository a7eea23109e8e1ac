//! Product events: what a user did.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::time::Timestamp;
use crate::trace::{SpanId, TraceId, lenient};

/// The name of a page view; `page_view`, `page_viewed` are read as it.
pub const PAGE_VIEW: &str = "$pageview";
/// A page was left: [`VISIBLE_MS`] says for how long it was visible since its view, or since the last such event.
pub const PAGE_LEAVE: &str = "$pageleave";
/// The prop of [`PAGE_LEAVE`], in milliseconds.
pub const VISIBLE_MS: &str = "visible_ms";

/// Somebody was shown a variant of an experiment: the props `experiment` and `variant` say which. `experiment_exposure` and
/// `experiment_exposed` are read as it.
pub const EXPOSURE: &str = "$exposure";

/// The name under which an event is stored: other spellings of the events that the product itself understands become one.
pub fn canonical_name(name: &str) -> &str {
    match name {
        "page_view" | "page_viewed" => PAGE_VIEW,
        "experiment_exposure" | "experiment_exposed" => EXPOSURE,
        other => other,
    }
}

/// One event as a client sends it. Only `name` is required; unknown fields are ignored.
///
/// camelCase spellings and those of common clients are accepted as aliases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Identifies the event; a UUIDv7 made at capture. Made by the server when absent.
    #[serde(default, alias = "eventId", alias = "id", skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// What happened, such as `cart.add`. At most 200 bytes.
    #[serde(alias = "event", alias = "event_name", alias = "eventName")]
    pub name: String,
    /// When it happened, by the sender's clock; the time of receipt when absent.
    #[serde(default, alias = "timestamp", alias = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// The device's own order within its installation.
    #[serde(default, alias = "sequence", skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// The signed-in user.
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The device or browser before sign-in.
    #[serde(default, alias = "anonymousId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The SDK's session.
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The templated path, such as `/orders/:id`.
    #[serde(default, alias = "page", alias = "path", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The release of the sending application, such as `web@5.2`.
    #[serde(
        default,
        alias = "appVersion",
        alias = "app_version",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub release: Option<String>,
    /// Such as `prod`; `prod` when absent.
    #[serde(default, alias = "env", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The event's own properties.
    #[serde(default, alias = "properties", deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub props: Map<String, Value>,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// The trace during which it happened.
    #[serde(default, alias = "traceId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// The span during which it happened.
    #[serde(default, alias = "spanId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
    /// The share of such events that is sent, above 0 and at most 1; the event counts 1 / `sample_rate`.
    #[serde(default, alias = "sampleRate", skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
}

/// Where an event happened. The lifecycle guide's collector also puts user, session, page, time and version here; they
/// count when the event itself does not have them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Context {
    #[serde(default, alias = "platform", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    #[serde(
        default,
        alias = "device_type",
        alias = "deviceType",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub device: Option<String>,
    /// ISO 3166-1 alpha-2, such as `DE`.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Screen size, such as `390x844`.
    #[serde(
        default,
        alias = "screen_resolution",
        alias = "screenResolution",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub screen: Option<String>,
    /// Campaign parameters: `source`, `medium`, `campaign`, `term`, `content`.
    #[serde(default, deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub utm: Map<String, Value>,
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    #[serde(default, alias = "page", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(default, alias = "timestamp", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    #[serde(
        default,
        alias = "appVersion",
        alias = "app_version",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub release: Option<String>,
    /// What else was sent, such as `browser_version` or `utm_source`.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub rest: Map<String, Value>,
}
