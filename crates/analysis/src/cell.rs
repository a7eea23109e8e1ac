//! Metric cells: the points of one series and bucket, added up so that cells can be added up again.
//!
//! Merging is commutative and associative, up to the rounding of float sums: it does not matter in which order flushes
//! are counted, or over which buckets a query adds up.

mod bytes;
mod sketch;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use protocol::metric::{Aggregate, MetricKind};

pub use bytes::Corrupt;
use sketch::Sketch;

/// Points of one kind, added up. It holds at least one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What the values mean.
    pub kind: MetricKind,
    /// Points.
    pub n: i64,
    /// Their sum; 0 for a set. Never infinite: it stops at the largest number.
    pub sum: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The value with the latest time; of several, the largest.
    pub last: f64,
    /// The latest time.
    pub last_ts: DateTime<Utc>,
    values: Values,
}

/// What a cell keeps of its values beyond the sums.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// Nothing: counters and gauges; a distribution of one point, whose value is the sum.
    Summed,
    /// A distribution of several points.
    Sketched(Sketch),
    /// Every value of a distribution, in no order; never stored.
    Listed(Vec<f64>),
    /// The hashes of a set, exact.
    Set(BTreeSet<u64>),
}

impl Cell {
    /// The cell of one point. A set has its value's hash in `set_hash`; the bits count, not the sign.
    pub fn of_point(kind: MetricKind, value: f64, set_hash: Option<i64>, ts: DateTime<Utc>) -> Self {
        let values = match kind {
            MetricKind::Set => Values::Set(set_hash.map(i64::cast_unsigned).into_iter().collect()),
            MetricKind::Counter | MetricKind::Gauge | MetricKind::Distribution => Values::Summed,
        };
        Self { kind, n: 1, sum: value, min: value, max: value, last: value, last_ts: ts, values }
    }

    /// The same where every value is kept: percentiles of what is merged of such cells are exact. For answers from single points.
    pub fn of_listed(kind: MetricKind, value: f64, set_hash: Option<i64>, ts: DateTime<Utc>) -> Self {
        let cell = Self::of_point(kind, value, set_hash, ts);
        if kind == MetricKind::Distribution { Self { values: Values::Listed(vec![value]), ..cell } } else { cell }
    }

    /// Adds one point of the same kind.
    pub fn add_point(&mut self, value: f64, set_hash: Option<i64>, ts: DateTime<Utc>) {
        self.merge(&Self::of_point(self.kind, value, set_hash, ts));
    }

    /// Adds the points of another cell of the same kind.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.kind, other.kind, "points of different kinds do not add up");
        match (&mut self.values, &other.values) {
            (Values::Set(mine), Values::Set(theirs)) => mine.extend(theirs),
            (Values::Listed(mine), Values::Listed(theirs)) => mine.extend_from_slice(theirs),
            _ if self.kind == MetricKind::Distribution => self.sketched().merge(other),
            _ => {}
        }
        self.n += other.n;
        self.sum = (self.sum + other.sum).clamp(-f64::MAX, f64::MAX);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        if (other.last_ts, other.last) > (self.last_ts, self.last) {
            (self.last_ts, self.last) = (other.last_ts, other.last);
        }
    }

    /// The sketch of this cell's values, made from its one value, or those that are listed, when there is none yet.
    fn sketched(&mut self) -> &mut Sketch {
        match &self.values {
            Values::Summed => self.values = Values::Sketched(Sketch::of([self.sum])),
            Values::Listed(values) => self.values = Values::Sketched(Sketch::of(values.iter().copied())),
            Values::Sketched(_) | Values::Set(_) => {}
        }
        match &mut self.values {
            Values::Sketched(sketch) => sketch,
            Values::Summed | Values::Listed(_) | Values::Set(_) => {
                unreachable!("a distribution has no set, and it was given a sketch above")
            }
        }
    }

    /// The bucket's points as one number, `seconds` being the bucket's width. `None` where the aggregate makes no sense
    /// for the kind.
    ///
    /// A percentile `q` of `n` points is the value of rank `⌈q·n⌉`, counted from 1 in ascending order (Postgres'
    /// `percentile_disc`). The first and the last rank are exact, and so is a bucket of one point, or of listed ones; others are
    /// within 1 %.
    pub fn aggregate(&self, aggregate: Aggregate, seconds: f64) -> Option<f64> {
        if !self.kind.aggregates().contains(&aggregate) {
            return None;
        }
        let n = self.n as f64;
        let rate = |per_seconds: f64| {
            let amount = if self.kind == MetricKind::Counter { self.sum } else { n };
            (seconds > 0.0).then(|| amount / seconds * per_seconds)
        };
        match aggregate {
            Aggregate::Sum => Some(self.sum),
            Aggregate::Count => Some(n),
            // Rounding must not carry the average past the values it is of.
            Aggregate::Avg => Some((self.sum / n).clamp(self.min, self.max)),
            Aggregate::Min => Some(self.min),
            Aggregate::Max => Some(self.max),
            Aggregate::Last => Some(self.last),
            Aggregate::PerSecond => rate(1.0),
            Aggregate::PerMinute => rate(60.0),
            Aggregate::P50 | Aggregate::P75 | Aggregate::P90 | Aggregate::P95 | Aggregate::P99 => {
                aggregate.quantile().map(|q| self.percentile(q))
            }
            Aggregate::Unique => match &self.values {
                Values::Set(hashes) => Some(hashes.len() as f64),
                Values::Summed | Values::Sketched(_) | Values::Listed(_) => None,
            },
        }
    }

    /// A percentile of the values, whatever their kind; `None` for a set, and for counters and gauges that hold more than one value,
    /// of which none are kept.
    pub fn percentile_of(&self, aggregate: Aggregate) -> Option<f64> {
        let known = self.kind == MetricKind::Distribution || self.n == 1 && self.kind != MetricKind::Set;
        aggregate.quantile().filter(|_| known).map(|q| self.percentile(q))
    }

    fn percentile(&self, q: f64) -> f64 {
        let n = self.n.unsigned_abs();
        let rank = rank(q, n);
        match &self.values {
            Values::Sketched(sketch) if rank > 1 && rank < n => sketch.value_at(rank).clamp(self.min, self.max),
            Values::Listed(values) if rank > 1 && rank < n => {
                let place = usize::try_from(rank - 1).unwrap_or(usize::MAX).min(values.len() - 1);
                *values.clone().select_nth_unstable_by(place, f64::total_cmp).1
            }
            _ if rank <= 1 => self.min,
            _ => self.max,
        }
    }

    /// Adds its values to those counts between whose `bounds` they lie; `bounds` rise and are one more than `counts`. What lies
    /// outside of all of them is counted at the end that it is nearer to. Within 1 %, as percentiles; nothing for kinds
    /// other than distributions.
    pub fn spread(&self, bounds: &[f64], counts: &mut [u64]) {
        let mut add = |value: f64, count: u64| {
            let above = bounds.partition_point(|bound| *bound <= value);
            if let Some(place) = counts.get_mut(above.clamp(1, bounds.len().max(2) - 1) - 1) {
                *place += count;
            }
        };
        match &self.values {
            Values::Sketched(sketch) => {
                let known = sketch.ascending().filter(|(_, count)| *count > 0);
                known.for_each(|(value, count)| add(value.clamp(self.min, self.max), count));
            }
            Values::Listed(values) => values.iter().for_each(|value| add(*value, 1)),
            Values::Summed if self.kind == MetricKind::Distribution => add(self.sum, 1),
            Values::Summed | Values::Set(_) => {}
        }
    }

    /// Bytes that it takes in memory.
    pub fn memory(&self) -> usize {
        let values = match &self.values {
            Values::Summed => 0,
            Values::Sketched(sketch) => sketch.memory(),
            Values::Listed(values) => values.capacity() * size_of::<f64>(),
            Values::Set(hashes) => hashes.len() * 16,
        };
        size_of::<Self>() + values
    }

    /// What the `sketch` column keeps: nothing for counters, gauges and a distribution of one point.
    pub fn encode_sketch(&self) -> Option<Vec<u8>> {
        match &self.values {
            Values::Summed => None,
            Values::Listed(values) if values.len() == 1 => None,
            Values::Listed(values) => Some(Sketch::of(values.iter().copied()).encode()),
            Values::Sketched(sketch) => Some(sketch.encode()),
            Values::Set(hashes) => Some(bytes::encode_set(hashes)),
        }
    }

    /// The cell of a stored row.
    ///
    /// # Errors
    /// When the bytes are not what [`Cell::encode_sketch`] writes for this kind.
    #[allow(clippy::too_many_arguments, reason = "the columns of the row, in their order")]
    pub fn decode(
        kind: MetricKind,
        n: i64,
        sum: f64,
        min: f64,
        max: f64,
        last: f64,
        last_ts: DateTime<Utc>,
        sketch: Option<&[u8]>,
    ) -> Result<Self, Corrupt> {
        let values = match (kind, sketch) {
            (MetricKind::Distribution, Some(bytes)) => Values::Sketched(Sketch::decode(bytes)?),
            (MetricKind::Distribution, None) if n == 1 => Values::Summed,
            (MetricKind::Set, Some(bytes)) => Values::Set(bytes::decode_set(bytes)?),
            (MetricKind::Counter | MetricKind::Gauge, None) => Values::Summed,
            _ => return Err(Corrupt("a sketch where none belongs, or none where one does")),
        };
        Ok(Self { kind, n, sum, min, max, last, last_ts, values })
    }
}

/// `⌈q·n⌉`, at least 1. In whole thousandths, because 0.95 · 100 in floats may be a little more than 95.
fn rank(q: f64, n: u64) -> u64 {
    let thousandths = (q * 1000.0).round() as u128;
    let rank = (thousandths * u128::from(n)).div_ceil(1000);
    u64::try_from(rank).unwrap_or(u64::MAX).clamp(1, n.max(1))
}
