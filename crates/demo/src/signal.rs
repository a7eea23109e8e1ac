//! What is sent.

use chrono::{DateTime, Utc};
use protocol::error_report::ErrorReport;
use protocol::event::Event;
use protocol::identity::Identity;
use protocol::log::LogRecord;
use protocol::metric::MetricPoint;
use protocol::span::Span;

/// An item and when it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The same time as in the item's `ts`; of a span, its end.
    pub at: DateTime<Utc>,
    /// What happens.
    pub item: Item,
}

/// One item of any signal.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Item {
    Event(Box<Event>),
    Metric(Box<MetricPoint>),
    Span(Box<Span>),
    Error(Box<ErrorReport>),
    Log(Box<LogRecord>),
    Identity(Box<Identity>),
}

impl Signal {
    pub(crate) fn event(at: DateTime<Utc>, event: Event) -> Self {
        Self { at, item: Item::Event(Box::new(Event { ts: Some(at.into()), ..event })) }
    }

    pub(crate) fn metric(at: DateTime<Utc>, point: MetricPoint) -> Self {
        Self { at, item: Item::Metric(Box::new(MetricPoint { ts: Some(at.into()), ..point })) }
    }

    /// A span is sent when it is over.
    pub(crate) fn span(end: DateTime<Utc>, span: Span) -> Self {
        Self { at: end, item: Item::Span(Box::new(span)) }
    }

    pub(crate) fn error(at: DateTime<Utc>, report: ErrorReport) -> Self {
        Self { at, item: Item::Error(Box::new(ErrorReport { ts: Some(at.into()), ..report })) }
    }

    pub(crate) fn log(at: DateTime<Utc>, log: LogRecord) -> Self {
        Self { at, item: Item::Log(Box::new(LogRecord { ts: Some(at.into()), ..log })) }
    }

    pub(crate) fn identity(at: DateTime<Utc>, identity: Identity) -> Self {
        Self { at, item: Item::Identity(Box::new(Identity { ts: Some(at.into()), ..identity })) }
    }
}
