//! What is sent.

use chrono::{DateTime, Utc};
use protocol::event::Event;
use protocol::metric::MetricPoint;

/// An event or a metric point and when it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The same time as in the item's `ts`.
    pub at: DateTime<Utc>,
    /// What happens.
    pub item: Item,
}

/// An event or a metric point.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Item {
    Event(Box<Event>),
    Metric(Box<MetricPoint>),
}

impl Signal {
    pub(crate) fn event(at: DateTime<Utc>, event: Event) -> Self {
        Self { at, item: Item::Event(Box::new(Event { ts: Some(at.into()), ..event })) }
    }

    pub(crate) fn metric(at: DateTime<Utc>, point: MetricPoint) -> Self {
        Self { at, item: Item::Metric(Box::new(MetricPoint { ts: Some(at.into()), ..point })) }
    }
}
