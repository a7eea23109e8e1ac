//! Notes requests that were refused as a whole, beside the way of requests: a refusal never waits for the database.
//!
//! The clerk's desk is bounded. Every second the counts go to the books, as a note in `pending` like those of a flush, and
//! a few samples to the recorded rejections. While the database is away counts stay; beyond the bound they are dropped,
//! and that is counted too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use protocol::time::Clock;
use storage::Db;
use storage::pending::{self, NewPending};
use storage::rejections::{self, NewRejection};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::Random;
use crate::prepare::Source;
use crate::refused::cut;
use crate::rejection::Rejection;

/// How often the desk is cleared.
const EVERY: Duration = Duration::from_secs(1);
/// Sorts of refusals on the desk: a project, a signal and a code each.
const SORTS_MAX: usize = 2_000;
/// Samples of one sort on the desk.
const SAMPLES_OF_A_SORT_MAX: usize = 3;
/// Samples on the desk.
const SAMPLES_MAX: usize = 200;

/// Takes notes; cheap to clone. When the last clone is gone, the desk is cleared for the last time.
#[derive(Clone)]
pub(crate) struct Clerk {
    desk: Arc<Mutex<Desk>>,
    _at_work: mpsc::Sender<()>,
}

type Sort = (ProjectId, Signal, &'static str);

#[derive(Default)]
struct Desk {
    counts: HashMap<Sort, i64>,
    samples: Vec<(Sort, NewRejection)>,
    dropped: u64,
}

impl Desk {
    fn note(&mut self, sort: Sort, sample: impl FnOnce() -> NewRejection) {
        if !self.counts.contains_key(&sort) && self.counts.len() >= SORTS_MAX {
            self.dropped += 1;
            return;
        }
        *self.counts.entry(sort).or_default() += 1;
        let of_sort = self.samples.iter().filter(|(other, _)| *other == sort).count();
        if self.samples.len() < SAMPLES_MAX && of_sort < SAMPLES_OF_A_SORT_MAX {
            self.samples.push((sort, sample()));
        }
    }

    /// Puts back what could not be written. Samples are not worth keeping.
    fn put_back(&mut self, counts: HashMap<Sort, i64>) {
        for (sort, n) in counts {
            if self.counts.contains_key(&sort) || self.counts.len() < SORTS_MAX {
                *self.counts.entry(sort).or_default() += n;
            } else {
                self.dropped += n.unsigned_abs();
            }
        }
    }
}

/// What writes the notes.
struct Writer {
    desk: Arc<Mutex<Desk>>,
    db: Db,
    clock: Clock,
    random: Random,
}

/// Starts the clerk. Its task ends with the last clone.
pub(crate) fn start(db: Db, clock: Clock, random: Random) -> (Clerk, JoinHandle<()>) {
    let (at_work, mut gone) = mpsc::channel(1);
    let desk = Arc::<Mutex<Desk>>::default();
    let writer = Writer { desk: Arc::clone(&desk), db, clock, random };
    let task = tokio::spawn(async move {
        while tokio::time::timeout(EVERY, gone.recv()).await.is_err() {
            writer.clear().await;
        }
        writer.clear().await;
    });
    (Clerk { desk, _at_work: at_work }, task)
}

impl Clerk {
    /// Notes a refused request of a project that is known.
    pub(crate) fn note(&self, project: ProjectId, source: Source, rejection: &Rejection, correlation_id: &str) {
        let code = rejection.code().word();
        // An import is booked with events: it has no signal of its own.
        let signal = match source {
            Source::Live(signal) => signal,
            Source::Import => Signal::Event,
        };
        let sample = || NewRejection {
            rejection_id: uuid::Uuid::nil(),
            signal: Some(signal),
            code: code.to_owned(),
            message: cut(&rejection.to_string()),
            index: None,
            item_id: None,
            name: None,
            sdk: String::new(),
            excerpt: String::new(),
            batch_id: None,
            correlation_id: Some(cut(correlation_id)),
        };
        lock(&self.desk).note((project, signal, code), sample);
    }
}

impl Writer {
    async fn clear(&self) {
        let Desk { counts, samples, dropped } = std::mem::take(&mut *lock(&self.desk));
        if dropped > 0 {
            metrics::counter!("throughline_ingest_refusals_unbooked_total").increment(dropped);
            tracing::warn!(dropped, "refused requests were not booked: too many sorts at once");
        }
        let mut projects: Vec<ProjectId> = counts.keys().map(|(project, ..)| *project).collect();
        projects.sort_unstable();
        projects.dedup();
        let (mut unwritten, mut is_away) = (HashMap::new(), false);
        for project in projects {
            let of_project = || counts.iter().filter(|((of, ..), _)| *of == project);
            let samples: Vec<&NewRejection> = samples.iter().filter(|((of, ..), _)| *of == project).map(|(_, sample)| sample).collect();
            let outcomes = of_project()
                .map(|((_, signal, code), n)| OutcomeCount {
                    signal: *signal,
                    outcome: Outcome::Refused,
                    reason: (*code).to_owned(),
                    sdk: String::new(),
                    n: *n,
                })
                .collect();
            // A database that is away for one project is so for all: nobody waits for it again and again.
            let written = if is_away { Err(storage::Error::away()) } else { self.write(project, outcomes, &samples).await };
            if let Err(error) = written {
                tracing::debug!(%error, "refused requests could not be booked");
                is_away = error.is_away();
                unwritten.extend(of_project().map(|(sort, n)| (*sort, *n)));
            }
        }
        if !unwritten.is_empty() {
            lock(&self.desk).put_back(unwritten);
        }
    }

    async fn write(&self, project: ProjectId, outcomes: Vec<OutcomeCount>, samples: &[&NewRejection]) -> storage::Result<()> {
        let now = self.clock.now();
        let new_id = || crate::uuid_v7(now, (self.random)());
        let samples: Vec<NewRejection> =
            samples.iter().map(|sample| NewRejection { rejection_id: new_id(), ..(*sample).clone() }).collect();
        let note = NewPending {
            flush_id: new_id(),
            received_from: now,
            received_until: now,
            committed_at: now,
            events: 0,
            points: 0,
            spans: 0,
            errors: 0,
            items: 0,
            imported: false,
            outcomes,
            // A quota counts what is stored.
            usage: Vec::new(),
        };
        let mut tx = self.db.begin().await?;
        rejections::insert(&mut tx, project, now, &samples).await?;
        pending::insert(&mut tx, project, &note).await?;
        tx.commit().await.map_err(storage::Error::from)
    }
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    // A note is whole or not there: a panic elsewhere leaves nothing half done.
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> NewRejection {
        NewRejection {
            rejection_id: uuid::Uuid::nil(),
            signal: None,
            code: String::new(),
            message: String::new(),
            index: None,
            item_id: None,
            name: None,
            sdk: String::new(),
            excerpt: String::new(),
            batch_id: None,
            correlation_id: None,
        }
    }

    #[test]
    fn the_desk_is_bounded_and_counts_what_it_drops() {
        let mut desk = Desk::default();
        for project in 0..SORTS_MAX as i32 + 7 {
            for _ in 0..5 {
                desk.note((ProjectId(project), Signal::Event, "too_large"), sample);
            }
        }
        assert_eq!((desk.counts.len(), desk.samples.len(), desk.dropped), (SORTS_MAX, SAMPLES_MAX, 35));
        assert!(desk.counts.values().all(|n| *n == 5));
        let of_first = desk.samples.iter().filter(|((project, ..), _)| project.0 == 0).count();
        assert_eq!(of_first, SAMPLES_OF_A_SORT_MAX);
        let back = HashMap::from([((ProjectId(0), Signal::Event, "too_large"), 2), ((ProjectId(-1), Signal::Log, "too_large"), 3)]);
        desk.put_back(back);
        assert_eq!((desk.counts[&(ProjectId(0), Signal::Event, "too_large")], desk.dropped), (7, 38));
    }
}
