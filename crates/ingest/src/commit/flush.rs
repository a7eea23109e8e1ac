//! One transaction for many batches: enter the ledger, copy the rows, leave a note for the worker, commit.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::{OutcomeCount, Signal};
use protocol::time::Clock;
use protocol::verdict::BatchAnswer;
use storage::batches::{self, StoredBatch};
use storage::pending::{self, NewPending};
use storage::raw::RawRows;
use storage::usage::KeyUsage;
use storage::{Db, Transaction, rejections};
use uuid::Uuid;

use super::duplicates::{self, Duplicates};
use super::isolate;
use super::outage::Outage;
use crate::Random;
use crate::books;
use crate::prepare::Prepared;
use crate::refused::OF_A_FLUSH_MAX;
use crate::rejection::Rejection;

const BEING_STORED: Rejection = Rejection::Unavailable("the batch is being stored by another request");
pub(crate) const INTERRUPTED: Rejection = Rejection::Unavailable("the commit was interrupted");
/// Tries of one flush before its batches are refused with 503.
const TRIES: u32 = 3;
/// No try begins later than this: a sender waits better on its own side.
const TRY_FOR: Duration = Duration::from_millis(500);
/// In the halves of a group it is known that somebody is held up.
const HALF_LOCK_WITHIN: Duration = Duration::from_millis(100);
/// For so long a group is halved in search of the batch that others hold up: what stands in everybody's way is not found so.
const HALVE_FOR: Duration = Duration::from_secs(3);
/// A flush commits within this of its `received_at`, or is given up: readers rely on it to know what is complete.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);
/// The server ends a statement by itself before it is given up here.
const STATEMENT_WITHIN: Duration = Duration::from_millis(1_900);
/// A row of the ledger that another transaction holds for longer costs its own batch a try, and nobody else.
const LOCK_WITHIN: Duration = Duration::from_millis(400);

/// Stores groups of batches.
#[derive(Clone)]
pub(crate) struct Flusher {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) outage: Outage,
    /// Items that this process stored.
    pub(crate) stored: Arc<AtomicU64>,
}

/// How long a group may hold others up.
#[derive(Clone, Copy)]
struct Patience {
    lock_within: Duration,
    halve_until: Instant,
}

type Key = (ProjectId, Uuid);

/// What a sender is told.
pub(crate) type Told = Result<BatchAnswer, Rejection>;

impl Flusher {
    pub(crate) fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { outage: Outage::new(db.clone()), db, clock, random, stored: Arc::default() }
    }

    /// Stores a group in one transaction. Data that the database refuses costs only the item that holds it: the group is
    /// halved until the batch is found, and the batch until the items are. A group that waits for somebody's lock, or takes
    /// too long, is halved as well, so that it costs its neighbours nothing.
    pub(crate) async fn store(&self, group: &mut [Prepared]) -> Vec<Told> {
        self.store_patiently(group, Patience { lock_within: LOCK_WITHIN, halve_until: Instant::now() + HALVE_FOR }).await
    }

    async fn store_patiently(&self, group: &mut [Prepared], patience: Patience) -> Vec<Told> {
        if group.is_empty() {
            return Vec::new();
        }
        let respelled = tokio::time::timeout(COMMIT_WITHIN, self.outage.watched(self.respell(group))).await;
        let told = match respelled.unwrap_or(Err(storage::Error::Late)) {
            Ok(()) => self.flush(group, patience.lock_within).await,
            Err(error) => Err(error),
        };
        let error = match told {
            Ok(told) => return told,
            Err(error) => error,
        };
        let is_somebodys = matches!(error, storage::Error::Busy(_) | storage::Error::Cancelled(_) | storage::Error::Late);
        match group {
            [batch] if error.is_of_data() => vec![self.store_without_refused(batch, error).await],
            [_] if matches!(error, storage::Error::Busy(_)) => vec![Err(BEING_STORED)],
            [_, _, ..] if error.is_of_data() || (is_somebodys && Instant::now() < patience.halve_until && !self.outage.is_known()) => {
                tracing::warn!(batches = group.len(), %error, "a flush failed; its halves are stored apart");
                let (left, right) = group.split_at_mut(group.len() / 2);
                let patience = Patience { lock_within: HALF_LOCK_WITHIN, ..patience };
                let mut told = Box::pin(self.store_patiently(left, patience)).await;
                told.extend(Box::pin(self.store_patiently(right, patience)).await);
                told
            }
            _ => {
                if !error.is_passing() {
                    tracing::error!(%error, "a flush failed, and its data is not the reason");
                }
                group.iter().map(|_| Err(Rejection::Away)).collect()
            }
        }
    }

    /// Gives batches the id under which the ledger knows them already, where they may have two.
    async fn respell(&self, group: &mut [Prepared]) -> storage::Result<()> {
        for batch in group {
            if let Some(other) = batch.other_id
                && !batches::find(&self.db, batch.project, &[other]).await?.is_empty()
            {
                batch.entry.batch_id = other;
            }
        }
        Ok(())
    }

    /// Stores a batch that was refused, without the items that are the reason.
    async fn store_without_refused(&self, batch: &mut Prepared, error: storage::Error) -> Told {
        isolate::leave_out_refused(self, batch, error).await?;
        self.flush(std::slice::from_ref(batch), LOCK_WITHIN).await?.pop().unwrap_or(Err(INTERRUPTED))
    }

    pub(crate) fn new_flush_id(&self) -> Uuid {
        crate::uuid_v7(self.clock.now(), (self.random)())
    }

    /// Tries a flush a few times. The flush keeps its id, so that a commit whose answer was lost is recognised.
    async fn flush(&self, group: &[Prepared], lock_within: Duration) -> storage::Result<Vec<Told>> {
        let flush_id = self.new_flush_id();
        let began = Instant::now();
        let mut last = None;
        for attempt in 1..=TRIES {
            let tried = self.outage.watched(self.attempt(flush_id, attempt, group, lock_within));
            match tokio::time::timeout(COMMIT_WITHIN, tried).await {
                Ok(Ok(fresh)) => {
                    metrics::counter!("throughline_ingest_flushes_total").increment(1);
                    return self.fates(flush_id, group, &fresh).await;
                }
                // Whoever is held up is found by halving, not by trying again.
                Ok(Err(error @ storage::Error::Busy(_))) if group.len() > 1 => return Err(error),
                Ok(Err(error)) if error.is_passing() => {
                    tracing::debug!(attempt, %error, "flush failed");
                    last = Some(error);
                }
                Ok(Err(error)) => return Err(error),
                Err(_elapsed) => {
                    tracing::warn!(attempt, "a flush did not commit in time");
                    last = Some(storage::Error::Late);
                }
            }
            if began.elapsed() > TRY_FOR {
                break;
            }
            // Between 0 and 64 ms, so that two flushes that were in each other's way do not meet again.
            tokio::time::sleep(Duration::from_millis(((self.random)() % 64) as u64)).await;
        }
        let error = last.unwrap_or(storage::Error::Late);
        // Somebody's lock, or a slow disk, is no outage; while a statement takes long, a sign of life is asked for anyway.
        if error.is_away() {
            self.outage.begin();
        }
        Err(error)
    }

    /// One transaction. Returns the batches that were not stored before.
    async fn attempt(&self, flush_id: Uuid, attempt: u32, group: &[Prepared], lock_within: Duration) -> storage::Result<HashSet<Key>> {
        let received_at = self.clock.now();
        let mut tx = self.db.begin_within(STATEMENT_WITHIN, lock_within).await?;
        let mut fresh = HashSet::new();
        let mut flush = Flush { flush_id, received_at, n: 0, rows: RawRows::default() };
        // Projects in order, batches in order: two flushes never wait for each other in a ring.
        let projects = by_project(group);
        for (project, batches) in &projects {
            let entries: Vec<_> = batches.iter().map(|batch| batch.entry.clone()).collect();
            let entered = batches::enter(&mut tx, *project, flush_id, received_at, &entries).await?;
            fresh.extend(entered.into_iter().map(|id| (*project, id)));
        }
        if fresh.is_empty() && attempt > 1 {
            // An earlier attempt was committed and nobody heard of it, or everything is a repetition: nothing to store.
            return Ok(fresh);
        }
        for (project, batches) in projects {
            let (new, replayed): (Vec<_>, Vec<_>) = batches.into_iter().partition(|batch| fresh.contains(&(project, batch.entry.batch_id)));
            let duplicates = duplicates::find(&mut tx, project, received_at, &new).await?;
            let added = flush.add(&new, &duplicates);
            self.record_refused(&mut tx, project, received_at, &new).await?;
            pending::insert(&mut tx, project, &flush.note(added, outcomes(&new, &replayed, &duplicates), usage(&new, &duplicates))).await?;
        }
        let stored = flush.copy(&mut tx).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        for (signal, n) in stored {
            metrics::counter!("throughline_ingest_stored_total", "signal" => signal.word()).increment(n);
            self.stored.fetch_add(n, Ordering::Relaxed);
        }
        Ok(fresh)
    }

    /// Keeps the first refused items, for people who look for them.
    async fn record_refused(&self, tx: &mut Transaction, project: ProjectId, at: DateTime<Utc>, new: &[&Prepared]) -> storage::Result<()> {
        let rows: Vec<_> =
            new.iter().flat_map(|batch| batch.rejections(|| crate::uuid_v7(at, (self.random)()))).take(OF_A_FLUSH_MAX).collect();
        rejections::insert(tx, project, at, &rows).await
    }

    /// What to answer each batch; the ledger knows those that were there before.
    async fn fates(&self, flush_id: Uuid, group: &[Prepared], fresh: &HashSet<Key>) -> storage::Result<Vec<Told>> {
        let mut told = HashSet::new();
        let mut stored: BTreeMap<Key, StoredBatch> = BTreeMap::new();
        for (project, batches) in by_project(group) {
            let asked: Vec<Uuid> = batches.iter().map(|batch| batch.entry.batch_id).collect();
            if group.len() > fresh.len() {
                stored.extend(batches::find(&self.db, project, &asked).await?.into_iter().map(|row| ((project, row.batch_id), row)));
            }
        }
        Ok(group
            .iter()
            .map(|batch| {
                let key = (batch.project, batch.entry.batch_id);
                // The first of several equal batches in one flush is the one that was stored.
                let first = told.insert(key);
                match stored.get(&key) {
                    _ if first && fresh.contains(&key) => Ok(batch.answer()),
                    // Our own flush, whose commit was answered to nobody.
                    Some(row) if first && row.flush_id == flush_id => Ok(batch.answer()),
                    row => repeated(batch, row),
                }
            })
            .collect())
    }
}

/// One entry per project, each with one batch per id.
fn by_project(group: &[Prepared]) -> BTreeMap<ProjectId, Vec<&Prepared>> {
    let mut seen = HashSet::new();
    let mut projects: BTreeMap<ProjectId, Vec<&Prepared>> = BTreeMap::new();
    for batch in group {
        if seen.insert((batch.project, batch.entry.batch_id)) {
            projects.entry(batch.project).or_default().push(batch);
        }
    }
    projects
}

/// What to tell the sender of a batch that the ledger holds as `row`.
pub(crate) fn repeated(batch: &Prepared, row: Option<&StoredBatch>) -> Told {
    match row {
        Some(row) if row.signal == batch.entry.signal && row.body_hash == batch.entry.body_hash => Ok(row.answer()),
        Some(_) => Err(Rejection::KeyReused),
        None => Err(BEING_STORED),
    }
}

/// Changes of the books by one project's part of a flush.
fn outcomes(new: &[&Prepared], replayed: &[&Prepared], duplicates: &Duplicates) -> Vec<OutcomeCount> {
    let left_out = new.iter().flat_map(|batch| {
        batch.items.iter().filter(|item| duplicates.holds(batch, item)).flat_map(|item| batch.left_out(item)).collect::<Vec<_>>()
    });
    books::sum(new.iter().flat_map(|batch| batch.outcomes()).chain(replayed.iter().flat_map(|batch| batch.replayed())).chain(left_out))
}

/// What the batches use up of their keys' quotas: what is stored of them.
fn usage(new: &[&Prepared], duplicates: &Duplicates) -> Vec<KeyUsage> {
    let mut by_key = BTreeMap::<i32, i64>::new();
    for batch in new {
        let stored = batch.items.iter().filter(|item| !duplicates.holds(batch, item)).count();
        *by_key.entry(batch.key_id).or_default() += stored as i64;
    }
    by_key.into_iter().filter(|(_, n)| *n > 0).map(|(key_id, n)| KeyUsage { key_id, n }).collect()
}

/// The rows of a flush while it is put together.
struct Flush {
    flush_id: Uuid,
    received_at: DateTime<Utc>,
    n: i32,
    rows: RawRows,
}

/// How many rows the worker will find.
#[derive(Clone, Copy, Default)]
struct Added {
    events: i32,
    points: i32,
    spans: i32,
    errors: i32,
    /// Of every signal.
    items: i32,
}

impl Flush {
    fn add(&mut self, batches: &[&Prepared], duplicates: &Duplicates) -> Added {
        let before = self.added();
        for batch in batches {
            for item in batch.items.iter().filter(|item| !duplicates.holds(batch, item)) {
                self.n += 1;
                self.rows.add(batch.place(self.received_at, self.flush_id, self.n), &item.row);
            }
        }
        let after = self.added();
        Added {
            events: after.events - before.events,
            points: after.points - before.points,
            spans: after.spans - before.spans,
            errors: after.errors - before.errors,
            items: after.items - before.items,
        }
    }

    fn added(&self) -> Added {
        let count = |signal| self.rows.count(signal) as i32;
        Added {
            events: count(Signal::Event),
            points: count(Signal::Metric),
            spans: count(Signal::Span),
            errors: count(Signal::Error),
            items: self.n,
        }
    }

    /// The worker's note for one project.
    fn note(&self, added: Added, outcomes: Vec<OutcomeCount>, usage: Vec<KeyUsage>) -> NewPending {
        NewPending {
            flush_id: self.flush_id,
            received_from: self.received_at,
            received_until: self.received_at,
            committed_at: self.received_at,
            events: added.events,
            points: added.points,
            spans: added.spans,
            errors: added.errors,
            items: added.items,
            imported: false,
            outcomes,
            usage,
        }
    }

    /// Copies the rows, and says how many of each signal.
    async fn copy(self, tx: &mut Transaction) -> storage::Result<[(Signal, u64); Signal::ALL.len()]> {
        let counts = Signal::ALL.map(|signal| (signal, self.rows.count(signal) as u64));
        self.rows.copy(tx).await?;
        Ok(counts)
    }
}
