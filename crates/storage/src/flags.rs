//! What ingest changed about a row: bits of the `flags` columns.

/// The device's clock was off and `ts` was corrected by `sent_at`; `client_ts` keeps the original.
pub const CLOCK_CORRECTED: i32 = 1;
/// `ts` was ahead of the server and was set to the time of receipt; `client_ts` keeps the original.
pub const FUTURE_CLAMPED: i32 = 1 << 1;
/// Text held what Postgres or JSON cannot hold (NUL, unpaired surrogates, invalid UTF-8, repeated keys) and was repaired.
pub const TEXT_REPAIRED: i32 = 1 << 2;
/// History, sent to the import endpoint.
pub const IMPORTED: i32 = 1 << 3;
/// `ts` was moved up so that it does not fall while the device's `seq` rises.
pub const REORDERED: i32 = 1 << 4;

/// The words of the flags that are set, in the order of their bits.
pub fn words(flags: i32) -> Vec<&'static str> {
    const WORDS: [(i32, &str); 5] = [
        (CLOCK_CORRECTED, "clock corrected"),
        (FUTURE_CLAMPED, "future time clamped"),
        (TEXT_REPAIRED, "text repaired"),
        (IMPORTED, "imported"),
        (REORDERED, "time moved up to follow seq"),
    ];
    WORDS.into_iter().filter(|(bit, _)| flags & bit != 0).map(|(_, word)| word).collect()
}
