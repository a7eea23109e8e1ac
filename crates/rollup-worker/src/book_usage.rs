//! What keys have sent, by the month of the commit: what ingest compares quotas with.

use std::collections::BTreeMap;

use anyhow::Context as _;
use storage::usage::{self, KeyUsage, MonthUsage};

use crate::claim::Claim;

/// Adds the claim's usage to the months.
pub(crate) async fn book_usage(claim: &mut Claim) -> anyhow::Result<()> {
    let mut months = BTreeMap::<_, i64>::new();
    for flush in &mut claim.flushes {
        let usages: Vec<KeyUsage> = serde_json::from_value(flush.usage.take()).context("read a flush's usage")?;
        for usage in usages {
            *months.entry((usage::month_of(flush.committed_at), usage.key_id)).or_default() += usage.n;
        }
    }
    let changes: Vec<MonthUsage> =
        months.into_iter().map(|((month, key_id), n)| MonthUsage { month, usage: KeyUsage { key_id, n } }).collect();
    if !changes.is_empty() {
        usage::add(&mut claim.tx, claim.project, &changes).await.context("write the usage")?;
    }
    Ok(())
}
