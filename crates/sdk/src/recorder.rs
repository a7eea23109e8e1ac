//! A recorder for the `metrics` facade: what libraries measure with `counter!`, `gauge!` and `histogram!` arrives as metric
//! points.
//!
//! Counters and gauges are summed up here and sent once per flush interval, so that a busy counter costs one point; each
//! value of a histogram is a point of a distribution, and goes through the ring like any other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use protocol::limits::METRIC_TAGS_MAX;
use protocol::metric::MetricKind;

use crate::client::{Client, Observer};
use crate::clock;
use crate::loss::LossReason;
use crate::metric_record::{MetricItem, MetricRecord};
use crate::value::{Measure, Text};

/// Series that are kept; what further ones measure is counted as lost, once for each that is registered.
const SERIES_MAX: usize = 2_000;
/// Descriptions that are kept.
const UNITS_MAX: usize = 2_000;

/// Hands what the `metrics` facade measures to a client. Install it once per process:
///
/// ```
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// // Another recorder may be installed already: that is the host application's to decide.
/// let _ = metrics::set_global_recorder(throughline::Recorder::new(&tl));
/// metrics::counter!("cache.hits", "cache" => "routes").increment(1);
/// # Ok::<(), throughline::InitError>(())
/// ```
///
/// It does not keep the client: when its last handle is dropped, what is measured goes nowhere.
#[derive(Debug)]
pub struct Recorder {
    observer: Observer,
    series: Arc<Series>,
    units: Mutex<HashMap<String, &'static str>>,
}

#[derive(Debug, Default)]
struct Series {
    counters: Mutex<HashMap<Key, Arc<Tally>>>,
    gauges: Mutex<HashMap<Key, Arc<Level>>>,
}

impl Recorder {
    /// A recorder for this client.
    pub fn new(client: &Client) -> Self {
        let series = Arc::<Series>::default();
        let gathered = Arc::clone(&series);
        client.add_source(move || gathered.gather());
        Self { observer: client.downgrade(), series, units: Mutex::default() }
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>) {
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(unit) = unit.filter(|_| units.len() < UNITS_MAX) {
            units.insert(key.as_str().to_owned(), unit.as_canonical_label());
        }
    }

    fn refuse(&self) {
        if let Some(client) = self.observer.client() {
            client.refuse::<MetricItem>(LossReason::QueueOverflow);
        }
    }
}

impl Series {
    fn gather(&self) -> Vec<MetricRecord> {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = counters.iter().filter_map(|(key, tally)| Some(record(key, MetricKind::Counter, tally.take()?)));
        let mut records: Vec<MetricRecord> = counted.collect();
        drop(counters);
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        records.extend(gauges.iter().filter_map(|(key, level)| Some(record(key, MetricKind::Gauge, level.take()?))));
        records
    }
}

fn record(key: &Key, kind: MetricKind, value: f64) -> MetricRecord {
    let mut record = MetricRecord::new(key.name().to_owned().into(), kind, Measure::Number(value));
    record.captured_at = clock::now_micros();
    for label in key.labels() {
        record.tags.push(label.key().to_owned().into(), label.value().to_owned().into(), METRIC_TAGS_MAX);
    }
    record
}

/// A counter: its total, and how much of it was sent.
#[derive(Debug, Default)]
struct Tally {
    total: AtomicU64,
    sent: AtomicU64,
}

impl Tally {
    /// What was added since the last call. Only one thread at a time asks.
    fn take(&self) -> Option<f64> {
        let total = self.total.load(Ordering::Relaxed);
        let sent = self.sent.swap(total, Ordering::Relaxed);
        (total > sent).then(|| (total - sent) as f64)
    }
}

impl CounterFn for Tally {
    fn increment(&self, value: u64) {
        self.total.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.total.fetch_max(value, Ordering::Relaxed);
    }
}

/// A gauge: its value's bits, and those that were sent last.
#[derive(Debug)]
struct Level {
    now: AtomicU64,
    sent: AtomicU64,
}

/// Nothing was sent yet: a NaN that no arithmetic makes.
const UNSENT: u64 = u64::MAX;

impl Default for Level {
    fn default() -> Self {
        Self { now: AtomicU64::new(0), sent: AtomicU64::new(UNSENT) }
    }
}

impl Level {
    fn take(&self) -> Option<f64> {
        let now = self.now.load(Ordering::Relaxed);
        (self.sent.swap(now, Ordering::Relaxed) != now).then(|| f64::from_bits(now))
    }

    fn change(&self, change: impl Fn(f64) -> f64) {
        let _ = self.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bits| Some(change(f64::from_bits(bits)).to_bits()));
    }
}

impl GaugeFn for Level {
    fn increment(&self, value: f64) {
        self.change(|now| now + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|now| now - value);
    }

    fn set(&self, value: f64) {
        self.now.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// A histogram: every value is a point.
#[derive(Debug)]
struct Values {
    observer: Observer,
    key: Key,
    unit: Option<&'static str>,
}

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        let Some(client) = self.observer.client() else { return };
        let mut record = record(&self.key, MetricKind::Distribution, value);
        record.unit = self.unit.map(Text::Borrowed);
        record.place = client.place(record.captured_at);
        client.capture(MetricItem::Built(Box::new(record)));
    }
}

/// The member of a bounded map, made when there is room.
fn member<T: Default>(map: &Mutex<HashMap<Key, Arc<T>>>, key: &Key) -> Option<Arc<T>> {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = map.get(key) {
        return Some(Arc::clone(found));
    }
    (map.len() < SERIES_MAX).then(|| Arc::clone(map.entry(key.clone()).or_default()))
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        member(&self.series.counters, key).map_or_else(
            || {
                self.refuse();
                Counter::noop()
            },
            Counter::from_arc,
        )
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        member(&self.series.gauges, key).map_or_else(
            || {
                self.refuse();
                Gauge::noop()
            },
            Gauge::from_arc,
        )
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let unit = self.units.lock().unwrap_or_else(PoisonError::into_inner).get(key.name()).copied();
        Histogram::from_arc(Arc::new(Values { observer: self.observer.clone(), key: key.clone(), unit }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_gives_what_was_added_since_and_a_gauge_its_changes() {
        let tally = Tally::default();
        tally.increment(3);
        tally.increment(4);
        assert_eq!((tally.take(), tally.take()), (Some(7.0), None));
        tally.absolute(5);
        assert_eq!(tally.take(), None, "behind what was counted");
        tally.absolute(9);
        assert_eq!(tally.take(), Some(2.0));
        let level = Level::default();
        assert_eq!((level.take(), level.take()), (Some(0.0), None));
        level.set(4.0);
        level.decrement(1.5);
        assert_eq!((level.take(), level.take()), (Some(2.5), None));
    }
}
