//! A recorder for the `metrics` facade: what libraries measure with `counter!`, `gauge!` and `histogram!` arrives as metric
//! points.
//!
//! Counters and gauges are summed up here and sent once per flush interval, so that a busy counter costs one point; each
//! value of a histogram is a point of a distribution, and goes through the ring like any other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use protocol::limits::METRIC_TAGS_MAX;
use protocol::metric::MetricKind;

use crate::client::{Client, Observer};
use crate::clock;
use crate::loss::LossReason;
use crate::metric_record::{MetricItem, MetricRecord};
use crate::process;
use crate::sources::Source;
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
/// A process that was forked off counts from its fork on. A handle that was made before the fork and is kept, instead of the
/// macros being called again, counts from the first signal of another kind or [`Client::after_fork`] on.
///
/// It does not keep the client: when its last handle is dropped, what is measured goes nowhere.
#[derive(Debug)]
pub struct Recorder {
    observer: Observer,
    series: Arc<Series>,
}

/// One process's series.
#[derive(Debug)]
struct Series {
    counters: Mutex<Members<Tally>>,
    gauges: Mutex<Members<Level>>,
    units: Mutex<Units>,
    process: u32,
    heir: OnceLock<Box<Series>>,
}

type Members<T> = HashMap<Key, Arc<T>>;
type Units = HashMap<String, &'static str>;

impl Recorder {
    /// A recorder for this client.
    pub fn new(client: &Client) -> Self {
        let series = Arc::new(Series::new(process::id(), Members::new(), Members::new(), Units::new()));
        client.add_source(Arc::<Series>::clone(&series));
        Self { observer: client.downgrade(), series }
    }

    /// The series of this process; its client notices, too, where it was forked off.
    fn series(&self) -> &Series {
        let now = clock::now_micros();
        if let Some(client) = self.observer.client() {
            client.notice(now);
        }
        self.series.of_process(process::id_at(now))
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>) {
        let mut units = self.series().units.lock().unwrap_or_else(PoisonError::into_inner);
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
    fn new(process: u32, counters: Members<Tally>, gauges: Members<Level>, units: Units) -> Self {
        Self { counters: Mutex::new(counters), gauges: Mutex::new(gauges), units: Mutex::new(units), process, heir: OnceLock::new() }
    }

    /// Those of this process: in one that was forked off, the same ones from where its parent was.
    fn of_process(&self, process: u32) -> &Self {
        let mut known = self;
        while let Some(heir) = known.heir.get() {
            known = heir;
        }
        if known.process == process { known } else { known.heir.get_or_init(|| Box::new(known.bequeath(process))) }
    }

    #[cold]
    fn bequeath(&self, process: u32) -> Self {
        let heir = Self::new(process, copied(&self.counters), copied(&self.gauges), copied(&self.units));
        // What was counted so far is the parent's to send.
        drop(heir.take());
        heir
    }

    fn take(&self) -> Vec<MetricRecord> {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = counters.iter().filter_map(|(key, tally)| Some(record(key, MetricKind::Counter, tally.take()?)));
        let mut records: Vec<MetricRecord> = counted.collect();
        drop(counters);
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        records.extend(gauges.iter().filter_map(|(key, level)| Some(record(key, MetricKind::Gauge, level.take()?))));
        records
    }
}

impl Source for Series {
    fn gather(&self) -> Vec<MetricRecord> {
        self.of_process(process::id()).take()
    }

    fn after_fork(&self) {
        self.of_process(process::id());
    }
}

/// What is behind the lock; nothing where a thread that the fork left behind holds it.
fn copied<M: Clone + Default>(lock: &Mutex<M>) -> M {
    match lock.try_lock() {
        Ok(held) => held.clone(),
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().clone(),
        Err(TryLockError::WouldBlock) => M::default(),
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
fn member<T: Default>(map: &Mutex<Members<T>>, key: &Key) -> Option<Arc<T>> {
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
        member(&self.series().counters, key).map_or_else(
            || {
                self.refuse();
                Counter::noop()
            },
            Counter::from_arc,
        )
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        member(&self.series().gauges, key).map_or_else(
            || {
                self.refuse();
                Gauge::noop()
            },
            Gauge::from_arc,
        )
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let unit = self.series().units.lock().unwrap_or_else(PoisonError::into_inner).get(key.name()).copied();
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
