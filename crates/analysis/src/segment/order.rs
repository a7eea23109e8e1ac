//! The order of one person's events: by time, then by the device's own sequence, then by what is random in their ids.
//!
//! Ingest lets the times of one installation rise with `seq` within a batch, so a clock that was set back does not turn a
//! step and the one before it round. At the same millisecond `seq` decides; without it the ids do, which rise within a
//! process of our SDKs. The order depends on nothing but the events, so that it is the same however they are segmented.

/// Where an event stands among its person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Place {
    pub ts_ms: i64,
    pub seq: Option<i64>,
    /// See [`super::ColumnKey::IdTie`].
    pub tie: u32,
}
