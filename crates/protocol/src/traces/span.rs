//! One span.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::identity_link::ActorName;
use crate::receipt::Receipt;
use crate::span::Span;
use crate::timeline::TimelineItem;

/// A span as it was sent, and what names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpanAnswer {
    /// The span; its start by the corrected clock.
    pub span: Span,
    /// Who its trace says it was for where it names no user.
    pub visitor: Option<ActorName>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Its attributes, those of checkpoints left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: Map<String, Value>,
    /// A moment's checkpoints, in order: name, and milliseconds after its start.
    pub checkpoints: Vec<(String, f64)>,
    /// Errors, log records, metric points and events that name it, oldest first; of each kind at most 20.
    pub items: Vec<TimelineItem>,
    /// What was read.
    pub receipt: Receipt,
}
