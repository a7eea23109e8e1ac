//! A project's events as a file that other programs read.
//!
//! First [`plan`], which knows how much there is and which columns; then [`write`], day by day and segment by segment, so that
//! memory is bounded by one segment. A day is read with one statement: merging segments meanwhile neither repeats nor loses
//! an event.

mod error;
mod moment;
mod ndjson;
mod sink;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use analysis::export::{Actors, Layout, Sheet};
use analysis::segment::{self, Block, Meta};
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt as _;
use protocol::access::Project;
use protocol::id::{ActorKind, ProjectId};
use storage::segments::StoredPart;
use storage::{Db, actors, segments};

pub use error::ExportError;
pub use moment::Moment;
pub use sink::{Format, Sink};

/// Rows that are made at once; also those of a row group.
const BATCH_ROWS: usize = 1 << 16;
/// Every event lies between these days.
const DAYS: [Option<NaiveDate>; 2] = [NaiveDate::from_ymd_opt(1, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31)];

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Plan {
    project: ProjectId,
    layout: Arc<Layout>,
    /// In milliseconds since 1970.
    range: Range<i64>,
    /// Each day that has events, with how many.
    days: BTreeMap<NaiveDate, u64>,
}

impl Plan {
    /// The columns.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Events of the days that are read: those of the first and the last one may lie outside of the range.
    pub fn events(&self) -> u64 {
        self.days.values().sum()
    }
}

/// What there is to write of a range, `until` exclusive; `None` when there are no events.
///
/// # Errors
/// When the database refuses, or a segment's description is damaged.
pub async fn plan(
    db: &Db,
    project: &Project,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<Option<Plan>, ExportError> {
    let range = from.map_or(i64::MIN, |from| from.timestamp_millis())..until.map_or(i64::MAX, |until| until.timestamp_millis());
    let [first, last] = [from, until].map(|bound| bound.map(|bound| bound.date_naive()));
    let (Some(first), Some(last)) = (first.or(DAYS[0]), last.or(DAYS[1])) else { return Ok(None) };
    let listed = segments::list(db, project.id, first, last).await?;
    let mut days = BTreeMap::<NaiveDate, u64>::new();
    for segment in &listed {
        *days.entry(segment.day).or_default() += segment.events.unsigned_abs();
    }
    let ids: Vec<i64> = listed.iter().map(|segment| segment.segment_id).collect();
    let metas = segments::metas(db, project.id, &ids).await?;
    let metas = metas.into_iter().map(|(_, meta)| serde_json::from_value(meta)).collect::<Result<Vec<Meta>, _>>()?;
    let layout = Arc::new(Layout::of(&metas));
    Ok((!days.is_empty()).then_some(Plan { project: project.id, layout, range, days }))
}

/// Writes all of it, calling `on_progress` with the events that were read so far, and returns the sink with the number of
/// events that were written.
///
/// # Errors
/// When the database refuses, a segment is damaged, or the sink takes no more. What was written is not complete then.
pub async fn write<W: std::io::Write + Send + 'static>(
    db: &Db,
    plan: &Plan,
    mut sink: Sink<W>,
    mut on_progress: impl FnMut(u64),
) -> Result<(Sink<W>, u64), ExportError> {
    let (mut read, mut written) = (0, 0);
    for day in plan.days.keys() {
        let mut parts = std::pin::pin!(segments::of_day(db, plan.project, *day));
        let mut whole: Vec<StoredPart> = Vec::new();
        loop {
            let next = parts.try_next().await?;
            let is_whole = next.as_ref().is_none_or(|next| whole.last().is_some_and(|last| last.segment_id != next.segment_id));
            if is_whole && !whole.is_empty() {
                let block = open(*day, std::mem::take(&mut whole)).await?;
                let actors = names(db, plan.project, &block).await?;
                read += block.rows as u64;
                let rows;
                (sink, rows) = put(plan, block, actors, sink).await?;
                written += rows;
                on_progress(read);
            }
            let Some(next) = next else { break };
            whole.push(next);
        }
    }
    Ok((sink, written))
}

async fn open(day: NaiveDate, parts: Vec<StoredPart>) -> Result<Block, ExportError> {
    Ok(tokio::task::spawn_blocking(move || segment::whole(day, parts.iter().map(|part| part.bytes.as_slice()))).await??)
}

/// Who the block's actors are.
async fn names(db: &Db, project: ProjectId, block: &Block) -> Result<Actors, ExportError> {
    let numbers: Vec<i64> = block.runs().map(|runs| runs.actors().iter().map(|actor| i64::from(*actor)).collect()).unwrap_or_default();
    let named = actors::named(db, project, &numbers).await?;
    Ok(named
        .into_iter()
        .filter_map(|actor| Some((u32::try_from(actor.number).ok()?, (ActorKind::from_code(actor.kind)?, actor.id))))
        .collect())
}

async fn put<W: std::io::Write + Send + 'static>(
    plan: &Plan,
    block: Block,
    actors: Actors,
    mut sink: Sink<W>,
) -> Result<(Sink<W>, u64), ExportError> {
    let (layout, range) = (plan.layout.clone(), plan.range.clone());
    let write = move || {
        let sheet = Sheet::new(&layout, &block, range, &actors);
        for start in (0..sheet.len()).step_by(BATCH_ROWS) {
            sink.write(&sheet.batch(start..sheet.len().min(start + BATCH_ROWS))?)?;
        }
        Ok((sink, sheet.len() as u64))
    };
    tokio::task::spawn_blocking(write).await?
}
