//! Segments for events that were counted before there were any. The list of their flushes was made once; each transaction
//! takes some of them off, so the job goes on where it was broken off.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use storage::{Db, flushes, segments, work};

use crate::claim::Claim;
use crate::{admit_routes, intern_actors, write_segments};

/// Flushes of one transaction.
const FLUSHES_MAX: i64 = 64;

/// Writes what is missing, and returns for how many events. Idempotent; several processes may call it at once.
///
/// # Errors
/// When the database refuses; what was written stays.
pub async fn pay_debts(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut written = 0;
    for project in segments::indebted(db).await? {
        while let Some(events) = pay_some(db, project, now).await.with_context(|| format!("project {project}"))? {
            written += events;
        }
    }
    Ok(written)
}

/// [`pay_debts`], as a chore.
pub(crate) async fn pay_debts_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let written = pay_debts(db, now).await?;
    if written > 0 {
        tracing::info!(written, "put older events into segments");
    }
    Ok(())
}

/// The oldest flushes of a project; `None` when there are none.
async fn pay_some(db: &Db, project: ProjectId, now: DateTime<Utc>) -> anyhow::Result<Option<u64>> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    let Some(locked) = work::lock_in_turn(&mut tx, project).await? else { return Ok(None) };
    let debts = segments::debts(&mut tx, project, FLUSHES_MAX).await?;
    if debts.is_empty() {
        return Ok(None);
    }
    let mut events = Vec::new();
    for debt in &debts {
        // One whose partition is gone has nothing left to write.
        events.extend(flushes::events(&mut tx, project, *debt).await?);
    }
    let mut claim = Claim::without_flushes(tx, project, locked, now);
    let numbers = intern_actors::intern(&mut claim, &events).await?;
    let beyond = admit_routes::beyond_limit(&mut claim, &events).await?;
    write_segments::write_segments(&mut claim, &events, &numbers, &beyond).await?;
    segments::settle(&mut claim.tx, project, &debts).await?;
    claim.write_numbers().await?;
    claim.commit().await?;
    Ok(Some(events.len() as u64))
}
