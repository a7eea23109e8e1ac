//! Error reports: exceptions with their frames, and messages with a level.

pub mod fingerprint;
pub mod message;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::level::Level;
use crate::time::Timestamp;
use crate::trace::{SpanId, TraceId, lenient};

/// One error as a client sends it. One of `type` and `message` is required; an item without a `type` is a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorReport {
    /// Identifies the report; a UUIDv7 made at capture. Made by the server when absent.
    #[serde(default, alias = "eventId", alias = "id", skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// When it happened, by the sender's clock; the time of receipt when absent.
    #[serde(default, alias = "timestamp", alias = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// How bad it is; `error` for an exception and `info` for a message when absent.
    #[serde(default, alias = "severity", skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The exception's type, such as `PaymentGatewayTimeout`.
    #[serde(
        default,
        rename = "type",
        alias = "exception_type",
        alias = "exceptionType",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<String>,
    /// What it says. At most 8 KiB.
    #[serde(default, alias = "value", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The program caught it and went on.
    #[serde(default = "yes")]
    pub handled: bool,
    /// Where it happened, innermost call first. At most 250 frames.
    #[serde(default, alias = "frames", deserialize_with = "crate::text::list", skip_serializing_if = "Vec::is_empty")]
    pub stacktrace: Vec<Frame>,
    /// What caused it, nearest first. At most 10.
    #[serde(default, alias = "causes", deserialize_with = "crate::text::list", skip_serializing_if = "Vec::is_empty")]
    pub cause: Vec<Cause>,
    /// What happened before, oldest first. At most 100.
    #[serde(default, deserialize_with = "crate::text::list", skip_serializing_if = "Vec::is_empty")]
    pub breadcrumbs: Vec<Breadcrumb>,
    /// Says which reports are one issue, instead of type and stack; `{{ default }}` stands for these. At most 16 parts.
    #[serde(default, deserialize_with = "crate::text::list", skip_serializing_if = "Vec::is_empty")]
    pub fingerprint: Vec<String>,
    /// What reports can be filtered by.
    #[serde(default, alias = "attributes", deserialize_with = "crate::text::tags", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Where it happened: os, browser, device and what else is known.
    #[serde(default, alias = "contexts", deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub context: Map<String, Value>,
    /// The trace during which it happened.
    #[serde(default, alias = "traceId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// The span during which it happened.
    #[serde(default, alias = "spanId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
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
    /// The program that failed.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The release of the sending application.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Such as `prod`; `prod` when absent.
    #[serde(default, alias = "env", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The share of such reports that is sent, above 0 and at most 1; the report counts 1 / `sample_rate`.
    #[serde(default, alias = "sampleRate", skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
}

fn yes() -> bool {
    true
}

/// One call of a stack. Unknown fields are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Frame {
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(
        default,
        alias = "filename",
        alias = "abs_path",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub file: Option<String>,
    #[serde(default, alias = "lineno", skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, alias = "colno", skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The application's own code, not a library's.
    #[serde(default, alias = "inApp")]
    pub in_app: bool,
}

/// An exception that led to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Cause {
    #[serde(default, rename = "type", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, alias = "value", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, alias = "frames", deserialize_with = "crate::text::list", skip_serializing_if = "Vec::is_empty")]
    pub stacktrace: Vec<Frame>,
}

/// Something that happened before an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct Breadcrumb {
    #[serde(default, alias = "timestamp", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// Such as `track`, `navigation`, `http`, `log`.
    #[serde(
        default,
        rename = "type",
        alias = "category",
        deserialize_with = "crate::text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub data: Map<String, Value>,
}
