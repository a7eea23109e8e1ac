//! Gives the places of light series to heavy ones, so that a name's limit tells apart what matters, not what came first.
//!
//! Once an hour each project's candidates are weighed against the lightest series that have a place, by points of the last 24
//! hours. That is read beside counting; only the exchange itself holds the project. A series that loses its place is *folded*:
//! its history stays, its further points are counted in `__other__`, and it is a candidate like others. Each point is in
//! exactly one series whatever is exchanged, so totals stay right.

use std::collections::HashMap;

use analysis::heavy_hitters;
use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use storage::metric_series::{self, Known, NewSeries, SeriesKey};
use storage::{Db, series_candidates, work};

use crate::claim::Claim;
use crate::config::SeriesLimit;
use crate::note_candidates::WEIGHED;

/// How often a project's series are weighed.
const WEIGH_EVERY: TimeDelta = TimeDelta::hours(1);
/// Each time a candidate's counter loses this part of it: at a steady rate it then holds a day's points, as is summed up of those
/// that have a place.
const FADES_BY: i64 = 24;

/// Who changes places.
#[derive(Debug, Default)]
struct Exchange {
    gives: Vec<i32>,
    takes: Vec<SeriesKey>,
}

/// Weighs the series of each project whose hour is over, and returns how many places changed hands. Idempotent; several processes
/// may call it at once.
///
/// # Errors
/// When the database refuses, or another worker holds a project for too long.
pub async fn exchange_series(db: &Db, now: DateTime<Utc>, limit: &SeriesLimit) -> anyhow::Result<u64> {
    let mut exchanged = 0;
    for project in series_candidates::projects(db).await? {
        let weighed_at = work::series_weighed_at(db, project).await?;
        if weighed_at.is_none_or(|at| now < at || now >= at + WEIGH_EVERY) {
            let exchange = weigh(db, project, now, limit).await.with_context(|| format!("project {project}"))?;
            exchanged += settle(db, project, exchange, weighed_at, now).await.with_context(|| format!("project {project}"))?;
        }
    }
    Ok(exchanged)
}

/// [`exchange_series`], as a chore.
pub(crate) async fn exchange_series_and_say(db: &Db, now: DateTime<Utc>, limit: &SeriesLimit) -> anyhow::Result<()> {
    let exchanged = exchange_series(db, now, limit).await?;
    if exchanged > 0 {
        metrics::counter!("throughline_worker_series_exchanged_total").increment(exchanged);
        tracing::info!(exchanged, "gave places of light series to heavier ones");
    }
    Ok(())
}

async fn weigh(db: &Db, project: ProjectId, now: DateTime<Utc>, limit: &SeriesLimit) -> anyhow::Result<Exchange> {
    let mut exchange = Exchange::default();
    for name in series_candidates::names(db, project, limit.points_min).await? {
        let mut candidates = series_candidates::heaviest(db, project, &name, limit.points_min).await?;
        // What has a number is kept for ever, so only so many may have one without a place.
        let folded = metric_series::count_folded(db, project, &name).await?;
        let mut room = (limit.folded_max as u64).saturating_sub(folded);
        candidates.retain(|candidate| {
            let has_room = !candidate.is_new || room > 0;
            room = room.saturating_sub(u64::from(candidate.is_new));
            has_room
        });
        candidates.truncate(limit.exchanges_max);
        if candidates.is_empty() {
            continue;
        }
        let placed = metric_series::lightest(db, project, &name, now - WEIGHED, candidates.len() as i64).await?;
        let weights = candidates.iter().map(|candidate| candidate.points);
        let n = heavy_hitters::exchanges(weights, placed.iter().map(|(_, points)| *points), limit.points_min);
        exchange.gives.extend(placed.into_iter().take(n).map(|(series, _)| series));
        exchange.takes.extend(candidates.into_iter().take(n).map(|candidate| candidate.key));
    }
    Ok(exchange)
}

/// Makes the exchange, unless another process has weighed the project meanwhile, and lets the counters fade.
async fn settle(
    db: &Db,
    project: ProjectId,
    exchange: Exchange,
    weighed_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    let Some(locked) = work::lock_in_turn(&mut tx, project).await? else { return Ok(0) };
    let mut claim = Claim::without_flushes(tx, project, locked, now);
    if !work::weigh_series(&mut claim.tx, project, weighed_at, now).await? {
        claim.give_up().await;
        return Ok(0);
    }
    let exchanged = exchange.takes.len() as u64;
    if exchanged > 0 {
        metric_series::exchange(&mut claim.tx, project, &exchange.gives, true, now).await?;
        let numbers = numbers(&mut claim, &exchange.takes).await?;
        metric_series::exchange(&mut claim.tx, project, &numbers, false, now).await?;
        series_candidates::remove(&mut claim.tx, project, &exchange.takes).await?;
    }
    series_candidates::fade(&mut claim.tx, project, FADES_BY).await?;
    claim.write_numbers().await?;
    claim.commit().await?;
    Ok(exchanged)
}

/// The numbers of these series: those that they had, or else new ones.
async fn numbers(claim: &mut Claim, keys: &[SeriesKey]) -> anyhow::Result<Vec<i32>> {
    let known: HashMap<usize, Known> =
        metric_series::known(&mut claim.tx, claim.project, keys).await?.into_iter().map(|known| (known.place, known)).collect();
    let mut numbers = Vec::with_capacity(keys.len());
    let mut new = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        if let Some(known) = known.get(&place) {
            numbers.push(known.series_id);
            continue;
        }
        let series_id = claim.work.next_series;
        claim.work.next_series = series_id.checked_add(1).context("the project has 2^31 series")?;
        numbers.push(series_id);
        new.push(NewSeries { series_id, key: key.clone(), first_seen: claim.now, last_seen: claim.now });
    }
    if !new.is_empty() {
        metric_series::insert(&mut claim.tx, claim.project, &new).await.context("write series")?;
    }
    Ok(numbers)
}
