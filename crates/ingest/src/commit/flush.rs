//! One transaction for many batches: enter the ledger, copy the rows, leave a note for the worker, commit.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::{OutcomeCount, Signal};
use protocol::time::Clock;
use protocol::verdict::BatchAnswer;
use storage::batches::{self, StoredBatch};
use storage::pending::{self, NewPending};
use storage::place::Place;
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

const INTERRUPTED: Rejection = Rejection::Unavailable("the commit was interrupted");
/// Tries of one flush before its batches are refused with 503.
const TRIES: u32 = 3;
/// No try begins later than this: a sender waits better on its own side.
const TRY_FOR: Duration = Duration::from_millis(500);
/// A flush commits within this of its `received_at`, or is given up: readers rely on it to know what is complete.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);

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

type Key = (ProjectId, Uuid);

/// What a sender is told.
pub(crate) type Told = Result<BatchAnswer, Rejection>;

impl Flusher {
    pub(crate) fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { outage: Outage::new(db.clone(), clock.clone()), db, clock, random, stored: Arc::default() }
    }

    /// Stores a group in one transaction. Data that the database refuses costs only the item that holds it: the group is
    /// halved until the batch is found, and the batch until the items are.
    pub(crate) async fn store(&self, group: &mut [Prepared]) -> Vec<Told> {
        if group.is_empty() {
            return Vec::new();
        }
        match self.flush(group).await {
            Ok(told) => told,
            Err(error) if error.is_passing() => group.iter().map(|_| Err(Rejection::Away)).collect(),
            Err(error) => match group {
                [batch] => vec![self.store_without_refused(batch, error).await],
                _ => {
                    tracing::warn!(batches = group.len(), %error, "a flush was refused; its halves are stored apart");
                    let (left, right) = group.split_at_mut(group.len() / 2);
                    let mut told = Box::pin(self.store(left)).await;
                    told.extend(Box::pin(self.store(right)).await);
                    told
                }
            },
        }
    }

    /// Stores a batch that was refused, without the items that are the reason.
    async fn store_without_refused(&self, batch: &mut Prepared, error: storage::Error) -> Told {
        let refused = isolate::refused(self, batch).await?;
        if refused.is_empty() {
            // It is not an item.
            return Err(Rejection::Internal(error));
        }
        tracing::warn!(items = refused.len(), %error, "the database refused items");
        batch.refuse(&refused);
        self.flush(std::slice::from_ref(batch)).await?.pop().unwrap_or(Err(INTERRUPTED))
    }

    pub(crate) fn new_flush_id(&self) -> Uuid {
        crate::uuid_v7(self.clock.now(), (self.random)())
    }

    /// Tries a flush a few times. The flush keeps its id, so that a commit whose answer was lost is recognised.
    async fn flush(&self, group: &[Prepared]) -> storage::Result<Vec<Told>> {
        let flush_id = self.new_flush_id();
        let began = std::time::Instant::now();
        let mut last = None;
        for attempt in 1..=TRIES {
            let tried = self.outage.watched(self.attempt(flush_id, attempt, group));
            match tokio::time::timeout(COMMIT_WITHIN, tried).await {
                Ok(Ok(fresh)) => {
                    metrics::counter!("throughline_ingest_flushes_total").increment(1);
                    return self.fates(flush_id, group, &fresh).await;
                }
                Ok(Err(error)) if error.is_passing() => {
                    tracing::debug!(attempt, %error, "flush failed");
                    last = Some(error);
                }
                Ok(Err(error)) => return Err(error),
                Err(_elapsed) => tracing::warn!(attempt, "a flush did not commit in time"),
            }
            if began.elapsed() > TRY_FOR {
                break;
            }
            // Between 0 and 64 ms, so that two flushes that were in each other's way do not meet again.
            tokio::time::sleep(Duration::from_millis(((self.random)() % 64) as u64)).await;
        }
        self.outage.begin();
        Err(last.unwrap_or_else(|| storage::Error::Unfit("no flush committed in time".to_owned())).as_passing())
    }

    /// One transaction. Returns the batches that were not stored before.
    async fn attempt(&self, flush_id: Uuid, attempt: u32, group: &[Prepared]) -> storage::Result<HashSet<Key>> {
        let received_at = self.clock.now();
        let mut tx = self.db.begin().await?;
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
            pending::insert(&mut tx, project, &flush.note(added, outcomes(&new, &replayed, &duplicates), usage(&new))).await?;
        }
        let stored = flush.n;
        flush.copy(&mut tx).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        self.stored.fetch_add(u64::from(stored.unsigned_abs()), Ordering::Relaxed);
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
        None => Err(Rejection::Unavailable("the batch is being stored by another request")),
    }
}

/// Changes of the books by one project's part of a flush.
fn outcomes(new: &[&Prepared], replayed: &[&Prepared], duplicates: &Duplicates) -> Vec<OutcomeCount> {
    let left_out = new.iter().flat_map(|batch| {
        batch.items.iter().filter(|item| duplicates.holds(batch, item)).flat_map(|item| batch.is_duplicate(item)).collect::<Vec<_>>()
    });
    books::sum(new.iter().flat_map(|batch| batch.outcomes()).chain(replayed.iter().flat_map(|batch| batch.replayed())).chain(left_out))
}

/// What the batches use up of their keys' quotas.
fn usage(new: &[&Prepared]) -> Vec<KeyUsage> {
    let mut by_key = BTreeMap::<i32, i64>::new();
    for batch in new {
        *by_key.entry(batch.key_id).or_default() += i64::from(batch.entry.accepted);
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
}

impl Flush {
    fn add(&mut self, batches: &[&Prepared], duplicates: &Duplicates) -> Added {
        let before = self.added();
        for batch in batches {
            for item in batch.items.iter().filter(|item| !duplicates.holds(batch, item)) {
                self.n += 1;
                let place = Place {
                    project: batch.project,
                    received_at: self.received_at,
                    flush_id: self.flush_id,
                    n: self.n,
                    batch_id: batch.entry.batch_id,
                    install_id: batch.install_id.as_deref(),
                };
                self.rows.add(place, &item.row);
            }
        }
        let after = self.added();
        Added { events: after.events - before.events, points: after.points - before.points }
    }

    fn added(&self) -> Added {
        Added { events: self.rows.count(Signal::Event) as i32, points: self.rows.count(Signal::Metric) as i32 }
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
            imported: false,
            outcomes,
            usage,
        }
    }

    async fn copy(self, tx: &mut Transaction) -> storage::Result<()> {
        for signal in Signal::ALL {
            metrics::counter!("throughline_ingest_stored_total", "signal" => signal.word()).increment(self.rows.count(signal) as u64);
        }
        self.rows.copy(tx).await
    }
}
