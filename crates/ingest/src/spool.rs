//! Requests that were acknowledged while the database is away: each is on disk, and fsynced, before its sender hears of it.
//!
//! One record is one request, in the order of arrival. Appends that wait at the same time share one transaction. Nothing that
//! was acknowledged is ever dropped: a spool that is full, or whose oldest record is too old, takes nothing more instead.

mod folder;
mod record;
mod salvage;
mod store;
mod writer;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use tokio::sync::{mpsc, oneshot};

use folder::Folder;
pub use record::Request;
use store::{Store, Sums};
use writer::{Job, Shared, Writer};

/// Plain bytes of requests that are read out at once, but for the last one of them.
const PLAIN_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Jobs that may wait for the thread. Their bodies are within ingest's budget of bytes.
const JOBS_MAX: usize = 1_024;

/// How much a spool takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of compressed records. The file may be about twice as large.
    pub bytes_max: u64,
    /// Once the oldest record is older than this, nothing more is taken.
    pub age_max: TimeDelta,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 1 << 30, age_max: TimeDelta::hours(24) }
    }
}

impl Limits {
    fn refusal(&self, sums: &Sums, bytes: usize, now: DateTime<Utc>) -> Option<NotTaken> {
        if sums.bytes + bytes as u64 > self.bytes_max {
            return Some(NotTaken::Full);
        }
        sums.oldest.is_some_and(|oldest| now - oldest > self.age_max).then_some(NotTaken::TooOld)
    }
}

/// Why a spool could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Two processes would store each other's requests.
    #[error("the spool folder {0} is held by another process; give each process a folder of its own")]
    Held(String),
    /// The folder cannot be made, read or written.
    #[error("the spool cannot be used: {0}")]
    Unusable(String),
}

/// Why the spool did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The limit of bytes is reached.
    #[error("the database is away and the spool is full")]
    Full,
    /// The oldest record waits for too long already.
    #[error("the database has been away for too long for the spool")]
    TooOld,
    /// The disk is full, or fails.
    #[error("the spool cannot be written")]
    Disk,
    /// Too many appends wait for the disk.
    #[error("the spool has too much to write")]
    Busy,
}

/// What waits in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Requests that wait to be stored.
    pub records: u64,
    /// Their compressed bytes.
    pub bytes: u64,
    /// The most that `bytes` may become.
    pub bytes_max: u64,
    /// When the oldest one came.
    pub oldest: Option<DateTime<Utc>>,
    /// Nothing more is taken once the oldest one is older.
    pub age_max: TimeDelta,
    /// Records that could not be read and lie aside.
    pub corrupt: u64,
}

impl State {
    /// Over four fifths of its bytes or its time are used: somebody should look, and a load balancer should send elsewhere.
    pub fn is_nearly_full(&self, now: DateTime<Utc>) -> bool {
        self.bytes > self.bytes_max / 5 * 4 || self.oldest.is_some_and(|oldest| now - oldest > self.age_max / 5 * 4)
    }
}

/// A request that waits, with its number.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its number, for [`Spool::remove`].
    pub seq: u64,
    /// As it was appended.
    pub request: Request,
}

/// An open spool. Clones share it; it is closed when the last one is gone.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `None` while it closes.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    shared: Shared,
    limits: Limits,
}

/// Looks at a spool without keeping it open.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Weak<Inner>);

impl Watch {
    /// What waits at this moment; `None` once the spool is closed.
    pub(crate) fn state(&self) -> Option<State> {
        self.0.upgrade().map(|inner| Spool(inner).state())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It panics nowhere; and if it did, the file is checked when it is opened again.
            let _ = thread.join();
        }
    }
}

impl Spool {
    /// Opens the spool in `folder`, which is made when it is missing.
    ///
    /// # Errors
    /// When another process holds the folder, or the folder cannot be used. Damage is no error: what can be read is kept, the
    /// damaged file is set aside.
    pub fn open(folder: PathBuf, limits: Limits, clock: Clock) -> Result<Self, OpenError> {
        let folder = Folder::hold(&folder)?;
        let store = Store::open(&folder, &clock)?;
        let shared = Shared::new(Mutex::new(store.sums));
        let (jobs, queue) = mpsc::channel(JOBS_MAX);
        let writer = Writer { folder, clock, limits, store: Some(store), shared: Arc::clone(&shared) };
        writer.publish();
        let thread = std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|error| OpenError::Unusable(error.to_string()))?;
        Ok(Self(Arc::new(Inner { jobs: Some(jobs), thread: Some(thread), shared, limits })))
    }

    /// Keeps a request. When this returns, it is on disk.
    ///
    /// # Errors
    /// When it was not taken; nobody may be told that it was.
    pub async fn append(&self, request: &Request) -> Result<(), NotTaken> {
        let bytes = record::encode(request).ok_or(NotTaken::Full)?;
        let arrived_at = request.arrived_at;
        self.ask(|reply| Job::Append { bytes, arrived_at, reply }).await
    }

    /// The oldest requests, at most so many and about so many compressed bytes. Records that cannot be read are moved aside
    /// and do not hold up the others.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn first(&self, records_max: usize, bytes_max: usize) -> Result<Vec<Waiting>, NotTaken> {
        loop {
            let records = self.ask(|reply| Job::First { records_max, bytes_max, reply }).await?;
            let (mut waiting, mut corrupt) = (Vec::with_capacity(records.len()), Vec::new());
            let mut plain_bytes = 0;
            for (seq, bytes) in records {
                // A body may shrink a thousandfold: what comes out is what counts.
                if plain_bytes > PLAIN_BYTES_MAX {
                    break;
                }
                match record::decode(&bytes) {
                    Ok(request) => {
                        plain_bytes += request.body.len();
                        waiting.push(Waiting { seq, request });
                    }
                    Err(damage) => {
                        metrics::counter!("throughline_spool_corrupt_total").increment(1);
                        tracing::error!(seq, %damage, "a record of the spool cannot be read and is moved aside");
                        corrupt.push(seq);
                    }
                }
            }
            let only_corrupt = waiting.is_empty() && !corrupt.is_empty();
            if !corrupt.is_empty() {
                self.ask(|reply| Job::SetAside { seqs: corrupt, reply }).await?;
            }
            if !only_corrupt {
                return Ok(waiting);
            }
        }
    }

    /// Takes requests away that are stored, or were moved to the dead letters.
    ///
    /// # Errors
    /// When the disk fails; they will be stored again then, and the ledger will know them.
    pub async fn remove(&self, seqs: Vec<u64>) -> Result<(), NotTaken> {
        self.ask(|reply| Job::Remove { seqs, reply }).await
    }

    /// For those who only look.
    pub(crate) fn watch(&self) -> Watch {
        Watch(Arc::downgrade(&self.0))
    }

    /// What waits at this moment.
    pub fn state(&self) -> State {
        let Sums { records, bytes, oldest, corrupt } = *self.0.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let Limits { bytes_max, age_max } = self.0.limits;
        State { records, bytes, bytes_max, oldest, age_max, corrupt }
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T, NotTaken>>) -> Job) -> Result<T, NotTaken> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.0.jobs.as_ref().ok_or(NotTaken::Disk)?;
        let job = job(reply);
        match job {
            // Senders are told at once; the drain has time.
            Job::Append { .. } => jobs.try_send(job).map_err(|_| NotTaken::Busy)?,
            job => jobs.send(job).await.map_err(|_| NotTaken::Disk)?,
        }
        answer.await.unwrap_or(Err(NotTaken::Disk))
    }
}
