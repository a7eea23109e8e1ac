//! Delivery: what became of everything that was sent, what was refused, and how far counting is.

mod process;
mod rejection;
mod tail;
mod xray;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::outcome::{Outcome, Signal};
use crate::range::{Range, Step};
use crate::receipt::Receipt;

pub use process::{Process, ProcessState, QueueState, SpoolState};
pub use rejection::{Rejection, hint};
pub use tail::{TailLine, TailVerdict};
pub use xray::{Hop, HopStep, HopVerdict, XrayAnswer, XrayItem, XrayVerdict};

/// Senders in an answer; the others are counted in the totals.
pub const SENDERS_SHOWN: usize = 30;
/// Reasons in an answer.
pub const REASONS_SHOWN: usize = 30;
/// Refused items and requests in an answer.
pub const REJECTIONS_SHOWN: usize = 20;

/// Items of a batch in an x-ray.
pub const XRAY_ITEMS_SHOWN: usize = 20;

/// Items by what became of them. made = stored + rejected + duplicate + sampled + lost + still on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "see Outcome")]
pub struct ItemCounts {
    pub made: u64,
    pub stored: u64,
    pub rejected: u64,
    pub duplicate: u64,
    pub sampled: u64,
    pub lost: u64,
}

impl ItemCounts {
    /// Adds `n` items. Outcomes outside the equation are left out.
    pub fn add(&mut self, outcome: Outcome, n: u64) {
        match outcome {
            Outcome::Made => self.made += n,
            Outcome::Stored => self.stored += n,
            Outcome::Rejected => self.rejected += n,
            Outcome::Duplicate => self.duplicate += n,
            Outcome::Sampled => self.sampled += n,
            Outcome::Lost => self.lost += n,
            Outcome::Replayed | Outcome::Imported | Outcome::Erased | Outcome::Refused => {}
        }
    }

    /// Items whose end is known.
    pub const fn accounted(&self) -> u64 {
        self.stored + self.rejected + self.duplicate + self.sampled + self.lost
    }

    /// Items that were made and have no end yet. Below zero when more ended than were made: a part of the books came
    /// without the other, as when a sender repeats items under new batch ids.
    pub const fn on_the_way(&self) -> i64 {
        self.made as i64 - self.accounted() as i64
    }
}

impl std::ops::AddAssign for ItemCounts {
    fn add_assign(&mut self, other: Self) {
        self.made += other.made;
        self.stored += other.stored;
        self.rejected += other.rejected;
        self.duplicate += other.duplicate;
        self.sampled += other.sampled;
        self.lost += other.lost;
    }
}

/// The books of one signal, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Books {
    /// Senders that say how many items they made: here the equation holds.
    pub reported: ItemCounts,
    /// Senders that do not, such as curl: `made` is unknown and stays 0.
    pub unreported: ItemCounts,
    /// Items of batches that came again and were recognised; outside the equation.
    pub replayed: u64,
    /// Items of imports; outside the equation.
    pub imported: u64,
    /// Whole requests that were refused; outside the equation.
    pub refused_requests: u64,
}

impl std::ops::AddAssign for Books {
    fn add_assign(&mut self, other: Self) {
        self.reported += other.reported;
        self.unreported += other.unreported;
        self.replayed += other.replayed;
        self.imported += other.imported;
        self.refused_requests += other.refused_requests;
    }
}

/// What the Delivery page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryAnswer {
    /// The range that was asked for.
    pub range: Range,
    /// The width of a bucket.
    pub step: Step,
    /// The signal that was asked for; `None` for all.
    pub signal: Option<Signal>,
    /// The equation over the range.
    pub books: Books,
    /// The same by signal, whichever was asked for; signals without any are left out.
    pub signals: Vec<SignalBooks>,
    /// The range's buckets, oldest first.
    pub buckets: Vec<DeliveryBucket>,
    /// By SDK and version, the busiest first; at most [`SENDERS_SHOWN`].
    pub senders: Vec<SenderBooks>,
    /// Why items were rejected or lost, and requests refused, the most frequent first; at most [`REASONS_SHOWN`].
    pub reasons: Vec<ReasonCount>,
    /// What was refused lately, newest first; at most [`REJECTIONS_SHOWN`].
    pub rejections: Vec<Rejection>,
    /// How far counting is.
    pub lag: Lag,
    /// Every ingest process of this installation that was seen within the last hour, the one seen last first: how they do
    /// concerns every project, so every member of any project reads it. It names no project, and one operator runs them all.
    pub processes: Vec<Process>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

/// The books of one signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct SignalBooks {
    pub signal: Signal,
    pub books: Books,
}

/// One bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryBucket {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Seconds that the zone is ahead of UTC at `start`.
    pub utc_offset_seconds: i32,
    /// Of every sender.
    pub counts: ItemCounts,
    /// Requests that were refused as a whole.
    pub refused_requests: u64,
    /// It is not over, or not all of it has been counted.
    pub open: bool,
}

/// The books of one SDK and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SenderBooks {
    /// `name/version`; [`UNNAMED`](crate::outcome::UNNAMED) for senders that only say what they made, empty for others.
    pub sdk: String,
    /// It says how many items it made.
    pub reports_made: bool,
    /// What became of its items.
    pub counts: ItemCounts,
    /// Items of batches that it sent again.
    pub replayed: u64,
}

/// How often something went wrong for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonCount {
    /// Of which signal.
    pub signal: Signal,
    /// Rejected, lost, sampled, duplicate or refused.
    pub outcome: Outcome,
    /// An item code, a problem code, or a loss reason of the SDK.
    pub reason: String,
    /// Items; requests where the outcome is refused.
    pub n: u64,
    /// What to do about it; empty where that is not known.
    pub hint: String,
}

/// How far counting is behind committing, in this project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lag {
    /// Items counted per second, over the last minute.
    pub items_per_second: f64,
    /// Flushes that are committed and wait to be counted.
    pub flushes: u64,
    /// Items in them.
    pub items: u64,
    /// When the oldest of them was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<DateTime<Utc>>,
    /// Of them, flushes that failed and will be tried again.
    pub failing: u64,
    /// Flushes that could not be counted and batches that could not be stored: they wait for a person.
    pub dead_letters: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_and_has_no_end_is_on_the_way() {
        let mut counts = ItemCounts::default();
        for (outcome, n) in
            [(Outcome::Made, 100), (Outcome::Stored, 80), (Outcome::Rejected, 5), (Outcome::Lost, 5), (Outcome::Replayed, 40)]
        {
            counts.add(outcome, n);
        }
        assert_eq!((counts.accounted(), counts.on_the_way()), (90, 10));
        counts.add(Outcome::Stored, 30);
        assert_eq!(counts.on_the_way(), -20);
    }
}
