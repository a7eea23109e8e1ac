//! Spans: what took how long, within a trace. A moment (a named multi-step flow) is a span with `op: "moment"`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;
use crate::trace::{SpanId, TraceId, lenient};

/// The metric that spans are timed with: a distribution in milliseconds, by `name`, `op`, `service`, `route`, `release` and
/// `status`. A point for each span that is stored, whatever its weight.
pub const DURATION_METRIC: &str = "$span.duration";

/// The attribute that names the page or the endpoint which a span belongs to. `http.route` is read where it is absent.
pub const ROUTE: &str = "route";

/// How a span ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpanStatus {
    /// As it should. The status of a span that names none.
    #[default]
    #[serde(alias = "unset", alias = "OK")]
    Ok,
    /// With an error.
    #[serde(alias = "ERROR", alias = "internal_error", alias = "failed")]
    Error,
    /// Given up before its end; a moment was abandoned.
    #[serde(alias = "canceled", alias = "abandoned")]
    Cancelled,
}

impl SpanStatus {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }

    /// The number in the `status` columns.
    pub const fn code(self) -> i16 {
        match self {
            Self::Ok => 1,
            Self::Error => 2,
            Self::Cancelled => 3,
        }
    }

    /// The status of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Ok),
            2 => Some(Self::Error),
            3 => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// One span as a client sends it. `trace_id`, `span_id`, `name` and one of `duration_ms` and `end` are required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// The trace that it belongs to.
    #[serde(alias = "traceId")]
    pub trace_id: TraceId,
    /// Its own id within the trace.
    #[serde(alias = "spanId")]
    pub span_id: SpanId,
    /// The span that it is part of; absent at the root.
    #[serde(default, alias = "parentSpanId", alias = "parent_id", deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<SpanId>,
    /// What was done, such as `POST /api/checkout`. At most 200 bytes.
    pub name: String,
    /// The kind of work, such as `http.server`, `db.query`, `moment`.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// The program that did it.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// When it began, by the sender's clock; `duration_ms` before its end, or before the time of receipt, when absent.
    #[serde(default, alias = "ts", alias = "start_time", alias = "startTime", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub start: Option<Timestamp>,
    /// When it ended; read when there is no `duration_ms`.
    #[serde(default, alias = "end_time", alias = "endTime", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub end: Option<Timestamp>,
    /// How long it took, in milliseconds, from a monotonic clock.
    #[serde(default, alias = "durationMs", skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<f64>,
    /// How it ended.
    #[serde(default)]
    pub status: SpanStatus,
    /// What else is known, such as `http.status_code` or a moment's `checkpoint.<name>` in milliseconds.
    #[serde(default, alias = "data", alias = "tags", deserialize_with = "crate::text::object", skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: Map<String, Value>,
    /// The user for whom it was done.
    #[serde(default, alias = "userId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The session in which it was done.
    #[serde(default, alias = "sessionId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The release of the sending application.
    #[serde(default, deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Such as `prod`; `prod` when absent.
    #[serde(default, alias = "env", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The share of such spans that is sent, above 0 and at most 1; the span counts 1 / `sample_rate`.
    #[serde(default, alias = "sampleRate", skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
}
