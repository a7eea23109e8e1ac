//! Hours of metrics into days, once a day on the project's clock is over: a chart of months reads a cell a day.
//!
//! Days are made beside counting, so that counting writes two cells for a point and not three. From then on whoever counts a late
//! point adds it to its day, too. A project that gets another zone has other days: the old ones are removed, and all begins anew.

use std::collections::{BTreeMap, HashMap};

use analysis::calendar::{self, ZONE_RULES};
use analysis::cell::Cell;
use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use protocol::access::Project;
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_folds::{self, Fold};
use storage::{Db, Transaction, metric_series, projects, work};

use crate::claim::Claim;
use crate::count_points::{Cells, decode, encode};

/// How long after its end a day is folded. Points that come later find its hours over, and so look here.
const DAY_WAITS: TimeDelta = TimeDelta::minutes(20);
/// Series of one transaction: counting waits for it.
const SERIES_AT_ONCE: i32 = 2_000;
/// Transactions of one run for one project.
const STEPS_MAX: usize = 50;

/// [`fold_days`], as a chore.
pub(crate) async fn fold_days_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let days = fold_days(db, now).await?;
    if days > 0 {
        tracing::debug!(days, "folded hours of metrics into days");
    }
    Ok(())
}

/// Folds what is over, and returns how many cells of days that made. Idempotent; several processes may call it at once.
///
/// # Errors
/// When the database refuses; what was folded stays.
pub async fn fold_days(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut days = 0;
    for project in projects::all(db).await? {
        for _ in 0..STEPS_MAX {
            let Some(made) = step(db, &project, now).await.with_context(|| format!("project {}", project.id))? else { break };
            days += made;
        }
    }
    Ok(days)
}

/// The next piece of work; `None` when nothing is left for now.
async fn step(db: &Db, project: &Project, now: DateTime<Utc>) -> anyhow::Result<Option<u64>> {
    let zone: Tz = project.zone.parse().with_context(|| format!("the zone {}", project.zone))?;
    // Most of the time a day is not over, which needs no lock.
    let known = metric_folds::read(db, project.id).await?;
    if known.is_some_and(|known| is_of(&known, zone) && known.folded_until.is_some_and(|until| !is_over(until, zone, now))) {
        return Ok(None);
    }
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    let Some(locked) = work::lock_in_turn(&mut tx, project.id).await? else { return Ok(None) };
    let none = Fold { zone: zone.name().to_owned(), zone_rules: ZONE_RULES.to_owned(), folded_until: None, next_series: 0 };
    let fold = metric_folds::held(&mut tx, project.id).await?.unwrap_or_else(|| none.clone());
    if !is_of(&fold, zone) {
        // Whoever reads days now may finish: they go with the next run.
        metric_folds::save(&mut tx, project.id, &none).await?;
        commit(tx).await?;
        return Ok(None);
    }
    let begin = match begin(db, &mut tx, project, &fold).await? {
        Begin::Removing => {
            commit(tx).await?;
            return Ok(Some(0));
        }
        Begin::At(begin) if is_over(begin, zone, now) => begin,
        Begin::At(_) | Begin::Nowhere => return Ok(None),
    };
    let (start, end) = calendar::metric_day(begin, zone);
    let (first, last) = (fold.next_series, fold.next_series.saturating_add(SERIES_AT_ONCE - 1));
    let made = fold_some(&mut tx, project, (first, last), start, end).await?;
    let whole = last >= locked.next_series;
    let fold =
        Fold { folded_until: Some(if whole { end } else { start }), next_series: if whole { 0 } else { last.saturating_add(1) }, ..fold };
    metric_folds::save(&mut tx, project.id, &fold).await?;
    commit(tx).await?;
    Ok(Some(made))
}

fn is_of(fold: &Fold, zone: Tz) -> bool {
    fold.zone == zone.name() && fold.zone_rules == ZONE_RULES
}

fn is_over(day: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> bool {
    calendar::metric_day(day, zone).1 + DAY_WAITS <= now
}

/// Where folding goes on.
enum Begin {
    /// In the day that holds this.
    At(DateTime<Utc>),
    /// Days of another clock have to go first.
    Removing,
    /// There are no metrics.
    Nowhere,
}

async fn begin(db: &Db, tx: &mut Transaction, project: &Project, fold: &Fold) -> anyhow::Result<Begin> {
    if let Some(until) = fold.folded_until {
        return Ok(Begin::At(until));
    }
    if metric_folds::remove_some(tx, project.id).await? > 0 {
        return Ok(Begin::Removing);
    }
    Ok(metric_series::first_seen(db, project.id).await?.map_or(Begin::Nowhere, Begin::At))
}

async fn fold_some(
    tx: &mut Transaction,
    project: &Project,
    series: (i32, i32),
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let rows = metric_cells::hours_of_some(tx, project.id, series, start, end).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let kinds = metric_series::kinds(tx, project.id, series).await?;
    let mut days = BTreeMap::<i32, Cell>::new();
    for row in &rows {
        let kind = kinds.get(&row.series_id).with_context(|| format!("series {} is not known", row.series_id))?;
        let hour = decode(*kind, row)?;
        match days.get_mut(&row.series_id) {
            Some(day) => day.merge(&hour),
            None => _ = days.insert(row.series_id, hour),
        }
    }
    let rows: Vec<CellRow> = days.iter().map(|(series, cell)| encode(*series, start, cell)).collect();
    metric_cells::save(tx, project.id, Grain::Day, &rows).await?;
    Ok(rows.len() as u64)
}

/// What of a claim's hours belongs to days that are folded already.
pub(crate) async fn late_days(claim: &mut Claim, hours: &Cells) -> anyhow::Result<Cells> {
    let mut days = Cells::new();
    let Some(fold) = metric_folds::held(&mut claim.tx, claim.project).await.context("read how far days are folded")? else {
        return Ok(days);
    };
    let Some(until) = fold.folded_until else { return Ok(days) };
    let zone: Tz = fold.zone.parse().with_context(|| format!("the zone {}", fold.zone))?;
    let folding_ends = calendar::metric_day(until, zone).1;
    let mut day_of = HashMap::new();
    for ((series, hour), cell) in hours {
        let is_folded = *hour < until || (*hour < folding_ends && *series < fold.next_series);
        if is_folded {
            let day = *day_of.entry(*hour).or_insert_with(|| calendar::metric_day(*hour, zone).0);
            days.entry((*series, day)).and_modify(|day| day.merge(cell)).or_insert_with(|| cell.clone());
        }
    }
    Ok(days)
}

async fn commit(tx: Transaction) -> anyhow::Result<()> {
    Ok(tx.commit().await.map_err(storage::Error::from)?)
}
