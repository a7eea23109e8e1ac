//! Group commit by natural batching: what arrived while the previous flush was committing goes into the next one.
//! Nobody waits for a timer, and the answer goes out after COMMIT.

mod budget;
mod duplicates;
mod fair_queue;
mod flush;
pub(crate) mod isolate;
mod outage;
mod queue;
mod wait;
mod watcher;

use std::time::{Duration, Instant};

use protocol::id::ProjectId;
use protocol::time::Clock;
use storage::Db;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::prepare::Prepared;
use crate::rejection::Rejection;
use crate::spool::Spool;
use crate::{Config, Random};
pub(crate) use budget::{Budget, Full, Reserved};
pub(crate) use flush::{Flusher, INTERRUPTED, Told, repeated};
pub(crate) use queue::TooLong;
use queue::{Entrance, Exit};
pub(crate) use watcher::Watcher;

/// Rows after which a flush takes no further batch: 5,000 is where COPY stops getting faster.
pub(crate) const FLUSH_ROWS: usize = 5_000;

/// A batch with larger rows counts as one with more of them, so that a flush is bounded by bytes as well: about 5 MB.
const BYTES_OF_A_ROW: usize = 1_024;

/// Where prepared batches wait for a committer.
#[derive(Clone)]
pub(crate) struct Queue {
    entrance: Entrance<Entered>,
    budget: Budget,
    flusher: Flusher,
}

struct Entered {
    prepared: Prepared,
    reply: oneshot::Sender<Told>,
    /// Held until the answer.
    reserved: Reserved,
}

/// Starts `config.committers` committers.
pub(crate) fn start(db: Db, clock: Clock, random: Random, config: &Config) -> (Queue, Vec<JoinHandle<()>>) {
    let committers = config.committers.max(1);
    let (entrance, exit) = queue::queue(FLUSH_ROWS, committers);
    let flusher = Flusher::new(db, clock, random);
    let tasks = (0..committers).map(|_| tokio::spawn(committer(exit.clone(), flusher.clone()))).collect();
    (Queue { entrance, budget: Budget::new(config.bytes_in_flight_max), flusher }, tasks)
}

impl Queue {
    /// Admits a request of so many bytes, before any of them is read, or refuses it at once.
    pub(crate) fn admit(&self, project: ProjectId, bytes: usize) -> Result<Reserved, Rejection> {
        // While the database is away, what arrives passes by the queue.
        if !self.flusher.outage.is_known() {
            self.entrance.has_room(project, Instant::now())?;
        }
        Ok(self.budget.reserve(project, bytes)?)
    }

    /// Commits the batch and says what became of it.
    pub(crate) async fn commit(&self, prepared: Prepared, reserved: Reserved) -> Told {
        let (reply, answer) = oneshot::channel();
        let (project, weight) = (prepared.project, prepared.items.len().max(reserved.bytes() / BYTES_OF_A_ROW));
        self.entrance.push(project, weight, Instant::now(), Entered { prepared, reply, reserved });
        // A committer that dies drops the reply.
        answer.await.unwrap_or(Err(INTERRUPTED))
    }

    /// When a sender shall come back that is refused now because too much waits.
    pub(crate) fn retry_after(&self) -> Duration {
        let drained_after = self.entrance.drained_after();
        Duration::from_secs(wait::retry_after_seconds(drained_after, (self.flusher.random)()))
    }

    /// Looks at the queue, and at the spool where there is one, without keeping them open.
    pub(crate) fn watcher(&self, spool: Option<&Spool>) -> Watcher {
        Watcher::new(self, spool)
    }

    pub(crate) fn flusher(&self) -> &Flusher {
        &self.flusher
    }
}

async fn committer(exit: Exit<Entered>, flusher: Flusher) {
    while let Some(group) = exit.next().await {
        // Whose sender went away, or was told meanwhile that the batch is spooled, waits for nothing here.
        let wanted = group.into_iter().filter(|entered| !entered.reply.is_closed());
        let (mut batches, replies): (Vec<_>, Vec<_>) = wanted.map(|entered| (entered.prepared, (entered.reply, entered.reserved))).unzip();
        let began = Instant::now();
        let told = flusher.store(&mut batches).await;
        if told.iter().any(Result::is_ok) {
            // A failed flush lasts as long as our time limits; that says nothing about the next one.
            exit.flushed(began.elapsed());
        }
        for (told, (reply, _reserved)) in told.into_iter().zip(replies) {
            // A client that went away just now does not need its answer; its batch is stored all the same.
            let _ = reply.send(told);
        }
    }
}
