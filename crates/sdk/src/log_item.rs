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
use crate::scope::{Own, Place, own_setters};
use crate::value::{Text, Value, object_weight};

/// What waits in the ring of log records.
#[derive(Debug)]
pub(crate) enum LogItem {
    /// As it was written here.
    Built(Box<LogDraft>),
    /// As somebody else made it.
    Whole(Box<LogRecord>),
}

#[derive(Debug)]
pub(crate) struct LogDraft {
    captured_at: i64,
    level: Level,
    body: Text,
    attributes: Vec<(Text, Value)>,
    service: Option<Text>,
    own: Own,
    place: Option<Arc<Place>>,
}

impl LogDraft {
    pub(crate) fn new(level: Level, body: Text) -> Self {
        Self { captured_at: clock::now_micros(), level, body, attributes: Vec::new(), service: None, own: Own::default(), place: None }
    }

    /// With a further attribute.
    pub(crate) fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.add(key.into(), value.into());
        self
    }

    pub(crate) fn service(mut self, service: impl Into<Text>) -> Self {
        self.service = Some(service.into());
        self
    }

    fn add(&mut self, key: Text, value: Value) {
        if self.attributes.len() < PROPS_MAX {
            self.attributes.push((key, value));
        }
    }

    fn into_log(self, origin: &Origin<'_>) -> LogRecord {
        let whereabouts = self.own.within(self.place.as_deref());
        LogRecord {
            ts: Some(clock::at_micros(self.captured_at).into()),
            level: self.level,
            body: repair::text(self.body),
            attributes: props(self.attributes),
            service: repair::attribute(self.service).or_else(|| origin.service.map(str::to_owned)),
            trace_id: whereabouts.trace,
            span_id: whereabouts.span,
            user_id: whereabouts.user,
            session_id: whereabouts.session,
            release: None,
            environment: None,
            sample_rate: None,
        }
    }
}

impl Item for LogItem {
    const SIGNAL: Signal = Signal::Log;
    type Wire = LogRecord;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.logs
    }

    fn weight(&self) -> usize {
        match self {
            Self::Built(record) => {
                let attributes = record.attributes.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
                size_of::<LogDraft>() + record.body.len() + record.own.weight() + attributes.sum::<usize>()
            }
            Self::Whole(log) => size_of::<LogRecord>() + log.body.len() + object_weight(&log.attributes),
        }
    }

    fn into_wire(self, _number: u64, origin: &Origin<'_>) -> Result<LogRecord, LossReason> {
        let mut log = match self {
            Self::Built(record) => record.into_log(origin),
            Self::Whole(log) => *log,
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
    record: Box<LogDraft>,
}

impl<'a> LogBuilder<'a> {
    pub(crate) fn new(client: &'a Client, level: Level, body: Text) -> Self {
        Self { client, record: Box::new(LogDraft::new(level, body)) }
    }

    own_setters!(user, session, parent);

    fn own(&mut self) -> &mut Own {
        &mut self.record.own
    }

    /// What else is known.
    pub fn attribute(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.record.add(key.into(), value.into());
        self
    }

    /// The program that wrote it, if not the client's.
    pub fn service(mut self, service: impl Into<Text>) -> Self {
        self.record.service = Some(service.into());
        self
    }

    /// Captures the record.
    pub fn send(mut self) {
        self.record.place = self.client.place(clock::now_micros());
        self.client.capture(LogItem::Built(self.record));
    }
}
