//! The claim's events, as ingest stored them.

use anyhow::Context as _;
use storage::flushes::{self, FlushEvent};

use crate::claim::Claim;

/// Reads them back. A flush that does not hold what it announced is not counted at all, rather than wrongly.
pub(crate) async fn read_events(claim: &mut Claim) -> anyhow::Result<Vec<FlushEvent>> {
    let mut events = Vec::new();
    for flush in claim.flushes.iter().filter(|flush| flush.events > 0) {
        let found = flushes::events(&mut claim.tx, claim.project, flush.into()).await.context("read events")?;
        anyhow::ensure!(
            found.len() as i64 == i64::from(flush.events),
            "the flush announced {} events and holds {}",
            flush.events,
            found.len()
        );
        events.extend(found);
    }
    Ok(events)
}
