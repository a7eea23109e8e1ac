//! Timers: a duration that becomes a metric point.

use std::time::Instant;

use protocol::limits::METRIC_TAGS_MAX;
use protocol::metric::MetricKind;

use crate::client::Client;
use crate::clock;
use crate::metric_record::{MetricItem, MetricRecord};
use crate::span_context::SpanContext;
use crate::value::{Measure, Text, Value};

/// Time that is running. Ends as a point of a distribution in milliseconds: by [`end`](Timer::end), or when it is dropped.
#[derive(Debug)]
#[must_use = "a timer that is dropped at once measures nothing"]
pub struct Timer {
    client: Client,
    began: Instant,
    /// Nothing once it has ended.
    record: Option<Box<MetricRecord>>,
}

impl Timer {
    pub(crate) fn start(client: &Client, name: Text) -> Self {
        let mut record = Box::new(MetricRecord::new(name, MetricKind::Distribution, Measure::Number(0.0)));
        record.unit = Some("ms".into());
        Self { client: client.clone(), began: Instant::now(), record: Some(record) }
    }

    /// What the metric can be grouped by; at most 32.
    pub fn tag(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        if let Some(record) = &mut self.record {
            record.tags.push(key.into(), value.into(), METRIC_TAGS_MAX);
        }
        self
    }

    /// The span during which it runs, if not the current one at its end.
    pub fn parent(mut self, span: impl Into<SpanContext>) -> Self {
        if let Some(record) = &mut self.record {
            record.own().set_span(span.into());
        }
        self
    }

    /// Ends it and captures the point.
    pub fn end(mut self) {
        self.finish();
    }

    /// Lets go of it without a point.
    pub fn discard(mut self) {
        self.record = None;
    }

    fn finish(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        record.value = Measure::Number(self.began.elapsed().as_secs_f64() * 1_000.0);
        record.captured_at = clock::now_micros();
        record.place = self.client.place(record.captured_at);
        self.client.capture(MetricItem::Built(record));
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.finish();
    }
}
