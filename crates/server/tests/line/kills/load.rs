//! Signals that come at a fixed rate whether the servers are there or not, and the journal of what was acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Plan;
use super::batch::Batch;
use crate::client::{Answer, Client};
use testkit::deadline::PATIENCE;

/// Batches that become due in a second.
const BATCHES_PER_SECOND: u32 = 50;
/// Requests that may be open at once; what is due meanwhile waits.
const SENDERS: u64 = 12;
/// A sender's pause before it tries the same batch again, at most.
const TRY_AGAIN_WITHIN_MS: u64 = 60;
/// The share of batches that a sender repeats although they were acknowledged.
const REPEATED: f64 = 0.05;
/// Batches acknowledged between two kills, at most.
const BATCHES_BETWEEN_KILLS: usize = 60;
/// A kill comes so late after an acknowledgement, at most: not only between two batches.
const KILL_WITHIN_MS: u64 = 30;

/// What was acknowledged, kept by the senders, whom nobody kills.
#[derive(Default)]
pub struct Journal {
    acknowledged: Mutex<BTreeSet<u64>>,
    grew: Condvar,
    size: u64,
}

impl Journal {
    fn write(&self, batch: Batch) {
        self.acknowledged.lock().expect("nobody panics while writing").insert(batch.number);
        self.grew.notify_all();
    }

    fn wait_for_more(&self, more: usize) {
        let acknowledged = self.acknowledged.lock().expect("nobody panics while writing");
        let enough = acknowledged.len() + more;
        let waited = self.grew.wait_timeout_while(acknowledged, PATIENCE, |acknowledged| acknowledged.len() < enough);
        assert!(!waited.expect("nobody panics while writing").1.timed_out(), "nothing is acknowledged any more");
    }

    fn pick(&self, dice: &mut fastrand::Rng) -> Batch {
        let acknowledged = self.acknowledged.lock().expect("nobody panics while writing");
        let number = *acknowledged.iter().nth(dice.usize(..acknowledged.len())).expect("it is not empty");
        Batch { number, size: self.size }
    }

    /// Every acknowledged batch.
    pub fn read(&self) -> Vec<Batch> {
        let acknowledged = self.acknowledged.lock().expect("nobody panics while writing");
        acknowledged.iter().map(|number| Batch { number: *number, size: self.size }).collect()
    }

    /// Acknowledged items of one signal.
    pub fn accepted(&self, signal: &str) -> usize {
        self.read().iter().filter(|batch| batch.kind().signal == signal).map(|batch| batch.marks().count()).sum()
    }
}

/// A running load.
pub struct Load {
    journal: Arc<Journal>,
    over: Arc<AtomicBool>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts senders. `now` dates the batch ids, in milliseconds since 1970.
    pub fn start(endpoint: &str, key: &str, plan: Plan, now: i64) -> Self {
        let size = u64::from((2 * plan.items_per_second / BATCHES_PER_SECOND).max(1));
        let journal = Arc::new(Journal { size, ..Journal::default() });
        let over = Arc::<AtomicBool>::default();
        let next = Arc::<AtomicU64>::default();
        let began = Instant::now();
        let senders = (0..SENDERS).map(|sender| {
            let mut sender = Sender {
                client: Client::that_keeps_its_connection(endpoint),
                authorization: format!("Bearer {key}"),
                now: u64::try_from(now).expect("a time after 1970"),
                dice: fastrand::Rng::with_seed(plan.seed ^ (sender + 1)),
                journal: Arc::clone(&journal),
                over: Arc::clone(&over),
            };
            let next = Arc::clone(&next);
            thread::spawn(move || sender.run(began, &next, size))
        });
        Self { senders: senders.collect(), journal, over }
    }

    /// Waits for a random number of acknowledgements and then a random moment.
    pub fn let_some_more_be_acknowledged(&self, dice: &mut fastrand::Rng) {
        self.journal.wait_for_more(dice.usize(1..=BATCHES_BETWEEN_KILLS));
        thread::sleep(Duration::from_millis(dice.u64(..KILL_WITHIN_MS)));
    }

    /// Lets every sender bring its batch home. Afterwards everything that was sent is acknowledged.
    pub fn finish(self) -> Arc<Journal> {
        self.over.store(true, Ordering::SeqCst);
        self.senders.into_iter().for_each(|sender| sender.join().expect("no sender met an answer that it did not expect"));
        self.journal
    }
}

struct Sender {
    client: Client,
    authorization: String,
    now: u64,
    dice: fastrand::Rng,
    journal: Arc<Journal>,
    over: Arc<AtomicBool>,
}

impl Sender {
    fn run(&mut self, began: Instant, next: &AtomicU64, size: u64) {
        while !self.over.load(Ordering::SeqCst) {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let due = began + Duration::from_secs(number) / BATCHES_PER_SECOND;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let batch = Batch { number, size };
            self.send_until_acknowledged(batch);
            self.journal.write(batch);
            if self.dice.f64() < REPEATED {
                let repeated = self.journal.pick(&mut self.dice);
                let is_known = self.send_until_acknowledged(repeated);
                assert!(is_known, "batch {} was acknowledged before", repeated.number);
            }
        }
    }

    /// Returns whether the answer said that the batch was there already.
    fn send_until_acknowledged(&mut self, batch: Batch) -> bool {
        let (body, key) = batch.body(self.now);
        let body = body.to_string();
        let mut headers = vec![("authorization", self.authorization.as_str())];
        headers.extend(key.as_ref().map(|key| ("idempotency-key", key.as_str())));
        let began = Instant::now();
        loop {
            // Nobody answers while the server is down, and an answer that breaks off says nothing.
            if let Ok(answer) = self.client.send("POST", batch.kind().path, &headers, &body)
                && let Some(is_known) = verdict(&answer, batch)
            {
                return is_known;
            }
            assert!(began.elapsed() < 2 * PATIENCE, "batch {} is not acknowledged any more", batch.number);
            thread::sleep(Duration::from_millis(self.dice.u64(1..=TRY_AGAIN_WITHIN_MS)));
        }
    }
}

/// Whether the batch is acknowledged, and then whether it was known before. The collector never says.
fn verdict(answer: &Answer, batch: Batch) -> Option<bool> {
    match answer.status {
        202 => {
            let said = answer.json();
            assert_eq!((&said["accepted"], &said["rejected"]), (&batch.marks().count().into(), &batch.refused().into()), "{said}");
            Some(said["duplicate"] == true)
        }
        204 => Some(true),
        429 | 503 => None,
        _ => panic!("batch {}: {answer:?}", batch.number),
    }
}
