//! The handle that the host application holds.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use protocol::event::Event;
use protocol::metric::MetricPoint;

use crate::clock;
use crate::config::{Config, InitError};
use crate::event_record::EventItem;
use crate::metric_record::MetricItem;
use crate::record_metric::MetricBuilder;
use crate::report::Report;
use crate::track::EventBuilder;
use crate::value::{Measure, Text};
use crate::worker::{self, Shared};

/// Sends events and metric points. Cloning is cheap; all clones are one client, which stops with the last of them.
#[derive(Clone, Debug)]
pub struct Client(Arc<Handle>);

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
}

/// Not everything could be delivered in the time given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{items} items could not be delivered in time")]
pub struct FlushError {
    /// Items that still wait after [`Client::flush`], or are lost after [`Client::shutdown`].
    pub items: u64,
}

impl Client {
    pub(crate) fn start(config: Config) -> Result<Self, InitError> {
        config.check()?;
        let shared = Arc::new(Shared::new(config));
        let worker = Arc::clone(&shared);
        thread::Builder::new().name("throughline".to_owned()).spawn(move || worker::run(&worker))?;
        Ok(Self(Arc::new(Handle { shared })))
    }

    /// Begins an event such as `cart.add`; nothing is captured before [`EventBuilder::send`].
    #[inline]
    pub fn track(&self, name: impl Into<Text>) -> EventBuilder<'_> {
        EventBuilder::new(self, name.into())
    }

    /// Begins a metric point; nothing is captured before [`MetricBuilder::send`].
    #[inline]
    pub fn record_metric(&self, name: impl Into<Text>, value: impl Into<Measure>) -> MetricBuilder<'_> {
        MetricBuilder::new(self, name.into(), value.into())
    }

    /// Captures an event in its wire form. An absent id and time are filled in; the sequence number too, unless the
    /// event names its own time.
    pub fn track_event(&self, event: Event) {
        self.capture_event(EventItem::Whole { event: Box::new(event), captured_at: clock::now_micros() });
    }

    /// Captures a metric point in its wire form. An absent time is filled in.
    pub fn record_point(&self, point: MetricPoint) {
        self.capture_metric(MetricItem::Whole { point: Box::new(point), captured_at: clock::now_micros() });
    }

    #[inline]
    pub(crate) fn capture_event(&self, item: EventItem) {
        if self.0.shared.events.push(item) {
            self.0.shared.bell.ring();
        }
    }

    #[inline]
    pub(crate) fn capture_metric(&self, item: MetricItem) {
        if self.0.shared.metrics.push(item) {
            self.0.shared.bell.ring();
        }
    }

    /// Sends what has been captured so far and waits until the server has answered for it, at most `timeout`.
    /// Blocks: from async code, call it on a blocking thread. Items that were given up count as answered; see
    /// [`Client::report`].
    ///
    /// # Errors
    /// When the time is over; the client goes on trying.
    pub fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let shared = &self.0.shared;
        let deadline = deadline(timeout);
        let events = shared.events.lock().request_flush();
        let metrics = shared.metrics.lock().request_flush();
        shared.bell.ring();
        let done = shared.events.wait_until(deadline, |state| state.is_finished() || state.settled_through() >= events)
            && shared.metrics.wait_until(deadline, |state| state.is_finished() || state.settled_through() >= metrics);
        if done { Ok(()) } else { Err(FlushError { items: shared.events.lock().queued() + shared.metrics.lock().queued() }) }
    }

    /// Captures nothing more, sends what waits, and ends the background thread, within `timeout`. Blocks: from async
    /// code, call it on a blocking thread. What is captured afterwards, through any clone, is counted as lost.
    ///
    /// # Errors
    /// When items could not be delivered in that time, or the server asks to come back later than that.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        let shared = &self.0.shared;
        let deadline = deadline(timeout);
        shared.stop_by(deadline);
        let ended = shared.events.wait_until(deadline, |state| state.is_finished())
            && shared.metrics.wait_until(deadline, |state| state.is_finished());
        let items = if ended {
            shared.events.lock().written_off() + shared.metrics.lock().written_off()
        } else {
            shared.events.lock().queued() + shared.metrics.lock().queued()
        };
        if ended && items == 0 { Ok(()) } else { Err(FlushError { items }) }
    }

    /// What became of everything that was captured, as of now.
    pub fn report(&self) -> Report {
        let shared = &self.0.shared;
        Report {
            events: shared.events.lock().report(),
            metrics: shared.metrics.lock().report(),
            worker_restarts: shared.restarts.load(Ordering::Relaxed),
        }
    }
}

/// A day is as good as for ever, and no instant overflows.
fn deadline(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_secs(86_400))
}

impl Drop for Handle {
    /// The thread gets one more request's time to deliver what waits; the caller waits for a small part of it only.
    fn drop(&mut self) {
        let config = self.shared.config();
        if self.shared.stop_by(deadline(config.request_timeout.max(config.drop_wait))) {
            let deadline = deadline(config.drop_wait);
            let _ = self.shared.events.wait_until(deadline, |state| state.is_finished())
                && self.shared.metrics.wait_until(deadline, |state| state.is_finished());
        }
    }
}
