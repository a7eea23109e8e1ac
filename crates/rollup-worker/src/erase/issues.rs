//! A person out of issues: exactly where their reports are kept, from the bitmaps alone where they are not. What an issue says
//! of itself names nobody.

use std::collections::BTreeMap;

use analysis::quarter::{self, QuarterCell};
use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveTime, Utc};
use protocol::id::ProjectId;
use roaring::RoaringBitmap;
use storage::erasures::{self, Unfinished};
use storage::issue_quarters::{self, IssueQuarter};
use storage::personal_rows::RemovedError;
use storage::{Db, Transaction, work};

use super::quarters::NO_WEIGHT;
use crate::count_issues::row;

/// Takes reports that are gone out of the quarters that they were counted in. What was counted beyond the limit of issues, and
/// what an older worker left out, has no quarter of its own.
pub(super) async fn take_off(tx: &mut Transaction, project: ProjectId, gone: &[RemovedError]) -> anyhow::Result<()> {
    let mut cells = BTreeMap::<(i64, DateTime<Utc>, String), QuarterCell>::new();
    for error in gone {
        let Some(issue) = error.issue_id else { continue };
        let cell = cells.entry((issue, quarter::bucket(error.ts), error.environment.clone())).or_default();
        cell.merge(&QuarterCell { n: 1, weight: error.weight, ..QuarterCell::default() });
    }
    if cells.is_empty() {
        return Ok(());
    }
    let keys: Vec<IssueQuarter> = cells.iter().map(|(key, cell)| row(key.clone(), cell)).collect();
    let (mut left, mut empty) = (Vec::new(), Vec::new());
    for stored in issue_quarters::stored(tx, project, &keys).await.context("read quarters of issues")? {
        let cell = &cells[&(stored.issue_id, stored.bucket, stored.environment.clone())];
        let weight = stored.weight - cell.weight;
        let rest = IssueQuarter { n: stored.n - cell.n, weight: if weight < NO_WEIGHT { 0.0 } else { weight }, ..stored };
        if rest.n > 0 { left.push(rest) } else { empty.push(rest) }
    }
    issue_quarters::save(tx, project, &left).await.context("write quarters of issues")?;
    issue_quarters::remove(tx, project, &empty).await.context("remove quarters of issues")
}

/// Takes the person out of every bitmap, a day at a time. How much they met on days whose reports are gone cannot be told apart
/// any more: these counts stay.
pub(super) async fn erase(db: &Db, project: ProjectId, unfinished: &Unfinished) -> anyhow::Result<()> {
    let actors: RoaringBitmap = unfinished.targets.numbers.iter().copied().collect();
    let mut tx = db.begin().await?;
    let extent = issue_quarters::extent(&mut tx, project).await?;
    tx.rollback().await.map_err(storage::Error::from)?;
    let Some((first, last)) = extent else { return Ok(()) };
    for day in first.date_naive().iter_days().take_while(|day| *day <= last.date_naive()) {
        let from = day.and_time(NaiveTime::MIN).and_utc();
        let mut tx = db.begin().await?;
        work::limit_waits(&mut tx).await?;
        let mut touched = Vec::new();
        for row in issue_quarters::whole(&mut tx, project, from, from + Days::new(1)).await? {
            if !quarter::decode(&row.actors)?.is_disjoint(&actors) {
                touched.push(row);
            }
        }
        if !touched.is_empty() {
            clear(&mut tx, project, unfinished, &actors, &touched).await?;
        }
        tx.commit().await.map_err(storage::Error::from)?;
    }
    Ok(())
}

async fn clear(
    tx: &mut Transaction,
    project: ProjectId,
    unfinished: &Unfinished,
    actors: &RoaringBitmap,
    keys: &[IssueQuarter],
) -> anyhow::Result<()> {
    work::lock_in_turn(tx, project).await?;
    let mut rows = issue_quarters::stored(tx, project, keys).await?;
    for row in &mut rows {
        row.actors = quarter::encode(&(quarter::decode(&row.actors)? - actors));
    }
    issue_quarters::save(tx, project, &rows).await?;
    let found = [("issue_quarters", rows.len() as i64)].into();
    Ok(erasures::found(tx, project, unfinished.erasure_id, &found, &[]).await?)
}
