//! Log records: as the host application writes them, and until their batch.

use std::sync::Arc;

use protocol::level::Level;
use protocol::log::LogRecord;
use protocol::outcome::Signal;

use crate::client::Client;
use crate::clock;
use crate::event_record::{PROPS_MAX, props};
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::repair;
use crate::scope::{Own, Place};
use crate::span_context::SpanContext;
use crate::value::{Text, Value};

/// What waits in the ring of log records.
#[derive(Debug)]
pub(crate) struct LogItem(Box<Record>);

#[derive(Debug)]
struct Record {
    captured_at: i64,
    level: Level,
    body: Text,
    attributes: Vec<(Text, Value)>,
    service: Option<Text>,
    own: Own,
    place: Option<Arc<Place>>,
}

impl LogItem {
    pub(crate) fn new(level: Level, body: Text) -> Self {
        Self(Box::new(Record {
            captured_at: clock::now_micros(),
            level,
            body,
            attributes: Vec::new(),
            service: None,
            own: Own::default(),
            place: None,
        }))
    }

    /// With a further attribute.
    pub(crate) fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        if self.0.attributes.len() < PROPS_MAX {
            self.0.attributes.push((key.into(), value.into()));
        }
        self
    }

    pub(crate) fn service(mut self, service: impl Into<Text>) -> Self {
        self.0.service = Some(service.into());
        self
    }
}

impl Item for LogItem {
    const SIGNAL: Signal = Signal::Log;
    type Wire = LogRecord;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.logs
    }

    fn weight(&self) -> usize {
        let attributes = self.0.attributes.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
        size_of::<Record>() + self.0.body.len() + self.0.own.weight() + attributes.sum::<usize>()
    }

    fn into_wire(self, _number: u64, origin: &Origin<'_>) -> Result<LogRecord, LossReason> {
        let record = *self.0;
        let whereabouts = record.own.within(record.place.as_deref());
        let mut log = LogRecord {
            ts: Some(clock::at_micros(record.captured_at).into()),
            level: record.level,
            body: repair::text(record.body),
            attributes: props(record.attributes),
            service: repair::attribute(record.service).or_else(|| origin.service.map(str::to_owned)),
            trace_id: whereabouts.trace,
            span_id: whereabouts.span,
            user_id: whereabouts.user,
            session_id: whereabouts.session,
            release: None,
            environment: None,
            sample_rate: None,
        };
        origin.sign(&mut log.release, &mut log.environment);
        Ok(log)
    }
}

/// A log record that is being put together. Ends with [`send`](LogBuilder::send).
#[derive(Debug)]
#[must_use = "nothing is captured until `send`"]
pub struct LogBuilder<'a> {
    client: &'a Client,
    item: LogItem,
}

impl<'a> LogBuilder<'a> {
    pub(crate) fn new(client: &'a Client, level: Level, body: Text) -> Self {
        Self { client, item: LogItem::new(level, body) }
    }

    /// What else is known.
    pub fn attribute(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.item = self.item.with(key, value);
        self
    }

    /// The program that wrote it, if not the client's.
    pub fn service(mut self, service: impl Into<Text>) -> Self {
        self.item = self.item.service(service);
        self
    }

    /// The user for whom it was written.
    pub fn user(mut self, id: impl Into<Text>) -> Self {
        self.item.0.own.user = Some(id.into());
        self
    }

    /// The session in which it was written.
    pub fn session(mut self, id: impl Into<Text>) -> Self {
        self.item.0.own.session = Some(id.into());
        self
    }

    /// The span during which it was written, if not the current one.
    pub fn parent(mut self, span: impl Into<SpanContext>) -> Self {
        self.item.0.own.set_span(span.into());
        self
    }

    /// Captures the record.
    pub fn send(mut self) {
        self.item.0.place = self.client.place(self.item.0.captured_at);
        self.client.capture(self.item);
    }
}
