//! The bytes of the `sketch` column: a version, then variable-length numbers (seven bits a byte, lowest first).

use std::collections::BTreeSet;

/// Stored bytes that were not written by this code, or by a later version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable rollup: {0}")]
pub struct Corrupt(pub(crate) &'static str);

const SET_VERSION: u8 = 1;

/// Hashes in ascending order, eight bytes each. Hashes are spread evenly over all numbers, so that neither differences
/// nor bitmaps take less: a roaring treemap needs some 24 bytes for each.
pub(super) fn encode_set(hashes: &BTreeSet<u64>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + 8 * hashes.len());
    out.push(SET_VERSION);
    for hash in hashes {
        out.extend_from_slice(&hash.to_le_bytes());
    }
    out
}

pub(super) fn decode_set(bytes: &[u8]) -> Result<BTreeSet<u64>, Corrupt> {
    let (hashes, rest) = versioned(bytes, SET_VERSION)?.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Corrupt("a set that ends within a hash"));
    }
    Ok(hashes.iter().map(|hash| u64::from_le_bytes(*hash)).collect())
}

pub(super) fn versioned(bytes: &[u8], version: u8) -> Result<&[u8], Corrupt> {
    match bytes.split_first() {
        Some((found, rest)) if *found == version => Ok(rest),
        Some(_) => Err(Corrupt("of an unknown version")),
        None => Err(Corrupt("empty")),
    }
}

pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn take(rest: &mut &[u8]) -> Result<u64, Corrupt> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(Corrupt("cut off"))?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Corrupt("a number without end"))
}

/// Small magnitudes become small numbers, whatever their sign.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
