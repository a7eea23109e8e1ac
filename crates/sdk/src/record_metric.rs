//! Metric points, as the host application writes them.

use chrono::{DateTime, Utc};
use protocol::limits::METRIC_TAGS_MAX;
use protocol::metric::MetricKind;
use protocol::trace::{SpanId, TraceId};

use crate::client::Client;
use crate::clock;
use crate::metric_record::{MetricItem, MetricRecord};
use crate::scope::{Own, own_setters};
use crate::value::{Measure, Text, Value};

/// A metric point that is being put together. Ends with [`send`](MetricBuilder::send).
#[derive(Debug)]
#[must_use = "nothing is captured until `send`"]
pub struct MetricBuilder<'a> {
    client: &'a Client,
    record: Box<MetricRecord>,
}

impl<'a> MetricBuilder<'a> {
    #[inline]
    pub(crate) fn new(client: &'a Client, name: Text, kind: MetricKind, value: Measure) -> Self {
        Self { client, record: Box::new(MetricRecord::new(name, kind, value)) }
    }

    own_setters!(user, session, parent);

    #[inline]
    fn own(&mut self) -> &mut Own {
        self.record.own()
    }

    /// What the value means; a distribution when not said.
    #[inline]
    pub fn kind(mut self, kind: MetricKind) -> Self {
        self.record.kind = kind;
        self
    }

    /// Such as `ms`, `bytes`, `eur`.
    #[inline]
    pub fn unit(mut self, unit: impl Into<Text>) -> Self {
        self.record.unit = Some(unit.into());
        self
    }

    /// What the metric can be grouped by; at most 32. Few different values per key: an id belongs in `user` or `trace`.
    #[inline]
    pub fn tag(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.record.tags.push(key.into(), value.into(), METRIC_TAGS_MAX);
        self
    }

    /// The trace and the span during which it was measured.
    #[inline]
    pub fn trace(mut self, trace: TraceId, span: impl Into<Option<SpanId>>) -> Self {
        self.record.own().trace = Some(trace);
        self.record.own().span = span.into();
        self
    }

    /// The release, if not the client's.
    #[inline]
    pub fn release(mut self, release: impl Into<Text>) -> Self {
        self.record.release = Some(release.into());
        self
    }

    /// When it was measured, if not now.
    #[inline]
    pub fn at(mut self, ts: DateTime<Utc>) -> Self {
        self.record.ts = Some(ts.timestamp_micros());
        self
    }

    /// Captures the point with the current time.
    #[inline]
    pub fn send(mut self) {
        self.record.captured_at = clock::now_micros();
        self.record.place = self.client.place(self.record.captured_at);
        self.client.capture(MetricItem::Built(self.record));
    }
}
