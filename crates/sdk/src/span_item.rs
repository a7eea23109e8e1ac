//! A span between its end and its batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::limits::SPAN_DAYS_MAX;
use protocol::outcome::Signal;
use protocol::span::{Span as WireSpan, SpanStatus};
use protocol::trace::SpanId;

use crate::clock;
use crate::event_record::{PROPS_MAX, props};
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::repair;
use crate::scope::{Own, Place};
use crate::span_context::SpanContext;
use crate::value::{Text, Value, object_weight};

/// What waits in the ring of spans.
#[derive(Debug)]
pub(crate) enum SpanItem {
    /// As it was measured here.
    Built(Box<SpanRecord>),
    /// As somebody else made it.
    Whole(Box<WireSpan>),
}

/// A span from its start on.
#[derive(Debug)]
pub(crate) struct SpanRecord {
    pub(crate) name: Text,
    pub(crate) op: Option<Text>,
    pub(crate) context: SpanContext,
    pub(crate) parent: Option<SpanId>,
    pub(crate) started_at: i64,
    pub(crate) began: Instant,
    pub(crate) took: Option<Duration>,
    pub(crate) status: SpanStatus,
    pub(crate) attributes: Vec<(Text, Value)>,
    pub(crate) own: Own,
    pub(crate) place: Option<Arc<Place>>,
}

impl SpanRecord {
    pub(crate) fn new(name: Text, context: SpanContext, parent: Option<SpanId>) -> Self {
        Self {
            name,
            op: None,
            context,
            parent,
            started_at: clock::now_micros(),
            began: Instant::now(),
            took: None,
            status: SpanStatus::Ok,
            attributes: Vec::new(),
            own: Own::default(),
            place: None,
        }
    }

    pub(crate) fn set(&mut self, key: Text, value: Value) {
        if self.attributes.len() < PROPS_MAX {
            self.attributes.push((key, value));
        }
    }

    fn into_span(self, origin: &Origin<'_>) -> WireSpan {
        const LONGEST: Duration = Duration::from_secs(SPAN_DAYS_MAX as u64 * 86_400);
        // The span is its own place in the trace: the scope's must not replace it.
        let place = self.place.map(|place| Place { span: None, ..(*place).clone() });
        let whereabouts = self.own.within(place.as_ref());
        let took = self.took.unwrap_or_else(|| self.began.elapsed()).min(LONGEST);
        let mut name = repair::name(self.name);
        if name.trim().is_empty() {
            "unnamed".clone_into(&mut name);
        }
        let mut span = WireSpan {
            trace_id: self.context.trace,
            span_id: self.context.span,
            parent_span_id: self.parent,
            name,
            op: repair::attribute(self.op),
            service: origin.service.map(str::to_owned),
            start: Some(clock::at_micros(self.started_at).into()),
            end: None,
            duration_ms: Some(took.as_secs_f64() * 1_000.0),
            status: self.status,
            attributes: props(self.attributes),
            user_id: whereabouts.user,
            session_id: whereabouts.session,
            release: None,
            environment: None,
            sample_rate: None,
        };
        origin.sign(&mut span.release, &mut span.environment);
        span
    }
}

impl Item for SpanItem {
    const SIGNAL: Signal = Signal::Span;
    type Wire = WireSpan;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.spans
    }

    fn weight(&self) -> usize {
        match self {
            Self::Built(record) => {
                let attributes = record.attributes.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
                size_of::<SpanRecord>() + record.name.len() + record.own.weight() + attributes.sum::<usize>()
            }
            Self::Whole(span) => size_of::<WireSpan>() + span.name.len() + object_weight(&span.attributes),
        }
    }

    fn into_wire(self, _number: u64, origin: &Origin<'_>) -> Result<WireSpan, LossReason> {
        Ok(match self {
            Self::Built(record) => record.into_span(origin),
            Self::Whole(mut span) => {
                origin.sign(&mut span.release, &mut span.environment);
                *span
            }
        })
    }
}
