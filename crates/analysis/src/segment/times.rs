//! When each row happened.

use std::sync::OnceLock;

use arrow_buffer::ScalarBuffer;

/// Milliseconds of a quarter of an hour.
pub const QUARTER_MS: u32 = 900_000;
/// Quarters of a UTC day.
pub const QUARTERS: usize = 96;

/// The times of a segment's rows, in milliseconds since midnight UTC.
#[derive(Clone, Debug)]
pub struct Times {
    millis: ScalarBuffer<u32>,
    /// The quarter of the day of each row: a quarter of the bytes, which is what counting by time waits for.
    quarters: OnceLock<Box<[u8]>>,
}

impl Times {
    /// The times themselves.
    pub fn millis(&self) -> &ScalarBuffer<u32> {
        &self.millis
    }

    /// The quarter of an hour of each row, from 0 to 95; made when it is asked for first.
    pub fn quarters(&self) -> &[u8] {
        let quarter = |time: &u32| (*time / QUARTER_MS).min(QUARTERS as u32 - 1) as u8;
        self.quarters.get_or_init(|| self.millis.iter().map(quarter).collect())
    }

    /// Bytes in memory, with the quarters.
    pub(super) fn memory(&self) -> usize {
        self.millis.inner().capacity() + self.millis.len()
    }
}

impl From<ScalarBuffer<u32>> for Times {
    fn from(millis: ScalarBuffer<u32>) -> Self {
        Self { millis, quarters: OnceLock::new() }
    }
}

impl FromIterator<u32> for Times {
    fn from_iter<I: IntoIterator<Item = u32>>(times: I) -> Self {
        times.into_iter().collect::<ScalarBuffer<u32>>().into()
    }
}

impl PartialEq for Times {
    fn eq(&self, other: &Self) -> bool {
        self.millis == other.millis
    }
}
