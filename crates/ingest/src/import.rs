//! History: items whose day is long over. The only place where client time chooses a day.
//!
//! `received_at` becomes the item's own time, so that history lies where it would have been; the partitions of those days
//! are made beforehand. One flush per day, since the worker reads a flush back by its range of `received_at`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use protocol::outcome::{OutcomeCount, Signal};
use storage::flags::IMPORTED;
use storage::partitions::{self, Table};
use storage::pending::{self, NewPending};
use storage::raw::RawRows;
use storage::{batches, rejections};
use uuid::Uuid;

use crate::books;
use crate::commit::{Flusher, Told, isolate, repeated};
use crate::prepare::{Item, Prepared};

/// How often the days of a batch are made anew: what is empty and old may be dropped between its making and its first row.
const TRIES: u32 = 3;

/// Stores a batch of history in a transaction of its own, without the items that the database refuses.
pub(crate) async fn store(flusher: &Flusher, mut batch: Prepared) -> Told {
    for item in &mut batch.items {
        *item.row.flags_mut() |= IMPORTED;
    }
    let is_new = match attempt(flusher, &batch).await {
        Err(error) if error.is_of_data() => {
            isolate::leave_out_refused(flusher, &mut batch, error).await?;
            attempt(flusher, &batch).await?
        }
        told => told?,
    };
    if is_new {
        return Ok(batch.answer());
    }
    let stored = batches::find(&flusher.db, batch.project, &[batch.entry.batch_id]).await?.pop();
    repeated(&batch, stored.as_ref())
}

/// Whether the batch was stored now, and not before.
async fn attempt(flusher: &Flusher, batch: &Prepared) -> storage::Result<bool> {
    for _ in 1..TRIES {
        match try_once(flusher, batch).await {
            Err(error) if error.has_no_partition() => {}
            done => return done,
        }
    }
    try_once(flusher, batch).await
}

async fn try_once(flusher: &Flusher, batch: &Prepared) -> storage::Result<bool> {
    ensure_partitions(flusher, batch).await?;
    let now = flusher.clock.now();
    let mut tx = flusher.db.begin().await?;
    let ledger_flush = flusher.new_flush_id();
    let entered = batches::enter(&mut tx, batch.project, ledger_flush, now, std::slice::from_ref(&batch.entry)).await?;
    if entered.is_empty() {
        return Ok(false);
    }
    let mut rows = RawRows::default();
    let mut outcomes = books::sum(batch.outcomes());
    for (n, day) in by_day(batch).into_values().enumerate() {
        // The first day's flush carries the ledger's id and the whole batch's outcomes.
        let flush_id = if n == 0 { ledger_flush } else { flusher.new_flush_id() };
        day.encode(batch, flush_id, &mut rows);
        pending::insert(&mut tx, batch.project, &day.note(flush_id, now, std::mem::take(&mut outcomes))).await?;
    }
    if !outcomes.is_empty() {
        let nothing = Day { from: now, until: now, items: Vec::new() };
        pending::insert(&mut tx, batch.project, &nothing.note(ledger_flush, now, outcomes)).await?;
    }
    let refused: Vec<_> = batch.rejections(|| crate::uuid_v7(now, (flusher.random)())).collect();
    rejections::insert(&mut tx, batch.project, now, &refused).await?;
    rows.copy(&mut tx).await?;
    tx.commit().await.map_err(storage::Error::from)?;
    Ok(true)
}

async fn ensure_partitions(flusher: &Flusher, batch: &Prepared) -> storage::Result<()> {
    let mut days = BTreeMap::<Signal, BTreeSet<NaiveDate>>::new();
    for item in &batch.items {
        days.entry(item.row.signal()).or_default().insert(item.row.ts().date_naive());
    }
    for (signal, days) in days {
        partitions::ensure_days(&flusher.db, Table::of(signal), days.into_iter()).await?;
    }
    Ok(())
}

/// The items of one day.
struct Day<'b> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    items: Vec<&'b Item>,
}

impl Day<'_> {
    fn encode(&self, batch: &Prepared, flush_id: Uuid, rows: &mut RawRows) {
        for (n, Item { row, .. }) in (1..).zip(self.items.iter().copied()) {
            rows.add(batch.place(row.ts(), flush_id, n), row);
        }
    }

    fn count(&self, signal: Signal) -> i32 {
        self.items.iter().filter(|item| item.row.signal() == signal).count() as i32
    }

    fn note(&self, flush_id: Uuid, now: DateTime<Utc>, outcomes: Vec<OutcomeCount>) -> NewPending {
        NewPending {
            flush_id,
            received_from: self.from,
            received_until: self.until,
            committed_at: now,
            events: self.count(Signal::Event),
            points: self.count(Signal::Metric),
            spans: self.count(Signal::Span),
            errors: self.count(Signal::Error),
            items: self.items.len() as i32,
            imported: true,
            outcomes,
            // Quotas are for what is live.
            usage: Vec::new(),
        }
    }
}

fn by_day(batch: &Prepared) -> BTreeMap<NaiveDate, Day<'_>> {
    let mut days: BTreeMap<NaiveDate, Day<'_>> = BTreeMap::new();
    for item in &batch.items {
        let ts = item.row.ts();
        let day = days.entry(ts.date_naive()).or_insert_with(|| Day { from: ts, until: ts, items: Vec::new() });
        day.from = day.from.min(ts);
        day.until = day.until.max(ts);
        day.items.push(item);
    }
    days
}
