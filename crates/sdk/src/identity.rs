//! Random ids: who this process is, and UUIDv7 for what it makes.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

/// A small generator for waits and ids; nothing secret comes from it.
#[derive(Debug)]
pub(crate) struct Randomness(AtomicU64);

impl Randomness {
    /// Seeded by the operating system; by `fallback` where that refuses.
    pub(crate) fn from_system(fallback: u64) -> Self {
        Self(AtomicU64::new(getrandom::u64().unwrap_or(fallback)))
    }

    /// The next 64 bits (SplitMix64).
    pub(crate) fn next(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Makes ids that are unique without asking for randomness each time: 74 random bits of this process, to which a
/// running number is added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    high: u16,
    low: u64,
}

impl Ids {
    pub(crate) fn new(randomness: &Randomness) -> Self {
        Self { high: randomness.next() as u16, low: randomness.next() }
    }

    /// The UUIDv7 of the item with this number, made at this time.
    pub(crate) fn id(&self, micros: i64, number: u64) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&self.high.to_be_bytes());
        bytes[2..].copy_from_slice(&self.low.wrapping_add(number).to_be_bytes());
        Builder::from_unix_timestamp_millis(u64::try_from(micros / 1000).unwrap_or(0), &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_of_one_millisecond_differ_and_carry_their_time() {
        let ids = Ids::new(&Randomness(AtomicU64::new(7)));
        let made: HashSet<Uuid> = (0..100_000).map(|n| ids.id(1_700_000_000_123_456, n)).collect();
        assert_eq!(made.len(), 100_000);
        for id in made.iter().take(100) {
            assert_eq!(id.get_version_num(), 7);
            let (seconds, nanos) = id.get_timestamp().expect("a time").to_unix();
            assert_eq!((seconds, nanos / 1_000_000), (1_700_000_000, 123));
        }
    }

    #[test]
    fn two_processes_make_different_ids() {
        let (a, b) = (Randomness(AtomicU64::new(1)), Randomness(AtomicU64::new(2)));
        assert_ne!(Ids::new(&a).id(0, 1), Ids::new(&b).id(0, 1));
    }
}
