//! What is kept for a time, and goes when that is over: partitions of raw rows and minutes once no project wants their day
//! any longer, and each project's own segments. Nothing is deleted row by row, and nothing goes that a flush still needs.
//!
//! Each partition, and each project's day of segments, goes in a transaction of its own that also notes what was freed. So
//! the job may be broken off anywhere, and several processes may do it at once.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use protocol::keeping::{DataType, KeepDays};
use storage::keeping::{self, Freed};
use storage::partitions::{self, Dropped, OldPartition, Table};
use storage::segments::{self, OldDay};
use storage::{Db, event_quarters, work};

/// Partitions that one run drops of one table, at most: each stops the writers of its table for some milliseconds.
const PARTITIONS_MAX: usize = 100;
/// Days of segments that one run removes of one project, at most.
const DAYS_MAX: i64 = 100;

/// What is over and goes with the next run, as far as one run goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Days that no project wants any longer.
    pub partitions: Vec<OldPartition>,
    /// Days of segments that their project does not want any longer.
    pub segments: Vec<OldDay>,
}

/// Looks for what is over.
///
/// # Errors
/// When the database refuses.
pub async fn over(db: &Db, now: DateTime<Utc>) -> anyhow::Result<Over> {
    let wishes = keeping::of_projects(db).await?;
    let longest = wishes.values().copied().reduce(KeepDays::max).unwrap_or_default();
    let mut over = Over::default();
    for table in Table::ALL {
        let Some(keep) = table.data_type().and_then(|data_type| longest.of(data_type)) else { continue };
        let first = first_day(now, keep);
        for day in partitions::days(db, table).await?.into_iter().filter(|day| *day < first).take(PARTITIONS_MAX) {
            over.partitions.extend(partitions::tally(db, table, day).await?);
        }
    }
    for (project, keep) in wishes {
        over.segments.extend(segments::days_before(db, project, first_day(now, keep.segments), DAYS_MAX).await?);
    }
    Ok(over)
}

/// Lets go of what is over, and returns how much that was.
///
/// # Errors
/// When the database refuses, or somebody holds a table for too long; what is gone is gone.
pub async fn retain(db: &Db, now: DateTime<Utc>) -> anyhow::Result<Freed> {
    let over = over(db, now).await?;
    let mut freed = Freed::default();
    let mut held = BTreeMap::<DataType, NaiveDate>::new();
    for day in &over.segments {
        freed += remove_segments(db, day, now).await.with_context(|| format!("project {}", day.project))?;
    }
    for partition in &over.partitions {
        let Some(data_type) = partition.table.data_type() else { continue };
        match partitions::drop_when_free(db, partition, needed(partition), now).await? {
            Dropped::Now => partition.held.iter().for_each(|(_, part)| freed += *part),
            Dropped::Before => {}
            Dropped::Held(project) => {
                tracing::debug!(project.id = project.0, day = %partition.day, "a flush still needs a day that is over");
                held.entry(data_type).or_insert(partition.day);
            }
        }
    }
    note(db, &held, now).await?;
    Ok(freed)
}

/// [`retain`], as a chore.
pub(crate) async fn retain_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let freed = retain(db, now).await?;
    if freed != Freed::default() {
        tracing::info!(rows = freed.rows, bytes = freed.bytes, "let go of days that are over");
    }
    Ok(())
}

/// The first day that is kept.
fn first_day(now: DateTime<Utc>, keep: u32) -> NaiveDate {
    now.date_naive() - Days::new(keep.into())
}

/// Whose rows a partition's day may be needed for. Minutes are nobody's: what is that old is counted into hours only.
fn needed(partition: &OldPartition) -> Option<Range<DateTime<Utc>>> {
    let start = partition.day.and_time(NaiveTime::MIN).and_utc();
    (partition.table != Table::MetricMinute).then(|| start..start + TimeDelta::days(1))
}

async fn remove_segments(db: &Db, day: &OldDay, now: DateTime<Utc>) -> anyhow::Result<Freed> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    if work::lock_in_turn(&mut tx, day.project).await?.is_none() {
        return Ok(Freed::default());
    }
    let freed = segments::remove_day(&mut tx, day.project, day.day).await?;
    keeping::freed(&mut tx, day.project, DataType::Segments, freed, now).await?;
    tx.commit().await.map_err(storage::Error::from)?;
    Ok(freed)
}

/// Notes for every project what is there now.
async fn note(db: &Db, held: &BTreeMap<DataType, NaiveDate>, now: DateTime<Utc>) -> anyhow::Result<()> {
    for project in keeping::of_projects(db).await?.into_keys() {
        for data_type in DataType::ALL {
            let found = [oldest_day(db, project, data_type).await?, held.get(&data_type).copied()];
            keeping::ran(db, project, data_type, found, now).await?;
        }
    }
    Ok(())
}

async fn oldest_day(db: &Db, project: ProjectId, data_type: DataType) -> anyhow::Result<Option<NaiveDate>> {
    if let Some(table) = Table::ALL.into_iter().find(|table| table.data_type() == Some(data_type)) {
        return Ok(partitions::oldest_day(db, table, project).await?);
    }
    Ok(match data_type {
        DataType::Segments => segments::oldest_day(db, project).await?,
        DataType::EventQuarters => event_quarters::oldest(db, project).await?.map(|bucket| bucket.date_naive()),
        _ => storage::metric_series::first_seen(db, project).await?.map(|seen| seen.date_naive()),
    })
}
