//! Raw rows beside segments.

use chrono::{Days, NaiveDate};
use protocol::id::ProjectId;
use storage::Db;
use storage::audit::{self, Snapshot};
use storage::erasures;
use storage::partitions::{self, Table};

/// A day on which there are more or fewer raw events than in segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawDrift {
    /// The UTC day that they happened on.
    pub day: NaiveDate,
    /// Raw events that are counted.
    pub raw: i64,
    /// Events in segments.
    pub in_segments: i64,
}

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawChecked {
    /// Days whose raw events are all kept.
    pub days: usize,
    /// Raw events of these days.
    pub events: i64,
    /// Why nothing could be compared.
    pub waits_for: Option<&'static str>,
    /// Days that differ.
    pub drifts: Vec<RawDrift>,
}

/// Compares the days whose raw rows are all kept: those after the oldest day of receipt that there still is. Reads every
/// raw event of the project once.
///
/// # Errors
/// When the database refuses.
pub async fn check_raw(db: &Db, project: ProjectId) -> anyhow::Result<RawChecked> {
    let mut checked = RawChecked::default();
    let Some(first) = partitions::days(db, Table::Event).await?.into_iter().min() else { return Ok(checked) };
    let first = first + Days::new(1);
    if !erasures::unfinished(db, project).await?.is_empty() {
        checked.waits_for = Some("a person is being forgotten");
        return Ok(checked);
    }
    let mut snapshot = Snapshot::open(db).await?;
    if audit::debts(&mut snapshot, project).await? > 0 {
        checked.waits_for = Some("older events are being put into segments");
        return Ok(checked);
    }
    let raw = audit::raw_days(&mut snapshot, project, first).await?;
    let sums = audit::days(&mut snapshot, project, first).await?;
    snapshot.close().await?;
    let of = |day: NaiveDate| raw.iter().find(|(raw, _)| *raw == day).map_or(0, |(_, events)| *events);
    checked.days = sums.len();
    checked.events = raw.iter().map(|(_, events)| events).sum();
    let both = sums.iter().map(|sums| RawDrift { day: sums.day, raw: of(sums.day), in_segments: sums.in_segments });
    let unknown = raw.iter().filter(|(day, _)| sums.iter().all(|sums| sums.day != *day));
    let unknown = unknown.map(|(day, events)| RawDrift { day: *day, raw: *events, in_segments: 0 });
    checked.drifts = both.chain(unknown).filter(|day| day.raw != day.in_segments).collect();
    Ok(checked)
}
