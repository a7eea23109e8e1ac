//! History: items whose day is long over. The only place where client time chooses a day.
//!
//! `received_at` becomes the item's own time, so that history lies where it would have been; the partitions of those days
//! are made beforehand. One flush per day, since the worker reads a flush back by its range of `received_at`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use storage::batches;
use storage::events::{self, Place};
use storage::flags::IMPORTED;
use storage::partitions::{self, Table};
use storage::pending::{self, NewPending};
use storage::{Rows, metric_points};
use uuid::Uuid;

use crate::commit::{Fate, Flusher};
use crate::prepare::Prepared;
use crate::rejection::Rejection;

/// Stores a batch of history in a transaction of its own.
pub(crate) async fn store(flusher: &Flusher, batch: Prepared) -> Result<Fate, Rejection> {
    ensure_partitions(flusher, &batch).await?;
    let now = flusher.clock.now();
    let mut tx = flusher.db.begin().await?;
    let ledger_flush = crate::uuid_v7(now, (flusher.random)());
    let entered = batches::enter(&mut tx, batch.project, ledger_flush, now, std::slice::from_ref(&batch.entry)).await?;
    if entered.is_empty() {
        drop(tx);
        return duplicate(flusher, &batch).await;
    }
    let (mut event_rows, mut point_rows) = (Rows::default(), Rows::default());
    let mut outcomes = batch.outcomes.clone();
    for (n, day) in by_day(&batch).into_values().enumerate() {
        // The first day's flush carries the ledger's id and the whole batch's outcomes.
        let flush_id = if n == 0 { ledger_flush } else { crate::uuid_v7(now, (flusher.random)()) };
        day.encode(&batch, flush_id, &mut event_rows, &mut point_rows);
        pending::insert(&mut tx, batch.project, &day.note(flush_id, now, std::mem::take(&mut outcomes))).await?;
    }
    if !outcomes.is_empty() {
        let nothing = Day { from: now, until: now, ..Day::default() };
        pending::insert(&mut tx, batch.project, &nothing.note(ledger_flush, now, outcomes)).await?;
    }
    events::copy(&mut tx, event_rows).await?;
    metric_points::copy(&mut tx, point_rows).await?;
    tx.commit().await.map_err(storage::Error::from)?;
    Ok(Fate::Stored)
}

async fn duplicate(flusher: &Flusher, batch: &Prepared) -> Result<Fate, Rejection> {
    match batches::find(&flusher.db, batch.project, &[batch.entry.batch_id]).await?.pop() {
        Some(row) if row.body_hash == batch.entry.body_hash && row.signal == batch.entry.signal => Ok(Fate::Duplicate(row)),
        Some(row) => Err(Rejection::KeyReused(row.batch_id.to_string())),
        None => Err(Rejection::Unavailable("the batch is being stored by another request")),
    }
}

async fn ensure_partitions(flusher: &Flusher, batch: &Prepared) -> Result<(), Rejection> {
    for (table, days) in [
        (Table::Event, batch.events.iter().map(|event| event.ts.date_naive()).collect::<BTreeSet<_>>()),
        (Table::MetricPoint, batch.points.iter().map(|point| point.ts.date_naive()).collect()),
    ] {
        if !days.is_empty() {
            partitions::ensure_days(&flusher.db, table, days.into_iter()).await?;
        }
    }
    Ok(())
}

/// The items of one day, by their position in the batch.
#[derive(Default)]
struct Day {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    events: Vec<usize>,
    points: Vec<usize>,
}

impl Day {
    fn widen(&mut self, ts: DateTime<Utc>) {
        if self.events.is_empty() && self.points.is_empty() {
            (self.from, self.until) = (ts, ts);
        }
        self.from = self.from.min(ts);
        self.until = self.until.max(ts);
    }

    fn encode(&self, batch: &Prepared, flush_id: Uuid, event_rows: &mut Rows, point_rows: &mut Rows) {
        let mut n = 0;
        let mut place = |ts| {
            n += 1;
            Place { project: batch.project, received_at: ts, flush_id, n, batch_id: batch.entry.batch_id }
        };
        for event in self.events.iter().map(|i| &batch.events[*i]) {
            let event = events::NewEvent { flags: event.flags | IMPORTED, ..event.clone() };
            events::encode(event_rows, place(event.ts), batch.install_id.as_deref(), &event);
        }
        for point in self.points.iter().map(|i| &batch.points[*i]) {
            let point = metric_points::NewPoint { flags: point.flags | IMPORTED, ..point.clone() };
            metric_points::encode(point_rows, place(point.ts), &point);
        }
    }

    fn note(&self, flush_id: Uuid, now: DateTime<Utc>, outcomes: Vec<protocol::outcome::OutcomeCount>) -> NewPending {
        NewPending {
            flush_id,
            received_from: self.from,
            received_until: self.until,
            committed_at: now,
            events: self.events.len() as i32,
            points: self.points.len() as i32,
            imported: true,
            outcomes,
        }
    }
}

fn by_day(batch: &Prepared) -> BTreeMap<NaiveDate, Day> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for (i, event) in batch.events.iter().enumerate() {
        let day = days.entry(event.ts.date_naive()).or_default();
        day.widen(event.ts);
        day.events.push(i);
    }
    for (i, point) in batch.points.iter().enumerate() {
        let day = days.entry(point.ts.date_naive()).or_default();
        day.widen(point.ts);
        day.points.push(i);
    }
    days
}
