//! How long spans took, told as a histogram.

use protocol::traces::DurationBin;

/// Bounds of bins within a power of ten: the Renard series R5 (ISO 3), each 10^(1/5) times the one before, in tenths.
const R5: [u32; 5] = [10, 16, 25, 40, 63];
/// Powers of ten, from microseconds to 11 days in milliseconds.
const POWERS: std::ops::RangeInclusive<i32> = -3..=9;

/// Durations of matching spans.
#[derive(Default)]
pub(super) struct Durations {
    /// Milliseconds, and whether it failed.
    all: Vec<(f64, bool)>,
}

impl Durations {
    pub(super) fn add(&mut self, ms: f64, failed: bool) {
        self.all.push((ms, failed));
    }

    pub(super) fn count(&self) -> u64 {
        self.all.len() as u64
    }

    pub(super) fn failed(&self) -> u64 {
        self.all.iter().filter(|(_, failed)| *failed).count() as u64
    }

    /// The smallest duration that this share of them does not exceed (nearest rank).
    pub(super) fn percentile(&mut self, share: f64) -> Option<f64> {
        let rank = (self.all.len() as f64 * share).ceil() as usize;
        let place = rank.clamp(1, self.all.len().max(1)) - 1;
        (!self.all.is_empty()).then(|| self.all.select_nth_unstable_by(place, |a, b| a.0.total_cmp(&b.0)).1.0)
    }

    /// Bins from the first to the last that has any. The first one holds whatever is shorter too, the last whatever is longer.
    pub(super) fn bins(&self) -> Vec<DurationBin> {
        let bounds = bounds();
        let mut bins: Vec<DurationBin> =
            bounds.windows(2).map(|bounds| DurationBin { from_ms: bounds[0], until_ms: bounds[1], spans: 0, failed: 0 }).collect();
        for (ms, failed) in &self.all {
            let place = bounds.partition_point(|bound| bound <= ms).saturating_sub(1).min(bins.len() - 1);
            bins[place].spans += 1;
            bins[place].failed += u64::from(*failed);
        }
        let first = bins.iter().position(|bin| bin.spans > 0).unwrap_or(bins.len());
        let last = bins.iter().rposition(|bin| bin.spans > 0).map_or(first, |last| last + 1);
        bins[first..last].to_vec()
    }
}

fn bounds() -> Vec<f64> {
    // A division by a whole number rounds once, so that a bound reads as it is written: 0.016.
    let bound = |power: i32, tenths: u32| match power {
        0.. => f64::from(tenths) * 10f64.powi(power) / 10.0,
        _ => f64::from(tenths) / 10f64.powi(1 - power),
    };
    POWERS.flat_map(|power| R5.map(|tenths| bound(power, tenths))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durations(all: &[f64]) -> Durations {
        Durations { all: all.iter().map(|ms| (*ms, *ms > 100.0)).collect() }
    }

    #[test]
    fn a_duration_on_a_bound_begins_a_bin() {
        let bins = durations(&[1.0, 1.6, 1.5999, 250.0, 630.0]).bins();
        let told: Vec<(f64, u64, u64)> = bins.iter().filter(|bin| bin.spans > 0).map(|bin| (bin.from_ms, bin.spans, bin.failed)).collect();
        assert_eq!(told, [(1.0, 2, 0), (1.6, 1, 0), (250.0, 1, 1), (630.0, 1, 1)]);
        assert!(bins.windows(2).all(|two| two[0].until_ms == two[1].from_ms), "no gap");
        assert_eq!(bounds()[..6], [0.001, 0.0016, 0.0025, 0.004, 0.0063, 0.01]);
    }

    #[test]
    fn what_is_beyond_the_bins_is_in_the_outermost() {
        let bins = durations(&[0.0, 1e15]).bins();
        assert_eq!((bins[0].spans, bins[bins.len() - 1].spans), (1, 1));
        assert_eq!(durations(&[]).bins(), []);
    }

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        let mut hundred = durations(&(1..=100).rev().map(f64::from).collect::<Vec<_>>());
        assert_eq!((hundred.percentile(0.5), hundred.percentile(0.95)), (Some(50.0), Some(95.0)));
        assert_eq!((durations(&[7.0]).percentile(0.95), durations(&[]).percentile(0.5)), (Some(7.0), None));
    }
}
