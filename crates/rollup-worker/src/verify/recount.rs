//! Cells of quarters, from the bytes of segments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::quarter::{QuarterCell, fold};
use analysis::segment::{Block, ColumnKey, DAY_MS, Meta, NO_ACTOR, QUARTER_MS, QUARTERS, decode};
use anyhow::{Context as _, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;
use storage::audit::{self, Described, Snapshot};
use storage::segments::StoredPart;

use super::compare::Key;
use crate::count_events::stored_key;
use crate::stored_event::{COLUMNS, stored_event};

/// The quarters of a UTC day that are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted([bool; QUARTERS]);

impl Wanted {
    pub(super) const ALL: Self = Self([true; QUARTERS]);

    pub(super) fn these(buckets: &BTreeSet<DateTime<Utc>>) -> Self {
        let mut wanted = Self([false; QUARTERS]);
        for bucket in buckets {
            wanted.0[(bucket.timestamp_millis().rem_euclid(DAY_MS) / i64::from(QUARTER_MS)) as usize] = true;
        }
        wanted
    }

    pub(super) fn has(&self, time: u32) -> bool {
        self.0.get((time / QUARTER_MS) as usize).copied().unwrap_or_default()
    }

    fn is_within(&self, first: u32, last: u32) -> bool {
        (first / QUARTER_MS..=last / QUARTER_MS).any(|quarter| self.has(quarter * QUARTER_MS))
    }
}

/// What segments say.
#[derive(Debug, Default)]
pub(super) struct Recounted {
    pub(super) cells: BTreeMap<Key, QuarterCell>,
    /// Segments that cannot be read, and why.
    pub(super) damaged: Vec<String>,
}

/// Counts a day's events of these quarters, one segment after the other.
pub(super) async fn recount(snapshot: &mut Snapshot, project: ProjectId, day: NaiveDate, wanted: Wanted) -> anyhow::Result<Recounted> {
    let mut recounted = Recounted::default();
    for described in audit::segments(snapshot, project, day).await? {
        match recount_segment(snapshot, project, day, &described, wanted).await? {
            Ok(cells) => cells.into_iter().for_each(|(key, cell)| recounted.cells.entry(key).or_default().merge(&cell)),
            Err(why) => recounted.damaged.push(format!("segment {}: {why:#}", described.segment_id)),
        }
    }
    Ok(recounted)
}

type Cells = Vec<(Key, QuarterCell)>;

/// The outer error is the database's, the inner one says what is wrong with the segment.
async fn recount_segment(
    snapshot: &mut Snapshot,
    project: ProjectId,
    day: NaiveDate,
    described: &Described,
    wanted: Wanted,
) -> anyhow::Result<anyhow::Result<Cells>> {
    let meta: Meta = match serde_json::from_value(described.meta.clone()) {
        Ok(meta) => meta,
        Err(error) => return Ok(Err(anyhow::Error::new(error).context("its description"))),
    };
    if meta.rows as i64 != described.events {
        return Ok(Err(anyhow::anyhow!("its description has {} events, its row {}", meta.rows, described.events)));
    }
    if !wanted.is_within(meta.first, meta.last) {
        return Ok(Ok(Vec::new()));
    }
    let parts = match parts_of(&meta) {
        Ok(parts) => audit::parts(snapshot, project, described.segment_id, &parts).await?,
        Err(error) => return Ok(Err(error)),
    };
    let counted = tokio::task::spawn_blocking(move || count(day, &parts, wanted, meta.rows)).await;
    Ok(counted.unwrap_or_else(|panic| Err(anyhow::anyhow!("counting it ended: {panic}"))))
}

/// The parts that hold what is counted.
fn parts_of(meta: &Meta) -> anyhow::Result<Vec<i16>> {
    let mut parts = Vec::new();
    for key in COLUMNS.iter().chain([&ColumnKey::Runs]) {
        parts.extend(meta.part_of(key).map(i16::try_from).transpose()?);
    }
    parts.sort_unstable();
    parts.dedup();
    Ok(parts)
}

fn count(day: NaiveDate, parts: &[StoredPart], wanted: Wanted, rows: usize) -> anyhow::Result<Cells> {
    let mut block = Block { day, rows, columns: BTreeMap::new() };
    for part in parts {
        let columns = decode(&part.bytes).with_context(|| format!("part {}", part.part))?;
        block.columns.extend(columns.into_iter().map(|(key, column)| (key, Arc::new(column))));
    }
    for (key, column) in &block.columns {
        ensure!(column.rows().is_none_or(|found| found == rows), "{key:?} has {:?} rows of {rows}", column.rows());
    }
    ensure!(block.times().len() == rows, "no times");
    let actors = block.runs().context("no run table")?.expand(rows);
    let rows = block.times().iter().enumerate().filter(|(_, time)| wanted.has(**time));
    let events = rows.map(|(row, _)| stored_event(&block, row, Some(actors[row]).filter(|actor| *actor != NO_ACTOR)));
    Ok(fold(events).into_iter().map(|(key, cell)| (Key::of(&stored_key(&key)), cell)).collect())
}
