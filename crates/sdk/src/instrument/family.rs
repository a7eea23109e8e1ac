//! What the families share: a running time, attributes, and the points that come of them.

use std::time::{Duration, Instant};

use protocol::metric::MetricKind;

use crate::client::Client;
use crate::record_metric::MetricBuilder;
use crate::value::{Measure, Text, Value};

/// One occurrence, from its beginning on.
#[derive(Debug)]
pub(super) struct Family {
    client: Client,
    prefix: Text,
    began: Instant,
    took: Option<Duration>,
    attributes: Vec<(Text, Value)>,
}

impl Family {
    pub(super) fn new(client: Client, prefix: Text) -> Self {
        Self { client, prefix, began: Instant::now(), took: None, attributes: Vec::with_capacity(6) }
    }

    pub(super) fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.attributes.push((key.into(), value.into()));
        self
    }

    pub(super) fn took(mut self, duration: Duration) -> Self {
        self.took = Some(duration);
        self
    }

    /// With how it came out.
    pub(super) fn succeeded(self, success: bool) -> Self {
        self.with("success", success)
    }

    /// With why it failed.
    pub(super) fn failed(self, error_type: Text) -> Self {
        self.succeeded(false).with("error_type", error_type)
    }

    /// How long it took, as said, else until now.
    pub(super) fn duration(&self, name: &str) {
        let took = self.took.unwrap_or_else(|| self.began.elapsed());
        self.point(name, MetricKind::Distribution, (took.as_secs_f64() * 1_000.0).into()).unit("ms").send();
    }

    pub(super) fn count(&self, name: &str) {
        self.add(name, 1);
    }

    pub(super) fn add(&self, name: &str, n: u64) {
        self.point(name, MetricKind::Counter, n.into()).send();
    }

    pub(super) fn gauge(&self, name: &str, value: Measure) {
        self.point(name, MetricKind::Gauge, value).send();
    }

    fn point(&self, name: &str, kind: MetricKind, value: Measure) -> MetricBuilder<'_> {
        let name = if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) };
        let point = self.client.record_metric(name, value).kind(kind);
        self.attributes.iter().fold(point, |point, (key, value)| point.tag(key.clone(), value.clone()))
    }
}
