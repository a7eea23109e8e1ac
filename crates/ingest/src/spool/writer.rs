//! The thread that owns the store: whatever waits goes into one durable transaction, and then everybody is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use protocol::time::Clock;
use tokio::sync::{mpsc, oneshot};

use super::folder::Folder;
use super::store::{Changes, Failed, Numbered, Store, Sums};
use super::{Limits, NotTaken};

/// Jobs that go into one transaction at most.
const GROUP_MAX: usize = 512;

/// What the thread is asked to do.
pub(super) enum Job {
    Append { bytes: Vec<u8>, arrived_at: DateTime<Utc>, reply: oneshot::Sender<Result<(), NotTaken>> },
    First { records_max: usize, bytes_max: usize, reply: oneshot::Sender<Result<Vec<Numbered>, NotTaken>> },
    Remove { seqs: Vec<u64>, reply: oneshot::Sender<Result<(), NotTaken>> },
    SetAside { seqs: Vec<u64>, reply: oneshot::Sender<Result<(), NotTaken>> },
}

/// What others may know of the store at any time.
pub(super) type Shared = Arc<Mutex<Sums>>;

pub(super) struct Writer {
    pub(super) folder: Folder,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    /// `None` after a failure, until it can be opened again.
    pub(super) store: Option<Store>,
    pub(super) shared: Shared,
}

impl Writer {
    /// Works until nobody is left who could ask.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(job) = jobs.blocking_recv() {
            let mut group = vec![job];
            while group.len() < GROUP_MAX
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            self.work(group);
        }
    }

    fn work(&mut self, group: Vec<Job>) {
        let mut sums = self.with_store(|store| Ok(store.sums)).unwrap_or_default();
        let (mut changes, mut taken, mut replies, mut reads) = (Changes::default(), Vec::new(), Vec::new(), Vec::new());
        for job in group {
            match job {
                Job::Append { bytes, arrived_at, reply } => match self.limits.refusal(&sums, bytes.len(), arrived_at) {
                    Some(refusal) => answer(reply, Err(refusal)),
                    None => {
                        sums.bytes += bytes.len() as u64;
                        taken.push(bytes);
                        replies.push(reply);
                    }
                },
                Job::First { records_max, bytes_max, reply } => reads.push((records_max, bytes_max, reply)),
                Job::Remove { seqs, reply } => {
                    changes.removed.extend(seqs);
                    replies.push(reply);
                }
                Job::SetAside { seqs, reply } => {
                    changes.corrupt.extend(seqs);
                    replies.push(reply);
                }
            }
        }
        changes.appended = taken.iter().map(Vec::as_slice).collect();
        if !replies.is_empty() {
            let written = self.with_store(|store| store.write(&changes));
            self.begin_anew_when_blank();
            self.publish();
            for reply in replies {
                answer(reply, written);
            }
        }
        for (records_max, bytes_max, reply) in reads {
            answer(reply, self.with_store(|store| store.first(records_max, bytes_max)));
        }
    }

    /// Opens the store when it is not; closes it when something fails, since redb does nothing more after an I/O error.
    fn with_store<T>(&mut self, work: impl FnOnce(&mut Store) -> Result<T, Failed>) -> Result<T, NotTaken> {
        if self.store.is_none() {
            let opened = Store::open(&self.folder, &self.clock);
            self.store = Some(opened.map_err(|error| self.disk_failed(&error))?);
        }
        let Some(store) = self.store.as_mut() else { return Err(NotTaken::Disk) };
        match catch_unwind(AssertUnwindSafe(|| work(store))) {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => self.disk_failed(&error),
            Err(_panic) => self.disk_failed(&"reading or writing it panicked"),
        };
        self.close();
        Err(NotTaken::Disk)
    }

    fn disk_failed(&self, error: &dyn std::fmt::Display) -> NotTaken {
        metrics::counter!("throughline_spool_errors_total").increment(1);
        tracing::error!(%error, "the spool cannot be written or read");
        NotTaken::Disk
    }

    fn close(&mut self) {
        let store = self.store.take();
        // A store that failed may fail again while it closes; its file is checked when it is opened.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
    }

    /// Stored requests leave no trace, and the file does not stay as large as the longest outage made it.
    fn begin_anew_when_blank(&mut self) {
        if self.store.as_ref().is_some_and(|store| store.is_blank()) {
            self.close();
            *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = Sums::default();
            if let Err(error) = self.folder.remove_file() {
                self.disk_failed(&error);
            }
        }
    }

    pub(super) fn publish(&self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        // A store that failed keeps its last figures.
        *shared = self.store.as_ref().map_or(*shared, |store| store.sums);
        metrics::gauge!("throughline_spool_records").set(shared.records as f64);
        metrics::gauge!("throughline_spool_bytes").set(shared.bytes as f64);
        metrics::gauge!("throughline_spool_oldest_seconds")
            .set(shared.oldest.map_or(0.0, |oldest| (self.clock.now() - oldest).as_seconds_f64().max(0.0)));
        metrics::gauge!("throughline_spool_corrupt_records").set(shared.corrupt as f64);
    }
}

fn answer<T>(reply: oneshot::Sender<T>, said: T) {
    // Whoever asked may have gone away; what was done stays done.
    let _ = reply.send(said);
}
