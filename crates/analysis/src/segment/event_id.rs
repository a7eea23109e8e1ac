//! Event ids, apart: the time within a UUIDv7 follows from the event's own, and only what is random takes room.

use arrow_array::{Array as _, FixedSizeBinaryArray, Int64Array};
use uuid::Uuid;

/// An id in its three parts, from the front: 48, 32 and 48 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parts {
    /// The first 48 bits as milliseconds since 1970, which they are in a UUIDv7.
    pub(super) millis: i64,
    pub(super) tie: [u8; 4],
    pub(super) rest: [u8; 6],
}

impl Parts {
    pub(super) fn of(id: Uuid) -> Self {
        let [a, b, c, d, e, f, tie @ .., g, h, i, j, k, l] = *id.as_bytes();
        Self { millis: i64::from_be_bytes([0, 0, a, b, c, d, e, f]), tie, rest: [g, h, i, j, k, l] }
    }

    fn whole(self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&self.millis.to_be_bytes()[2..]);
        bytes[6..10].copy_from_slice(&self.tie);
        bytes[10..].copy_from_slice(&self.rest);
        Uuid::from_bytes(bytes)
    }
}

/// The ids of a segment's events, put together again.
#[derive(Clone, Copy, Debug)]
pub struct EventIds<'a> {
    pub(super) times: Option<&'a Int64Array>,
    pub(super) ties: &'a FixedSizeBinaryArray,
    pub(super) rests: &'a FixedSizeBinaryArray,
}

impl<'a> EventIds<'a> {
    /// From the three columns; an absent column of times means that every id carries its event's time.
    pub fn new(times: Option<&'a Int64Array>, ties: &'a FixedSizeBinaryArray, rests: &'a FixedSizeBinaryArray) -> Self {
        Self { times, ties, rests }
    }

    /// The id of a row whose event happened at `ts_ms`.
    pub fn at(&self, row: usize, ts_ms: i64) -> Uuid {
        let part = |array: &FixedSizeBinaryArray| array.value(row).to_vec();
        let offset = self.times.filter(|times| !times.is_null(row)).map_or(0, |times| times.value(row));
        let (tie, rest) = (part(self.ties), part(self.rests));
        Parts { millis: ts_ms + offset, tie: tie.try_into().unwrap_or_default(), rest: rest.try_into().unwrap_or_default() }.whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_whole() {
        for id in [0, 1, u128::MAX, 0x0190_1234_5678_7abc_89de_f012_3456_789a] {
            let id = Uuid::from_u128(id);
            assert_eq!(Parts::of(id).whole(), id);
        }
    }
}
