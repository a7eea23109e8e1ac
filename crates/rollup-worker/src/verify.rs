//! Does the rollup say what the segments say, and do they hold what the raw rows hold?
//!
//! Quarters are recounted from the bytes of segments and compared key by key: events, weights, and the very set of actors.
//! Each day is looked at as of one moment, so counting goes on meanwhile and a difference is a difference, whenever the
//! check is run.

mod compare;
mod raw;
mod recount;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use protocol::access::Project;
use protocol::id::ProjectId;
use storage::audit::{self, Snapshot};
use storage::{Db, keeping, projects, segments};

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
    /// Segments that cannot be read, with the reason; their days are not compared.
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
    now: DateTime<Utc>,
    random: fn() -> f64,
    mut progress: impl FnMut(usize, usize),
) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    let Some(first) = first_day(db, project.id, now).await? else { return Ok(checked) };
    let mut snapshot = Snapshot::open(db).await?;
    checked.debts = audit::debts(&mut snapshot, project.id).await?;
    let days: Vec<NaiveDate> = audit::days(&mut snapshot, project.id, first).await?.into_iter().map(|day| day.day).collect();
    snapshot.close().await?;
    if checked.debts > 0 || days.is_empty() {
        return Ok(checked);
    }
    let picked = match extent {
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

/// Days at random, each with where in it the quarters to be looked at lie, from 0 to below 1.
fn picked(days: &[NaiveDate], quarters: usize, random: fn() -> f64) -> Vec<(NaiveDate, Option<Vec<f64>>)> {
    let mut picked = std::collections::BTreeMap::<NaiveDate, Vec<f64>>::new();
    for _ in 0..quarters {
        let day = days[((random() * days.len() as f64) as usize).min(days.len() - 1)];
        picked.entry(day).or_default().push(random());
    }
    picked.into_iter().map(|(day, shares)| (day, Some(shares))).collect()
}

/// Compares a day as of one moment: its totals, and its quarters, or those at the given shares of the day's.
async fn check_day(db: &Db, project: ProjectId, day: NaiveDate, shares: Option<Vec<f64>>, checked: &mut Checked) -> anyhow::Result<()> {
    let mut snapshot = Snapshot::open(db).await?;
    let wanted = match shares {
        None => Wanted::ALL,
        Some(shares) => {
            let buckets = audit::buckets(&mut snapshot, project, day).await?;
            let picked: Vec<_> = shares.iter().filter_map(|share| buckets.get((share * buckets.len() as f64) as usize)).copied().collect();
            Wanted::these(&picked)
        }
    };
    let recounted = recount(&mut snapshot, project, day, wanted).await?;
    if recounted.damaged.is_empty() {
        let midnight = day.and_time(NaiveTime::MIN).and_utc();
        let stored = audit::quarters(&mut snapshot, project, midnight, midnight + Days::new(1)).await?;
        let stored = stored.into_iter().filter(|row| wanted.has((row.bucket - midnight).num_milliseconds() as u32)).collect();
        let compared = compare(stored, recounted.cells)?;
        checked.quarters += compared.quarters;
        checked.events += compared.events;
        checked.drifts.extend(compared.drifts);
    }
    checked.damaged.extend(recounted.damaged);
    // A sample may lie beside what is missing; the sums of the day see it.
    let sums = audit::days(&mut snapshot, project, day).await?.into_iter().find(|sums| sums.day == day);
    if let Some(sums) = sums.filter(|sums| sums.counted != sums.in_segments) {
        checked.drifts.push(Drift::of_day(sums));
    }
    Ok(snapshot.close().await?)
}

/// The first day whose segments are all there: retention takes them away by whole days, the oldest first. `None` when there
/// are none.
async fn first_day(db: &Db, project: ProjectId, now: DateTime<Utc>) -> anyhow::Result<Option<NaiveDate>> {
    let keeps = keeping::of_projects(db).await?.get(&project).map(|days| days.segments).unwrap_or_default();
    // A day more, since retention may begin while we look.
    let kept = now.date_naive().checked_sub_days(Days::new(u64::from(keeps).saturating_sub(1)));
    let oldest = segments::oldest_day(db, project).await?;
    Ok(oldest.map(|oldest| kept.map_or(oldest, |kept| kept.max(oldest))))
}

/// One quarter of every project, as a chore: what differs is logged and counted by `throughline_verify_drifts_total`.
pub(crate) async fn verify_and_say(db: &Db, now: DateTime<Utc>, random: fn() -> f64) -> anyhow::Result<()> {
    for project in projects::all(db).await? {
        let checked = verify(db, &project, Extent::Sample(1), now, random, |_, _| {}).await.with_context(|| project.slug.clone())?;
        metrics::counter!("throughline_verify_quarters_total").increment(checked.quarters as u64);
        metrics::counter!("throughline_verify_drifts_total").increment(checked.drifts.len() as u64);
        metrics::counter!("throughline_verify_damaged_total").increment(checked.damaged.len() as u64);
        for damaged in &checked.damaged {
            tracing::error!(project = project.slug, "cannot be read: {damaged}");
        }
        for drift in &checked.drifts {
            tracing::error!(project = project.slug, "the rollup differs from the segments: {drift}; see `throughline doctor --verify`");
        }
    }
    Ok(())
}
