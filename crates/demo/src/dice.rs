//! Chance that repeats: equal seeds throw equal dice.

use protocol::trace::{SpanId, TraceId};
use uuid::Uuid;

pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    /// Dice of their own for each combination of parts, such as a person on a day.
    pub(crate) fn of(parts: &[u64]) -> Self {
        let mut rng = fastrand::Rng::with_seed(0x7468_726f_7567_686c);
        for part in parts {
            // Mixing by drawing: seeds that differ in one bit lead to unrelated dice.
            rng = fastrand::Rng::with_seed(rng.u64(..) ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
        Self(rng)
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// From 0 to below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.usize(0..n)
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the items, each as likely as its weight says.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [(u32, T)]) -> &'a T {
        let total: u32 = items.iter().map(|(weight, _)| weight).sum();
        let mut left = self.0.u32(0..total);
        for (weight, item) in items {
            if left < *weight {
                return item;
            }
            left -= weight;
        }
        unreachable!("the weights add up to the total")
    }

    /// Around `median`; `spread` is the standard deviation of the logarithm. Most waiting times look so.
    pub(crate) fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (self.normal() * spread).exp()
    }

    /// The wait until the next of independent arrivals that come `mean` apart.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.unit()).ln() * mean
    }

    /// Box and Muller's transform of two uniform numbers.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A UUIDv7 of that time.
    pub(crate) fn event_id(&mut self, millis: u64) -> Uuid {
        let mut random = [0; 10];
        self.0.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    pub(crate) fn trace_id(&mut self) -> TraceId {
        let mut id = [0; 16];
        self.0.fill(&mut id);
        id[15] |= 1; // All zero would be no id.
        TraceId(id)
    }

    pub(crate) fn span_id(&mut self) -> SpanId {
        let mut id = [0; 8];
        self.0.fill(&mut id);
        id[7] |= 1;
        SpanId(id)
    }

    /// Twelve hexadecimal digits.
    pub(crate) fn word(&mut self) -> String {
        format!("{:012x}", self.0.u64(..) >> 16)
    }
}
