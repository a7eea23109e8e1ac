//! Does the rollup say what the segments say, and do they hold what the raw rows hold?
//!
//! Quarters are recounted from the bytes of segments and compared key by key: events, weights, and the very set of actors.
//! Each day is looked at as of one moment, so counting goes on meanwhile and a difference is a difference, whenever the
//! check is run.

mod compare;
mod raw;
mod recount;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use protocol::access::Project;
use protocol::id::ProjectId;
use storage::audit::{self, Snapshot};
use storage::{Db, projects};

use compare::compare;
pub use compare::{Counts, Drift};
pub use raw::{RawChecked, RawDrift, check_raw};
use recount::{Wanted, recount};

/// How much is recounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many quarters of each project, chosen at random.
    Sample(usize),
    /// All of them.
    All,
}

/// What a check of one project found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// Quarters of an hour that were recounted.
    pub quarters: usize,
    /// Events in them.
    pub events: u64,
    /// Flushes whose events are counted and still on their way into segments: while there are any, nothing can be compared.
    pub debts: i64,
    /// Where rollup and segments differ, by time.
    pub drifts: Vec<Drift>,
    /// Segments and rows that cannot be read, with the reason; a segment's day is not compared.
    pub damaged: Vec<String>,
}

/// Recounts quarters of a project. `random` gives numbers from 0 to below 1; `progress` hears how many of how many days are
/// done.
///
/// # Errors
/// When the database refuses.
pub async fn verify(
    db: &Db,
    project: &Project,
    extent: Extent,
    random: fn() -> f64,
    mut progress: impl FnMut(usize, usize),
) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    let mut snapshot = Snapshot::open(db).await?;
    checked.debts = audit::debts(&mut snapshot, project.id).await?;
    let days = [audit::first_day(&mut snapshot, project.id).await?, audit::last_day(&mut snapshot, project.id).await?];
    snapshot.close().await?;
    let ([Some(first), Some(last)], 0) = (days, checked.debts) else { return Ok(checked) };
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
    let picked = match extent {
        _ if days.is_empty() => Vec::new(),
        Extent::All => days.iter().map(|day| (*day, None)).collect(),
        Extent::Sample(quarters) => picked(&days, quarters, random),
    };
    let total = picked.len();
    for (done, (day, shares)) in picked.into_iter().enumerate() {
        progress(done, total);
        check_day(db, project.id, day, shares, &mut checked).await.with_context(|| format!("{day}"))?;
    }
    progress(total, total);
    Ok(checked)
}

/// Days, each with where in it the quarters to be looked at lie, from 0 to below 1: half of them at random of the last two
/// days, where a fault would be new, the others of any.
fn picked(days: &[NaiveDate], quarters: usize, random: fn() -> f64) -> Vec<(NaiveDate, Option<Vec<f64>>)> {
    let mut picked = BTreeMap::<NaiveDate, Vec<f64>>::new();
    for _ in 0..quarters {
        let among = if random() < 0.5 { &days[days.len().saturating_sub(2)..] } else { days };
        let day = among[((random() * among.len() as f64) as usize).min(among.len() - 1)];
        picked.entry(day).or_default().push(random());
    }
    picked.into_iter().map(|(day, shares)| (day, Some(shares))).collect()
}

/// Compares a day as of one moment: its sums, and its quarters, or those at the given shares of the day's.
async fn check_day(db: &Db, project: ProjectId, day: NaiveDate, shares: Option<Vec<f64>>, checked: &mut Checked) -> anyhow::Result<()> {
    let mut snapshot = Snapshot::open(db).await?;
    if audit::first_day(&mut snapshot, project).await?.is_none_or(|first| day < first) {
        // Retention came meanwhile.
        return Ok(snapshot.close().await?);
    }
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    let (wanted, ranges) = match shares {
        None => (Wanted::ALL, vec![(midnight, midnight + Days::new(1))]),
        Some(shares) => {
            let buckets = audit::buckets(&mut snapshot, project, day).await?;
            let at = |share: &f64| buckets.get((share * buckets.len() as f64) as usize).copied();
            let picked: BTreeSet<DateTime<Utc>> = shares.iter().filter_map(at).collect();
            let ranges = picked.iter().map(|bucket| (*bucket, *bucket + TimeDelta::minutes(15))).collect();
            (Wanted::these(&picked), ranges)
        }
    };
    let recounted = recount(&mut snapshot, project, day, wanted).await?;
    if recounted.damaged.is_empty() {
        let mut stored = Vec::new();
        for (from, until) in ranges {
            stored.extend(audit::quarters(&mut snapshot, project, from, until).await?);
        }
        let compared = compare(stored, recounted.cells);
        checked.quarters += compared.quarters;
        checked.events += compared.events;
        checked.drifts.extend(compared.drifts);
        checked.damaged.extend(compared.damaged);
    }
    checked.damaged.extend(recounted.damaged);
    // A sample may lie beside what is missing; the sums of the day see it.
    let sums = audit::day(&mut snapshot, project, day).await?;
    if sums.counted != sums.in_segments {
        checked.drifts.push(Drift::of_day(day, sums));
    }
    Ok(snapshot.close().await?)
}

/// One quarter of every project, as a chore: what differs is logged and counted by `throughline_verify_drifts_total`.
pub(crate) async fn verify_and_say(db: &Db, random: fn() -> f64) -> anyhow::Result<()> {
    let mut failed = None;
    for project in projects::all(db).await? {
        match verify(db, &project, Extent::Sample(1), random, |_, _| {}).await {
            Ok(checked) => say(&project, &checked),
            Err(error) => failed = Some(error.context(project.slug)),
        }
    }
    failed.map_or(Ok(()), Err)
}

fn say(project: &Project, checked: &Checked) {
    metrics::counter!("throughline_verify_quarters_total").increment(checked.quarters as u64);
    metrics::counter!("throughline_verify_drifts_total").increment(checked.drifts.len() as u64);
    metrics::counter!("throughline_verify_damaged_total").increment(checked.damaged.len() as u64);
    for damaged in &checked.damaged {
        tracing::error!(project = project.slug, "cannot be read: {damaged}; see `throughline doctor --verify`");
    }
    for drift in &checked.drifts {
        tracing::error!(project = project.slug, "the rollup differs from the segments: {drift}; see `throughline doctor --verify`");
    }
}
