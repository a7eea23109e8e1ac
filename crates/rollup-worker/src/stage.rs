//! The points at which a claim can be broken off, in their order.

use std::sync::Arc;

/// What has just been done in a claim's transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The project is locked and its flushes are claimed.
    Claimed,
    /// What was said about who is who is kept as links.
    IdentitiesLinked,
    /// Events are in the quarters.
    EventsCounted,
    /// Events are in segments.
    SegmentsWritten,
    /// Error reports are in issues.
    IssuesCounted,
    /// Points are in the cells.
    PointsCounted,
    /// The books are written.
    OutcomesBooked,
    /// The flushes are off the list; what is left is to commit.
    Removed,
    /// Committed.
    Committed,
}

/// Called as a stage ends; an error ends the claim there.
pub type AtStage = Arc<dyn Fn(Stage) -> anyhow::Result<()> + Send + Sync>;
