//! One transaction for many batches: enter the ledger, copy the rows, leave a note for the worker, commit.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use protocol::time::Clock;
use storage::batches::{self, StoredBatch};
use storage::events::{self, Place};
use storage::pending::{self, NewPending};
use storage::{Db, Rows, Transaction, metric_points};
use uuid::Uuid;

use super::outage::Outage;
use crate::Random;
use crate::prepare::Prepared;
use crate::rejection::Rejection;

/// Tries of one flush before its batches are refused with 503.
const TRIES: u32 = 3;
/// No try begins later than this: a sender waits better on its own side.
const TRY_FOR: Duration = Duration::from_millis(500);
/// A flush commits within this of its `received_at`, or is given up: readers rely on it to know what is complete.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);

/// What became of a batch.
#[derive(Debug)]
pub(crate) enum Fate {
    /// Stored now.
    Stored,
    /// Stored before, with these verdicts.
    Duplicate(StoredBatch),
}

/// Stores groups of batches.
#[derive(Clone)]
pub(crate) struct Flusher {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) outage: Outage,
}

type Key = (ProjectId, Uuid);

impl Flusher {
    /// Stores a group in one transaction. Data that the database refuses costs its own batch only: the group is then
    /// stored batch by batch.
    pub(crate) async fn store(&self, group: Vec<Prepared>) -> Vec<Result<Fate, Rejection>> {
        match self.flush(&group).await {
            Ok(fates) => fates,
            Err(error) if error.is_passing() => {
                group.iter().map(|_| Err(Rejection::Unavailable("the database does not answer at the moment"))).collect()
            }
            Err(error) if group.len() == 1 => vec![Err(Rejection::Internal(error))],
            Err(error) => {
                tracing::warn!(batches = group.len(), %error, "a flush was refused; its batches are stored one by one");
                let mut fates = Vec::with_capacity(group.len());
                for batch in &group {
                    fates.push(self.flush(std::slice::from_ref(batch)).await.map_or_else(
                        |error| Err(error.into()),
                        |mut one| one.pop().unwrap_or(Err(Rejection::Unavailable("the commit was interrupted"))),
                    ));
                }
                fates
            }
        }
    }

    /// Tries a flush a few times. The flush keeps its id, so that a commit whose answer was lost is recognised.
    async fn flush(&self, group: &[Prepared]) -> storage::Result<Vec<Result<Fate, Rejection>>> {
        let flush_id = crate::uuid_v7(self.clock.now(), (self.random)());
        let began = std::time::Instant::now();
        let mut last = None;
        for attempt in 1..=TRIES {
            match tokio::time::timeout(COMMIT_WITHIN, self.attempt(flush_id, attempt, group)).await {
                Ok(Ok(fresh)) => {
                    metrics::counter!("throughline_ingest_flushes_total").increment(1);
                    return self.fates(flush_id, group, &fresh).await;
                }
                Ok(Err(error)) if error.is_passing() => {
                    if error.is_away() {
                        self.outage.begin();
                    }
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
        let mut flush = Flush { flush_id, received_at, n: 0, events: Rows::default(), points: Rows::default() };
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
            flush.add(&new);
            pending::insert(&mut tx, project, &flush.note(&new, &replayed)).await?;
        }
        flush.copy(&mut tx).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        Ok(fresh)
    }

    /// What to answer each batch; the ledger knows those that were there before.
    async fn fates(&self, flush_id: Uuid, group: &[Prepared], fresh: &HashSet<Key>) -> storage::Result<Vec<Result<Fate, Rejection>>> {
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
                    _ if first && fresh.contains(&key) => Ok(Fate::Stored),
                    // Our own flush, whose commit was answered to nobody.
                    Some(row) if first && row.flush_id == flush_id => Ok(Fate::Stored),
                    Some(row) if row.signal == batch.entry.signal && row.body_hash == batch.entry.body_hash => {
                        Ok(Fate::Duplicate(row.clone()))
                    }
                    Some(row) => Err(Rejection::KeyReused(row.batch_id.to_string())),
                    None => Err(Rejection::Unavailable("the batch is being stored by another request")),
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

/// The rows of a flush while it is put together.
struct Flush {
    flush_id: Uuid,
    received_at: DateTime<Utc>,
    n: i32,
    events: Rows,
    points: Rows,
}

impl Flush {
    fn add(&mut self, batches: &[&Prepared]) {
        for batch in batches {
            for event in &batch.events {
                let place = self.next_place(batch);
                events::encode(&mut self.events, place, batch.install_id.as_deref(), event);
            }
            for point in &batch.points {
                let place = self.next_place(batch);
                metric_points::encode(&mut self.points, place, point);
            }
        }
    }

    fn next_place(&mut self, batch: &Prepared) -> Place {
        self.n += 1;
        Place { project: batch.project, received_at: self.received_at, flush_id: self.flush_id, n: self.n, batch_id: batch.entry.batch_id }
    }

    /// The worker's note for one project.
    fn note(&self, new: &[&Prepared], replayed: &[&Prepared]) -> NewPending {
        let outcomes = new.iter().flat_map(|batch| batch.outcomes.iter().cloned()).chain(replayed.iter().flat_map(|batch| replays(batch)));
        NewPending {
            flush_id: self.flush_id,
            received_from: self.received_at,
            received_until: self.received_at,
            committed_at: self.received_at,
            events: new.iter().map(|batch| batch.events.len() as i32).sum(),
            points: new.iter().map(|batch| batch.points.len() as i32).sum(),
            imported: false,
            outcomes: sum(outcomes),
        }
    }

    async fn copy(self, tx: &mut Transaction) -> storage::Result<()> {
        metrics::counter!("throughline_ingest_stored_total", "signal" => "event").increment(self.events.len() as u64);
        metrics::counter!("throughline_ingest_stored_total", "signal" => "metric").increment(self.points.len() as u64);
        events::copy(tx, self.events).await?;
        metric_points::copy(tx, self.points).await?;
        Ok(())
    }
}

pub(crate) fn replays(batch: &Prepared) -> impl Iterator<Item = OutcomeCount> {
    [(Signal::Event, batch.events.len()), (Signal::Metric, batch.points.len())]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(signal, n)| OutcomeCount { signal, outcome: Outcome::Replayed, reason: String::new(), sdk: batch.sdk.clone(), n: n as i64 })
}

/// Adds up equal changes, so that a flush of many small batches leaves a short note.
pub(crate) fn sum(outcomes: impl Iterator<Item = OutcomeCount>) -> Vec<OutcomeCount> {
    let mut sums: BTreeMap<(Signal, &'static str, String, String), OutcomeCount> = BTreeMap::new();
    for change in outcomes {
        sums.entry((change.signal, change.outcome.word(), change.reason.clone(), change.sdk.clone()))
            .and_modify(|sum| sum.n += change.n)
            .or_insert(change);
    }
    sums.into_values().collect()
}
