//! Many small segments into few large ones: what was counted in many claims is read in one piece.
//!
//! Reading, merging and encoding happen outside of the project's lock; only the exchange is done under it, and only if all
//! segments that were merged are still there. Queries see either the old ones or the new one.

mod plan;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use analysis::segment::{Block, decode, merge};
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;
use storage::segments::{self, StoredPart};
use storage::{Db, projects, work};

use crate::write_segments::new_segments;

/// Merges what there is to merge, project by project, and returns how many segments were merged away. Idempotent; several
/// processes may call it at once.
///
/// # Errors
/// When the database refuses, or a segment's bytes are damaged; what was merged stays merged.
pub async fn compact(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut merged = 0;
    for project in projects::all(db).await? {
        let listed = segments::crowded(db, project.id).await?;
        for group in plan::groups(&listed, now) {
            merged += compact_group(db, project.id, group, now).await.with_context(|| format!("project {}", project.id))?;
        }
    }
    Ok(merged)
}

/// [`compact`], as a chore.
pub(crate) async fn compact_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let merged = compact(db, now).await?;
    if merged > 0 {
        tracing::debug!(merged, "merged segments");
    }
    Ok(())
}

async fn compact_group(db: &Db, project: ProjectId, group: plan::Group, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let parts = segments::whole(db, project, &group.segments).await?;
    let blocks = tokio::task::spawn_blocking(move || merged(group.day, parts)).await??;
    replace(db, project, &group.segments, &blocks, now).await
}

/// The blocks of stored segments of one day, merged.
fn merged(day: NaiveDate, parts: Vec<StoredPart>) -> anyhow::Result<Vec<Block>> {
    let blocks = blocks(day, parts)?;
    Ok(merge(&blocks.iter().collect::<Vec<_>>(), &HashSet::new()))
}

/// Whole segments of one day, from all of their parts.
pub(crate) fn blocks(day: NaiveDate, parts: Vec<StoredPart>) -> anyhow::Result<Vec<Block>> {
    let mut blocks = BTreeMap::<i64, Block>::new();
    for part in parts {
        let block = blocks.entry(part.segment_id).or_insert_with(|| Block { day, rows: 0, columns: BTreeMap::new() });
        let columns = decode(&part.bytes).with_context(|| format!("part {} of segment {}", part.part, part.segment_id))?;
        block.columns.extend(columns.into_iter().map(|(key, column)| (key, Arc::new(column))));
        block.rows = block.times().len();
    }
    Ok(blocks.into_values().collect())
}

/// Puts blocks in the place of segments; does nothing when one of these is gone meanwhile. Returns how many segments there
/// are less.
pub(crate) async fn replace(db: &Db, project: ProjectId, old: &[i64], blocks: &[Block], now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    let Some(locked) = work::lock_in_turn(&mut tx, project).await? else { return Ok(0) };
    let mut next = locked;
    if segments::remove(&mut tx, project, old).await? != old.len() as u64 {
        return Ok(0);
    }
    let new = new_segments(blocks, &mut next)?;
    segments::insert(&mut tx, project, &new, now).await?;
    work::advance(&mut tx, project, next).await?;
    tx.commit().await.map_err(storage::Error::from).context("exchange segments")?;
    Ok((old.len() - new.len().min(old.len())) as u64)
}
