//! The books of delivery: what ingest noted beside each flush, by the hour of its commit.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DurationRound as _, TimeDelta};
use protocol::outcome::OutcomeCount;
use storage::outcomes::{self, HourOutcome};

use crate::claim::Claim;

/// Adds the claim's outcomes to the books.
pub(crate) async fn book_outcomes(claim: &mut Claim) -> anyhow::Result<()> {
    let mut books = BTreeMap::<_, i64>::new();
    for flush in &mut claim.flushes {
        let hour = flush.committed_at.duration_trunc(TimeDelta::hours(1))?;
        let counts: Vec<OutcomeCount> = serde_json::from_value(flush.outcomes.take()).context("read a flush's outcomes")?;
        for count in counts {
            *books.entry((hour, count.signal, count.outcome, count.reason, count.sdk)).or_default() += count.n;
        }
    }
    let changes: Vec<HourOutcome> = books
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|((hour, signal, outcome, reason, sdk), n)| HourOutcome { hour, count: OutcomeCount { signal, outcome, reason, sdk, n } })
        .collect();
    if !changes.is_empty() {
        outcomes::add(&mut claim.tx, claim.project, &changes).await.context("write the books")?;
    }
    Ok(())
}
