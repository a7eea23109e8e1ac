//! The books of delivery: what ingest noted beside each flush, by the hour of its commit.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use protocol::outcome::OutcomeCount;
use storage::outcomes::{self, HourOutcome};

use crate::admit_labels::Labels;
use crate::claim::Claim;

/// Adds the claim's outcomes to the books.
pub(crate) async fn book_outcomes(claim: &mut Claim) -> anyhow::Result<()> {
    let mut changes = Vec::new();
    for (hour, counts) in by_hour(claim)? {
        let labels = Labels::admit(claim, hour, &counts).await?;
        let mut books = BTreeMap::<_, i64>::new();
        for mut count in counts {
            labels.fold(&mut count);
            *books.entry((count.signal, count.outcome, count.reason, count.sdk)).or_default() += count.n;
        }
        let booked = books.into_iter().filter(|(_, n)| *n != 0);
        changes.extend(
            booked.map(|((signal, outcome, reason, sdk), n)| HourOutcome { hour, count: OutcomeCount { signal, outcome, reason, sdk, n } }),
        );
    }
    if !changes.is_empty() {
        outcomes::add(&mut claim.tx, claim.project, &changes).await.context("write the books")?;
    }
    Ok(())
}

fn by_hour(claim: &mut Claim) -> anyhow::Result<BTreeMap<DateTime<Utc>, Vec<OutcomeCount>>> {
    let mut hours = BTreeMap::<_, Vec<_>>::new();
    for flush in &mut claim.flushes {
        let hour = flush.committed_at.duration_trunc(TimeDelta::hours(1))?;
        let counts: Vec<OutcomeCount> = serde_json::from_value(flush.outcomes.take()).context("read a flush's outcomes")?;
        hours.entry(hour).or_default().extend(counts);
    }
    Ok(hours)
}
