//! Raw rows beside segments.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use protocol::id::ProjectId;
use storage::audit::{self, Snapshot};
use storage::partitions::{self, Table};
use storage::{Db, erasures, keeping};

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

/// Compares the days whose raw rows are all kept. Reads every raw event of the project since then once.
///
/// # Errors
/// When the database refuses.
pub async fn check_raw(db: &Db, project: ProjectId, now: DateTime<Utc>) -> anyhow::Result<RawChecked> {
    let mut checked = RawChecked::default();
    let longest = keeping::of_projects(db).await?.into_values().map(|keep| keep.raw).max().unwrap_or_default();
    let Some(first) = first_whole_day(&partitions::days(db, Table::Event).await?, now.date_naive(), longest) else { return Ok(checked) };
    if !erasures::unfinished(db, project).await?.is_empty() {
        checked.waits_for = Some("a person is being forgotten");
        return Ok(checked);
    }
    let mut snapshot = Snapshot::open(db).await?;
    if audit::debts(&mut snapshot, project).await? > 0 {
        checked.waits_for = Some("older events are being put into segments");
        return Ok(checked);
    }
    // Segments may be kept for less long than raw rows.
    let first = audit::first_day(&mut snapshot, project).await?.map_or(first, |kept| kept.max(first));
    let raw: BTreeMap<NaiveDate, i64> = audit::raw_days(&mut snapshot, project, first).await?.into_iter().collect();
    let last = audit::last_day(&mut snapshot, project).await?.max(raw.keys().last().copied());
    for day in first.iter_days().take_while(|day| Some(*day) <= last) {
        let in_segments = audit::day(&mut snapshot, project, day).await?.in_segments;
        let raw = raw.get(&day).copied().unwrap_or_default();
        checked.days += usize::from(raw > 0 || in_segments > 0);
        checked.events += raw;
        if raw != in_segments {
            checked.drifts.push(RawDrift { day, raw, in_segments });
        }
    }
    snapshot.close().await?;
    Ok(checked)
}

/// The first day of which every raw row is there: an event of it was received on it or later, and all of those days are kept.
/// An older day may be left alone because a dead letter needs it, or be there again because something old was imported.
fn first_whole_day(days: &[NaiveDate], today: NaiveDate, keep: u32) -> Option<NaiveDate> {
    let mut first = None;
    for day in days.iter().rev().filter(|day| **day <= today) {
        match first {
            None => first = Some(*day),
            Some(after) if *day == after - Days::new(1) => first = Some(*day),
            Some(_) => break,
        }
    }
    Some((first? + Days::new(1)).max(today - Days::new(keep.into()) + Days::new(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_rows_are_whole_from_the_day_after_the_first_of_an_unbroken_run() {
        let day = |day: u32| NaiveDate::from_ymd_opt(2026, 5, day).expect("a day");
        let first = |days: &[u32], keep| first_whole_day(&days.iter().map(|n| day(*n)).collect::<Vec<_>>(), day(20), keep);
        assert_eq!(first(&[17, 18, 19, 20, 21, 22], 30), Some(day(18)), "days are made ahead");
        assert_eq!(first(&[3, 10, 18, 19, 20], 30), Some(day(19)), "days that are left alone");
        assert_eq!(first(&[14, 15, 16, 17, 18, 19, 20], 4), Some(day(17)), "a day that came back beside those that are kept");
        assert_eq!(first(&[], 4), None);
    }
}
