//! Group commit by natural batching: what arrived while the previous flush was committing goes into the next one.
//! Nobody waits for a timer, and the answer goes out after COMMIT.

mod duplicates;
mod flush;
mod isolate;
mod outage;

use std::sync::Arc;

use protocol::time::Clock;
use storage::Db;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::prepare::Prepared;
use crate::rejection::Rejection;
use crate::{Config, Random};
pub(crate) use flush::{Flusher, Told, repeated};

/// Rows after which a flush takes no further batch: 5,000 is where COPY stops getting faster.
const FLUSH_ROWS: usize = 5_000;
/// Batches that may wait; each also holds its bytes of the budget.
const WAITING_MAX: usize = 16 * 1024;

/// Where prepared batches wait for a committer.
#[derive(Clone)]
pub(crate) struct Queue {
    sender: mpsc::Sender<Waiting>,
    budget: Arc<Semaphore>,
    flusher: Flusher,
}

struct Waiting {
    prepared: Prepared,
    reply: oneshot::Sender<Told>,
    _bytes: OwnedSemaphorePermit,
}

/// Bytes of the budget, held from reading a request until its answer.
pub(crate) struct Reserved(OwnedSemaphorePermit);

/// Starts `config.committers` committers.
pub(crate) fn start(db: Db, clock: Clock, random: Random, config: Config) -> (Queue, Vec<JoinHandle<()>>) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let receiver = Arc::new(Mutex::new(receiver));
    let flusher = Flusher::new(db, clock, random);
    let tasks = (0..config.committers.max(1)).map(|_| tokio::spawn(committer(Arc::clone(&receiver), flusher.clone()))).collect();
    (Queue { sender, budget: Arc::new(Semaphore::new(config.bytes_in_flight_max.min(Semaphore::MAX_PERMITS))), flusher }, tasks)
}

impl Queue {
    /// Takes `bytes` from the budget, or refuses at once: waiting would only move the queue into memory.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<Reserved, Rejection> {
        let bytes = u32::try_from(bytes.max(1)).unwrap_or(u32::MAX);
        Arc::clone(&self.budget)
            .try_acquire_many_owned(bytes)
            .map(Reserved)
            .map_err(|_| Rejection::Unavailable("too many requests are being worked on"))
    }

    /// Commits the batch and says what became of it.
    pub(crate) async fn commit(&self, prepared: Prepared, reserved: Reserved) -> Told {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { prepared, reply, _bytes: reserved.0 };
        self.sender.try_send(waiting).map_err(|_| Rejection::Unavailable("too many batches are waiting"))?;
        // A committer that dies drops the reply.
        answer.await.unwrap_or(Err(Rejection::Unavailable("the commit was interrupted")))
    }

    pub(crate) fn flusher(&self) -> &Flusher {
        &self.flusher
    }
}

async fn committer(receiver: Arc<Mutex<mpsc::Receiver<Waiting>>>, flusher: Flusher) {
    while let Some(group) = next_group(&receiver).await {
        // Whose sender went away, or was told meanwhile that the batch is spooled, waits for nothing here.
        let wanted = group.into_iter().filter(|waiting| !waiting.reply.is_closed());
        let (mut batches, replies): (Vec<_>, Vec<_>) = wanted.map(|waiting| (waiting.prepared, (waiting.reply, waiting._bytes))).unzip();
        for (told, (reply, _bytes)) in flusher.store(&mut batches).await.into_iter().zip(replies) {
            // A client that went away just now does not need its answer; its batch is stored all the same.
            let _ = reply.send(told);
        }
    }
}

/// Waits for one batch and takes what else is there.
async fn next_group(receiver: &Mutex<mpsc::Receiver<Waiting>>) -> Option<Vec<Waiting>> {
    let mut receiver = receiver.lock().await;
    let first = receiver.recv().await?;
    let mut rows = first.prepared.items.len();
    let mut group = vec![first];
    while rows < FLUSH_ROWS
        && let Ok(next) = receiver.try_recv()
    {
        rows += next.prepared.items.len();
        group.push(next);
    }
    Some(group)
}
