//! A DDSketch: counts of values in bins that grow by a fixed ratio, so that any percentile is within 1 % of a value that
//! was really there.
//!
//! The mapping of values to bins is the crate's. Its stores are not used: they are dense (16 KB for a handful of spread
//! values) and collapse the lowest bins beyond 2,048, after which neither the 1 % nor the order of merging holds. Here a
//! bin that is empty takes no room, and there is no collapse: the bins of all finite numbers are some 71,000 per sign.

use std::sync::LazyLock;

use sketches_ddsketch::Config;

use super::bytes::{self, Corrupt};
use super::{Cell, Values};

/// The greatest relative error of a percentile.
const ERROR: f64 = 0.01;
/// The format of the bytes.
const VERSION: u8 = 1;

/// Counts of values by their bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sketch {
    /// Of negative values, by the bin of their magnitude.
    negative: Bins,
    /// Values that no bin holds: 0 and what is too small for a float's full precision.
    zeros: u64,
    positive: Bins,
}

/// Bins that are not empty, in ascending order: charts add up tens of thousands of sketches, whose bins are mostly the same.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bins(Vec<(i32, u64)>);

impl Bins {
    fn add(&mut self, bin: i32, count: u64) {
        match self.0.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(place) => self.0[place].1 = self.0[place].1.saturating_add(count),
            Err(place) => self.0.insert(place, (bin, count)),
        }
    }

    /// Adds all of `other`'s. Walks both once; only bins that are new here are sorted in.
    fn merge(&mut self, other: &Self) {
        let known = self.0.len();
        let mut place = 0;
        for (bin, count) in &other.0 {
            while place < known && self.0[place].0 < *bin {
                place += 1;
            }
            if place < known && self.0[place].0 == *bin {
                self.0[place].1 = self.0[place].1.saturating_add(*count);
            } else {
                self.0.push((*bin, *count));
            }
        }
        if self.0.len() > known {
            // Two rising runs: the sort joins them.
            self.0.sort_by_key(|(bin, _)| *bin);
        }
    }
}

/// The limits of bins and of the smallest value concern the crate's stores only.
static MAPPING: LazyLock<Config> = LazyLock::new(|| Config::new(ERROR, 0, f64::MIN_POSITIVE));

impl Sketch {
    /// The sketch of some values.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sketch = Self::default();
        values.into_iter().for_each(|value| sketch.add(value));
        sketch
    }

    fn add(&mut self, value: f64) {
        let bins = if value >= f64::MIN_POSITIVE {
            &mut self.positive
        } else if value <= -f64::MIN_POSITIVE {
            &mut self.negative
        } else {
            self.zeros += 1;
            return;
        };
        bins.add(MAPPING.key(value.abs()), 1);
    }

    /// Adds the values of another cell.
    pub(super) fn merge(&mut self, other: &Cell) {
        match &other.values {
            Values::Sketched(other) => {
                self.negative.merge(&other.negative);
                self.positive.merge(&other.positive);
                self.zeros = self.zeros.saturating_add(other.zeros);
            }
            Values::Listed(values) => values.iter().for_each(|value| self.add(*value)),
            Values::Summed => self.add(other.sum),
            Values::Set(_) => {}
        }
    }

    /// The value of a rank, counted from 1 in ascending order; within 1 % of the exact one.
    pub(super) fn value_at(&self, rank: u64) -> f64 {
        let mut seen = 0;
        let mut largest = 0.0;
        for (value, count) in self.ascending().filter(|(_, count)| *count > 0) {
            seen = u64::saturating_add(seen, count);
            largest = value;
            if seen >= rank {
                break;
            }
        }
        largest
    }

    /// The value of each bin with its count, in ascending order.
    pub(super) fn ascending(&self) -> impl Iterator<Item = (f64, u64)> {
        let negative = self.negative.0.iter().rev().map(|(bin, count)| (-MAPPING.value(*bin), *count));
        let positive = self.positive.0.iter().map(|(bin, count)| (MAPPING.value(*bin), *count));
        negative.chain([(0.0, self.zeros)]).chain(positive)
    }

    /// Bytes that its bins take.
    pub(super) fn memory(&self) -> usize {
        (self.negative.0.capacity() + self.positive.0.capacity()) * size_of::<(i32, u64)>()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        bytes::put(&mut out, self.zeros);
        for bins in [&self.negative, &self.positive] {
            bytes::put(&mut out, bins.0.len() as u64);
            let mut before = 0;
            for (bin, count) in &bins.0 {
                bytes::put(&mut out, bytes::zigzag(i64::from(*bin) - before));
                bytes::put(&mut out, *count);
                before = i64::from(*bin);
            }
        }
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Corrupt> {
        let mut rest = bytes::versioned(bytes, VERSION)?;
        let zeros = bytes::take(&mut rest)?;
        let negative = decode_bins(&mut rest)?;
        let positive = decode_bins(&mut rest)?;
        if !rest.is_empty() {
            return Err(Corrupt("bytes after the end"));
        }
        Ok(Self { negative, zeros, positive })
    }
}

fn decode_bins(rest: &mut &[u8]) -> Result<Bins, Corrupt> {
    let len = bytes::take(rest)?;
    // Each takes two bytes at least: what is announced beyond that is not there.
    let mut bins = Vec::with_capacity(usize::try_from(len).unwrap_or(usize::MAX).min(rest.len() / 2));
    let mut before = 0_i64;
    for _ in 0..len {
        before = before.checked_add(bytes::unzigzag(bytes::take(rest)?)).ok_or(Corrupt("a bin beyond all numbers"))?;
        let bin = i32::try_from(before).map_err(|_| Corrupt("a bin beyond all numbers"))?;
        if bins.last().is_some_and(|(last, _)| *last >= bin) {
            return Err(Corrupt("bins that do not rise"));
        }
        bins.push((bin, bytes::take(rest)?));
    }
    Ok(Bins(bins))
}
