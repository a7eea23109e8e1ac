//! Log records.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::level::Level;
use crate::time::Timestamp;
use crate::trace::{SpanId, TraceId, lenient};

/// One log record as a client sends it. Only `body` is required; unknown fields are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogRecord {
    /// When it was written, by the sender's clock; the time of receipt when absent.
    #[serde(default, alias = "timestamp", alias = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ts: Option<Timestamp>,
    /// How bad it is; `info` when absent.
    #[serde(default = "info", alias = "severity")]
    pub level: Level,
    /// What it says. At most 8 KiB.
    #[serde(alias = "message", alias = "msg")]
    pub body: String,
    /// What else is known.
    #[serde(
        default,
        alias = "props",
        alias = "properties",
        alias = "tags",
        alias = "fields",
        deserialize_with = "crate::text::object",
        skip_serializing_if = "Map::is_empty"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: Map<String, Value>,
    /// The program that wrote it.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The trace during which it was written.
    #[serde(default, alias = "traceId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// The span during which it was written.
    #[serde(default, alias = "spanId", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
    /// The user for whom it was written.
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The session in which it was written.
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The release of the sending application.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Such as `prod`; `prod` when absent.
    #[serde(default, alias = "env", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The share of such records that is sent, above 0 and at most 1; the record counts 1 / `sample_rate`.
    #[serde(default, alias = "sampleRate", skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
}

fn info() -> Level {
    Level::Info
}
