//! The limit of what senders write into the keys of the books: the names of their SDKs and the reasons of their losses.
//! Every other part of a key is a word of ours.
//!
//! The first 200 of each in an hour have rows of their own in that hour; those that come later are booked as `__other__`,
//! so that the books still add up. Which ones were first is read from the books themselves, under the project's lock, so
//! the limit is exact whichever worker counts.

use std::collections::{BTreeSet, HashSet};

use analysis::quarter::OTHER;
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use protocol::limits::{BOOKS_REASONS_MAX, BOOKS_SDKS_MAX};
use protocol::outcome::{Outcome, OutcomeCount};
use storage::outcomes;

use crate::claim::Claim;

/// The labels that came too late in an hour.
pub(crate) struct Labels {
    late_sdks: HashSet<String>,
    late_reasons: HashSet<String>,
}

impl Labels {
    /// Admits the counts' new labels as far as the hour has room, in alphabetical order.
    pub(crate) async fn admit(claim: &mut Claim, hour: DateTime<Utc>, counts: &[OutcomeCount]) -> anyhow::Result<Self> {
        let sdks = outcomes::sdks(&mut claim.tx, claim.project, hour).await.context("read the books' SDKs")?;
        let late_sdks = late(counts.iter().map(|count| count.sdk.as_str()), &sdks, BOOKS_SDKS_MAX);
        let mut late_reasons = HashSet::new();
        if counts.iter().any(is_free) {
            let known = outcomes::reasons(&mut claim.tx, claim.project, hour, Outcome::Lost).await.context("read the books' reasons")?;
            let reasons = counts.iter().filter(|count| is_free(count)).map(|count| count.reason.as_str());
            late_reasons = late(reasons, &known, BOOKS_REASONS_MAX);
        }
        let folded = late_sdks.len() + late_reasons.len();
        if folded > 0 {
            metrics::counter!("throughline_worker_book_labels_folded_total").increment(folded as u64);
        }
        Ok(Self { late_sdks, late_reasons })
    }

    /// Books the count under `__other__` where its label came too late.
    pub(crate) fn fold(&self, count: &mut OutcomeCount) {
        if self.late_sdks.contains(&count.sdk) {
            OTHER.clone_into(&mut count.sdk);
        }
        if is_free(count) && self.late_reasons.contains(&count.reason) {
            OTHER.clone_into(&mut count.reason);
        }
    }
}

/// Its reason is the sender's own word, not a code of ours.
fn is_free(count: &OutcomeCount) -> bool {
    count.outcome == Outcome::Lost
}

/// Those of these labels for which there is no room beside the known ones. No label, and the fold itself, take none.
fn late<'a>(labels: impl Iterator<Item = &'a str>, known: &'a [String], limit: usize) -> HashSet<String> {
    let takes_room = |label: &&str| !label.is_empty() && *label != OTHER;
    let known: HashSet<&str> = known.iter().map(String::as_str).filter(takes_room).collect();
    let new: BTreeSet<&str> = labels.filter(takes_room).filter(|label| !known.contains(label)).collect();
    new.into_iter().skip(limit.saturating_sub(known.len())).map(str::to_owned).collect()
}
