//! Forgetting a person: segments, quarters, issues, raw rows, names, in this order, until nothing is left.
//!
//! Tombstones stand from the moment of the request, so that nothing of the person is counted while this goes on. Each step
//! removes what it finds in transactions of its own, and notes it there; so the job is carried on wherever it was broken
//! off, and several processes may do so at once. What waits to be counted, or is a dead letter, may still hold rows of the
//! person: an erasure is finished once there is none from before it.

mod issues;
mod quarters;
mod segments;

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use storage::erasures::{self, Targets, Unfinished};
use storage::partitions::{self, Table};
use storage::personal_rows::{self, Removed, Where};
use storage::{Db, Transaction, projects, tombstones, work};

/// Carries on every erasure that is not finished, and returns how many are now. Idempotent.
///
/// # Errors
/// When the database refuses, or a segment is damaged; what was removed is gone.
pub async fn erase(db: &Db, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut finished = 0;
    for project in projects::all(db).await? {
        tombstones::sweep(db, project.id, now).await?;
        for unfinished in erasures::unfinished(db, project.id).await? {
            finished += u64::from(carry_on(db, project.id, unfinished, now).await.with_context(|| format!("project {}", project.id))?);
        }
    }
    Ok(finished)
}

/// [`erase`], as a chore.
pub(crate) async fn erase_and_say(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let finished = erase(db, now).await?;
    if finished > 0 {
        tracing::info!(finished, "forgot people who asked for it");
    }
    Ok(())
}

/// Whether it is finished: when a whole pass began with nothing left to wait for.
async fn carry_on(db: &Db, project: ProjectId, mut unfinished: Unfinished, now: DateTime<Utc>) -> anyhow::Result<bool> {
    let waits_for = waits_for(db, project, unfinished.asked_at).await?;
    if waits_for.is_some() && unfinished.waits_for.is_some() {
        // What there was is removed; the rest comes when it is counted or discarded.
        return finish(db, project, &unfinished, waits_for, now).await;
    }
    segments::erase(db, project, &unfinished, now).await.context("erase from segments")?;
    quarters::erase(db, project, &unfinished).await.context("erase from quarters")?;
    issues::erase(db, project, &unfinished).await.context("erase from issues")?;
    // Segments have told sessions.
    let Some(current) = erasures::unfinished(db, project).await?.into_iter().find(|one| one.erasure_id == unfinished.erasure_id) else {
        return Ok(false);
    };
    unfinished = current;
    for day in days(db).await? {
        erase_day(db, project, &mut unfinished, day).await.with_context(|| format!("erase from {day}"))?;
    }
    finish(db, project, &unfinished, waits_for, now).await
}

async fn waits_for(db: &Db, project: ProjectId, asked_at: DateTime<Utc>) -> anyhow::Result<Option<String>> {
    let mut tx = db.begin().await?;
    let waits_for = erasures::waits_for(&mut tx, project, asked_at).await?;
    tx.rollback().await.map_err(storage::Error::from)?;
    Ok(waits_for)
}

/// What an erasure of these would remove now, by place; nothing is changed. Metric points, spans and logs of the person's
/// sessions are counted as far as raw events tell the sessions.
///
/// # Errors
/// When the database refuses, or a segment is damaged.
pub async fn would_erase(db: &Db, project: ProjectId, targets: &Targets) -> anyhow::Result<BTreeMap<&'static str, i64>> {
    let mut found = BTreeMap::from([("segments", segments::count(db, project, &targets.numbers).await?)]);
    let mut targets = targets.clone();
    for day in days(db).await? {
        let mut tx = db.begin().await?;
        for (place, rows) in by_place(&remove_day(&mut tx, project, &mut targets, day).await?) {
            *found.entry(place).or_default() += rows;
        }
        tx.rollback().await.map_err(storage::Error::from)?;
    }
    let mut tx = db.begin().await?;
    found.extend(erasures::forget_names(&mut tx, project, &targets).await?);
    tx.rollback().await.map_err(storage::Error::from)?;
    Ok(found)
}

/// Every day that some raw row may have been received on.
async fn days(db: &Db) -> anyhow::Result<Vec<NaiveDate>> {
    let mut days = Vec::new();
    for signal in Signal::ALL {
        days.extend(partitions::days(db, Table::of(signal)).await?);
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

async fn erase_day(db: &Db, project: ProjectId, unfinished: &mut Unfinished, day: NaiveDate) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    let before = unfinished.targets.sessions.len();
    let removed = remove_day(&mut tx, project, &mut unfinished.targets, day).await?;
    if !removed.errors.is_empty() {
        work::limit_waits(&mut tx).await?;
        work::lock_in_turn(&mut tx, project).await?;
        issues::take_off(&mut tx, project, &removed.errors).await?;
    }
    let found = by_place(&removed);
    if !found.is_empty() || unfinished.targets.sessions.len() > before {
        erasures::found(&mut tx, project, unfinished.erasure_id, &found, &unfinished.targets.sessions).await?;
    }
    Ok(tx.commit().await.map_err(storage::Error::from)?)
}

/// A day's raw rows of the person. The sessions that it tells are the person's on later days, too.
async fn remove_day(tx: &mut Transaction, project: ProjectId, targets: &mut Targets, day: NaiveDate) -> anyhow::Result<Removed> {
    let from = day.and_time(NaiveTime::MIN).and_utc();
    let place = Where { from, until: from + TimeDelta::days(1) - TimeDelta::microseconds(1), flush: None };
    let sessions = personal_rows::sessions(tx, project, place, targets.whose()).await?;
    targets.sessions.extend(sessions);
    targets.sessions.sort_unstable();
    targets.sessions.dedup();
    Ok(personal_rows::remove(tx, project, place, targets.whose()).await?)
}

fn by_place(removed: &Removed) -> BTreeMap<&'static str, i64> {
    let places = [
        ("events", removed.events),
        ("metric_points", removed.points),
        ("spans", removed.spans),
        ("logs", removed.logs),
        ("errors", removed.errors.len() as u64),
        ("identities", removed.identities),
    ];
    places.into_iter().filter(|(_, rows)| *rows > 0).map(|(place, rows)| (place, rows as i64)).collect()
}

/// Removes the person's names, unless something still waits.
async fn finish(
    db: &Db,
    project: ProjectId,
    unfinished: &Unfinished,
    waits_for: Option<String>,
    now: DateTime<Utc>,
) -> anyhow::Result<bool> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    work::lock_in_turn(&mut tx, project).await?;
    if waits_for.is_none() {
        let found = erasures::forget_names(&mut tx, project, &unfinished.targets).await?;
        erasures::found(&mut tx, project, unfinished.erasure_id, &found, &[]).await?;
    }
    let is_mine = erasures::settle(&mut tx, project, unfinished, waits_for.as_deref(), now).await?;
    tx.commit().await.map_err(storage::Error::from)?;
    Ok(is_mine && waits_for.is_none())
}
