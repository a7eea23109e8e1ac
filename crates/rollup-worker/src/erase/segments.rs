//! A person's rows out of segments: rewritten outside of the project's lock, exchanged within it, as merging does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use analysis::segment::{Attribute, Block, Column, ColumnKey, Meta, decode, merge, whole};
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;
use storage::erasures::{self, Unfinished};
use storage::segments::{self, Listed};
use storage::{Db, work};

use super::quarters;
use crate::stored_event::stored_event;
use crate::write_segments::new_segments;

/// Run tables that are read at once.
const RUNS_AT_ONCE: usize = 64;
/// Passes over a project's segments: merging may move rows from one that was looked at to one that was not, but rarely.
const PASSES_MAX: usize = 50;
/// Every event lies between these days.
const DAYS: [Option<NaiveDate>; 2] = [NaiveDate::from_ymd_opt(1, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31)];

/// Rewrites every segment that holds rows of the person.
pub(super) async fn erase(db: &Db, project: ProjectId, unfinished: &Unfinished, now: DateTime<Utc>) -> anyhow::Result<()> {
    let actors: HashSet<u32> = unfinished.targets.numbers.iter().copied().collect();
    for _ in 0..PASSES_MAX {
        let hit = holding(db, project, &actors).await?;
        if hit.is_empty() {
            return Ok(());
        }
        for (segment, _) in hit {
            rewrite(db, project, unfinished, &actors, segment, now).await.with_context(|| format!("segment {}", segment.segment_id))?;
        }
    }
    anyhow::bail!("segments are being merged faster than they can be rewritten")
}

/// Rows of these actors.
pub(super) async fn count(db: &Db, project: ProjectId, actors: &[u32]) -> anyhow::Result<i64> {
    let actors: HashSet<u32> = actors.iter().copied().collect();
    Ok(holding(db, project, &actors).await?.into_iter().map(|(_, rows)| rows as i64).sum())
}

/// Segments with rows of these actors, and how many rows. Only run tables are read.
async fn holding(db: &Db, project: ProjectId, actors: &HashSet<u32>) -> anyhow::Result<Vec<(Listed, usize)>> {
    let [Some(first), Some(last)] = DAYS else { return Ok(Vec::new()) };
    let mut holding = Vec::new();
    for listed in segments::list(db, project, first, last).await?.chunks(RUNS_AT_ONCE) {
        let ids: Vec<i64> = listed.iter().map(|segment| segment.segment_id).collect();
        let (mut found, mut parts) = (Vec::new(), Vec::new());
        for (id, meta) in segments::metas(db, project, &ids).await? {
            let meta: Meta = serde_json::from_value(meta)?;
            if let Some(part) = meta.part_of(&ColumnKey::Runs) {
                found.push(id);
                parts.push(i16::try_from(part)?);
            }
        }
        for part in segments::parts(db, project, &found, &parts).await? {
            let rows = rows_of(&decode(&part.bytes)?, actors);
            let listed = listed.iter().find(|segment| segment.segment_id == part.segment_id);
            holding.extend(listed.filter(|_| rows > 0).map(|segment| (*segment, rows)));
        }
    }
    Ok(holding)
}

fn rows_of(columns: &BTreeMap<ColumnKey, Column>, actors: &HashSet<u32>) -> usize {
    let Some(Column::Runs(runs)) = columns.get(&ColumnKey::Runs) else { return 0 };
    (0..runs.len()).filter(|run| actors.contains(&runs.actors()[*run])).map(|run| runs.range(run).len()).sum()
}

/// Exchanges a segment for one without these actors, and takes them out of its quarters. Does nothing when it is gone.
async fn rewrite(
    db: &Db,
    project: ProjectId,
    unfinished: &Unfinished,
    actors: &HashSet<u32>,
    segment: Listed,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let parts = segments::whole(db, project, &[segment.segment_id]).await?;
    if parts.is_empty() {
        return Ok(());
    }
    let without = actors.clone();
    let work = move || -> anyhow::Result<(Arc<Block>, Vec<Block>)> {
        let block = whole(segment.day, parts.iter().map(|part| part.bytes.as_slice()))?;
        let rest = merge(&[&block], &without);
        Ok((Arc::new(block), rest))
    };
    let (block, rest) = tokio::task::spawn_blocking(work).await??;
    let rows = rows(&block, actors);

    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    let Some(locked) = work::lock_in_turn(&mut tx, project).await? else { return Ok(()) };
    let mut next = locked;
    if segments::remove(&mut tx, project, &[segment.segment_id]).await? != 1 {
        return Ok(());
    }
    segments::insert(&mut tx, project, &new_segments(&rest, &mut next)?, now).await?;
    work::advance(&mut tx, project, next).await?;
    let quarters = quarters::take_off(&mut tx, project, rows.iter().map(|row| stored_event(&block, row.0, Some(row.1)))).await?;
    let found = BTreeMap::from([("segments", rows.len() as i64), ("quarters", quarters)]);
    erasures::found(&mut tx, project, unfinished.erasure_id, &found, &sessions(&block, &rows)).await?;
    tx.commit().await.map_err(storage::Error::from).context("exchange a segment")
}

/// The rows of these actors, with whose each is.
fn rows(block: &Block, actors: &HashSet<u32>) -> Vec<(usize, u32)> {
    let Some(runs) = block.runs() else { return Vec::new() };
    let of = (0..runs.len()).filter(|run| actors.contains(&runs.actors()[*run]));
    of.flat_map(|run| runs.range(run).map(move |row| (row, runs.actors()[run]))).collect()
}

fn sessions(block: &Block, rows: &[(usize, u32)]) -> Vec<String> {
    let Some(sessions) = block.text(&ColumnKey::Text(Attribute::Session)) else { return Vec::new() };
    let found: BTreeSet<&str> = rows.iter().filter_map(|(row, _)| sessions.at(*row)).collect();
    found.into_iter().map(str::to_owned).collect()
}
