//! Sampling that decides by a key, so that a person or a trace is sent whole or not at all, by every process alike.

use protocol::limits::SAMPLE_RATE_MIN;

use crate::loss::LossReason;

/// The share that is sent, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate(f64);

impl Default for Rate {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Rate {
    /// A share out of range is brought into it; what is no number samples nothing.
    pub(crate) fn new(share: f64) -> Self {
        Self(if share.is_nan() { 1.0 } else { share.clamp(SAMPLE_RATE_MIN, 1.0) })
    }

    /// Keeps the item of this key, with the rate noted, or not. An item that names its own rate was sampled already.
    pub(crate) fn keep(self, noted: &mut Option<f64>, key: impl FnOnce() -> Vec<u8>) -> Result<(), LossReason> {
        if self.0 >= 1.0 || noted.is_some() {
            return Ok(());
        }
        *noted = Some(self.0);
        if place(&key()) < self.0 { Ok(()) } else { Err(LossReason::SampleRate) }
    }
}

/// A key's fixed place from 0 up to 1: 32-bit FNV-1a of its bytes, stirred by MurmurHash3's finaliser because FNV leaves
/// the first bits of short keys alike.
fn place(key: &[u8]) -> f64 {
    let fnv = key.iter().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    let mut hash = fnv ^ (fnv >> 16);
    hash = hash.wrapping_mul(0x85EB_CA6B);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^= hash >> 16;
    f64::from(hash) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_people_is_the_rate_and_each_stays_in_or_out() {
        for share in [0.01, 0.1, 0.5, 0.9] {
            let kept = |n: u32| Rate::new(share).keep(&mut None, || format!("u{n}").into_bytes()).is_ok();
            let people = (0..20_000).filter(|n| kept(*n)).count() as f64 / 20_000.0;
            assert!((people - share).abs() < 0.012, "{people} of {share}");
            assert!((0..100).all(|n| kept(n) == kept(n)));
        }
    }

    #[test]
    fn the_browser_client_has_the_same_places() {
        // The same table stands in its tests.
        let places = ["u1", "ann@example.org", "zoë"].map(|key| (place(key.as_bytes()) * 1e6).floor());
        assert_eq!(places, [142710.0, 773874.0, 907275.0]);
    }

    #[test]
    fn who_is_in_at_a_low_rate_is_in_at_a_higher_one() {
        let kept = |share: f64, n: u32| Rate::new(share).keep(&mut None, || format!("u{n}").into_bytes()).is_ok();
        assert!((0..5_000).all(|n| !kept(0.1, n) || kept(0.3, n)));
    }

    #[test]
    fn a_rate_of_the_item_itself_is_left_alone_and_odd_rates_are_repaired() {
        let mut own = Some(0.25);
        assert_eq!((Rate::new(1e-9).keep(&mut own, || b"u1".to_vec()), own), (Ok(()), Some(0.25)));
        assert_eq!(Rate::new(f64::NAN), Rate::default());
        assert_eq!(Rate::new(7.0), Rate::default());
        assert_eq!(Rate::new(-1.0).keep(&mut None, || b"u1".to_vec()), Err(LossReason::SampleRate));
    }
}
