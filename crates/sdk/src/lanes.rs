//! All lanes: one per signal. What is to be done with every one of them is written once, over the list.

use std::time::Instant;

use protocol::outcome::Signal;

use crate::config::Config;
use crate::courier::{Carry, Courier};
use crate::error_item::ErrorItem;
use crate::event_record::EventItem;
use crate::identity_item::IdentityItem;
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::log_item::LogItem;
use crate::metric_record::MetricItem;
use crate::report::SignalReport;
use crate::span_item::SpanItem;
use crate::worker::Shared;

/// A lane per signal.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub(crate) events: Lane<EventItem>,
    pub(crate) metrics: Lane<MetricItem>,
    pub(crate) spans: Lane<SpanItem>,
    pub(crate) errors: Lane<ErrorItem>,
    pub(crate) logs: Lane<LogItem>,
    pub(crate) identities: Lane<IdentityItem>,
}

impl Lanes {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            events: Lane::new(config),
            metrics: Lane::new(config),
            spans: Lane::new(config),
            errors: Lane::new(config),
            logs: Lane::new(config),
            identities: Lane::new(config),
        }
    }

    /// Every lane, in the order in which they are served: what is rare and matters most comes first.
    pub(crate) fn all(&self) -> [&dyn AnyLane; 6] {
        [&self.identities, &self.errors, &self.events, &self.spans, &self.metrics, &self.logs]
    }

    pub(crate) fn are_empty(&self) -> bool {
        self.all().iter().all(|lane| lane.is_empty())
    }

    pub(crate) fn queued(&self) -> u64 {
        self.all().iter().map(|lane| lane.queued()).sum()
    }

    /// Items that were waiting when the worker ended.
    pub(crate) fn written_off(&self) -> u64 {
        self.all().iter().map(|lane| lane.written_off()).sum()
    }

    /// Waits until the worker has ended, at most until `deadline`; says whether it has.
    pub(crate) fn wait_finished(&self, deadline: Instant) -> bool {
        self.all().iter().all(|lane| lane.wait_finished(deadline))
    }
}

/// A lane, whatever it carries.
pub(crate) trait AnyLane {
    fn signal(&self) -> Signal;
    fn close(&self);
    fn recover(&self);
    fn finish(&self);
    fn is_empty(&self) -> bool;
    fn queued(&self) -> u64;
    fn written_off(&self) -> u64;
    fn report(&self) -> SignalReport;
    /// Asks the worker to send what was captured; the number up to which that is.
    fn request_flush(&self) -> u64;
    /// Waits until every item below `number` is settled.
    fn wait_settled(&self, number: u64, deadline: Instant) -> bool;
    fn wait_finished(&self, deadline: Instant) -> bool;
    fn courier<'a>(&'a self, shared: &'a Shared, origin: &'a Origin<'a>) -> Box<dyn Carry + 'a>;
}

impl<T: Item> AnyLane for Lane<T> {
    fn signal(&self) -> Signal {
        T::SIGNAL
    }

    fn close(&self) {
        self.lock().close();
    }

    fn recover(&self) {
        self.settle(|state| state.recover());
    }

    fn finish(&self) {
        self.settle(|state| state.finish());
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn queued(&self) -> u64 {
        self.lock().queued()
    }

    fn written_off(&self) -> u64 {
        self.lock().written_off()
    }

    fn report(&self) -> SignalReport {
        self.lock().report()
    }

    fn request_flush(&self) -> u64 {
        self.lock().request_flush()
    }

    fn wait_settled(&self, number: u64, deadline: Instant) -> bool {
        self.wait_until(deadline, |state| state.is_finished() || state.settled_through() >= number)
    }

    fn wait_finished(&self, deadline: Instant) -> bool {
        self.wait_until(deadline, |state| state.is_finished())
    }

    fn courier<'a>(&'a self, shared: &'a Shared, origin: &'a Origin<'a>) -> Box<dyn Carry + 'a> {
        Box::new(Courier::new(self, shared, origin))
    }
}
