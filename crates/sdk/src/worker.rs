//! The background thread: seals, sends, waits, and books what came of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::backoff;
use crate::batch::Batch;
use crate::bell::Bell;
use crate::clock;
use crate::config::Config;
use crate::event_record::EventItem;
use crate::identity::{Ids, Randomness};
use crate::lane::{Item, Lane, Origin, Slot};
use crate::loss::LossReason;
use crate::metric_record::MetricItem;
use crate::seal::seal;
use crate::transport::{Attempt, Transport};

/// What the client's handles and its thread share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) events: Lane<EventItem>,
    pub(crate) metrics: Lane<MetricItem>,
    pub(crate) restarts: AtomicU64,
    /// Rung after a change that the thread should look at.
    pub(crate) bell: Bell,
    stop: Mutex<Option<Instant>>,
    origin: Origin,
    randomness: Randomness,
    transport: Transport,
    install_id: String,
    config: Config,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        let randomness = Randomness::from_system(clock::now_micros() as u64);
        let ids = Ids::new(&randomness);
        let install_id = config.install_id.clone();
        Self {
            events: Lane::new(config.flush_at),
            metrics: Lane::new(config.flush_at),
            restarts: AtomicU64::new(0),
            bell: Bell::default(),
            stop: Mutex::new(None),
            origin: Origin { ids, release: config.release.clone(), environment: config.environment.clone() },
            install_id: install_id.unwrap_or_else(|| ids.id(clock::now_micros(), u64::MAX).to_string()),
            transport: Transport::new(&config.url, &config.key),
            randomness,
            config,
        }
    }

    /// Asks the thread to end by `deadline`; true for the first to ask.
    pub(crate) fn stop_by(&self, deadline: Instant) -> bool {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        let first = stop.is_none();
        stop.get_or_insert(deadline);
        self.events.lock().close();
        self.metrics.lock().close();
        self.bell.ring();
        first
    }

    fn stop(&self) -> Option<Instant> {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

/// The body of the thread. A panic in here is a fault of this library: it is counted and the work goes on.
pub(crate) fn run(shared: &Shared) {
    while catch_unwind(AssertUnwindSafe(|| work(shared))).is_err() {
        shared.restarts.fetch_add(1, Ordering::Relaxed);
        shared.events.settle(|state| state.recover());
        shared.metrics.settle(|state| state.recover());
        thread::sleep(shared.config.retry_base);
    }
    shared.events.settle(|state| state.finish());
    shared.metrics.settle(|state| state.finish());
}

/// Works until it is told to stop and either nothing waits or the time is over.
fn work(shared: &Shared) {
    let mut events = Courier::new(&shared.events, shared);
    let mut metrics = Courier::new(&shared.metrics, shared);
    loop {
        // Asked before: a stop that comes while we deliver has not been heard by the couriers, whose `next` may then be the
        // next flush. It has also rung the bell, so the loop comes round at once.
        let stop = shared.stop();
        let next = events.deliver().min(metrics.deliver());
        if let Some(deadline) = stop {
            let empty = shared.events.lock().is_empty() && shared.metrics.lock().is_empty();
            // `next` is where both lanes stand still: waiting past the deadline would change nothing.
            if empty || next >= deadline {
                return;
            }
        }
        shared.bell.wait_until(next);
    }
}

/// Carries one lane's batches to the server, one at a time, in order.
struct Courier<'a, T> {
    lane: &'a Lane<T>,
    shared: &'a Shared,
    spare: VecDeque<Slot<T>>,
    next_flush: Instant,
    not_before: Instant,
    /// The wait was asked for by the server, so that no flush shortens it.
    held: bool,
    failures: u32,
    flushes_seen: u64,
    stop_seen: bool,
}

impl<'a, T: Item> Courier<'a, T> {
    fn new(lane: &'a Lane<T>, shared: &'a Shared) -> Self {
        let now = Instant::now();
        Self {
            lane,
            shared,
            spare: VecDeque::with_capacity(crate::config::RING_ITEMS),
            next_flush: now + shared.config.flush_every,
            not_before: now,
            held: false,
            failures: 0,
            flushes_seen: 0,
            stop_seen: false,
        }
    }

    /// Seals and sends what is due. When there will be something to do again.
    fn deliver(&mut self) -> Instant {
        loop {
            let now = Instant::now();
            let stop = self.shared.stop();
            self.hurry_when_asked(now, stop.is_some());
            self.seal_when_due(now, stop.is_some());
            let Some(batch) = self.lane.lock().front() else {
                return self.next_flush;
            };
            if now < self.not_before {
                return self.not_before;
            }
            if stop.is_some_and(|deadline| deadline <= now) {
                return now;
            }
            self.attempt(&batch, stop);
        }
    }

    /// Somebody waits for a flush or the end: a wait that only the client chose is cut short, once.
    fn hurry_when_asked(&mut self, now: Instant, stopping: bool) {
        let requests = self.lane.lock().flush_requests();
        let asked = requests != self.flushes_seen || stopping != self.stop_seen;
        self.flushes_seen = requests;
        self.stop_seen = stopping;
        if asked && !self.held {
            self.not_before = self.not_before.min(now);
        }
    }

    fn seal_when_due(&mut self, now: Instant, stopping: bool) {
        let interval_over = now >= self.next_flush;
        if self.lane.lock().seal_is_due(interval_over, stopping) {
            seal(self.lane, &mut self.spare, &self.shared.origin, &self.shared.randomness);
            self.next_flush = now + self.shared.config.flush_every;
        } else if interval_over {
            self.next_flush = now + self.shared.config.flush_every;
        }
    }

    fn attempt(&mut self, batch: &Batch, stop: Option<Instant>) {
        let config = &self.shared.config;
        let left = stop.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = config.request_timeout.min(left).max(Duration::from_millis(1));
        let body = batch.body(T::LIST, &self.shared.install_id, clock::now());
        match self.shared.transport.post(T::PATH, &body, timeout) {
            Attempt::Taken(answer) => {
                self.failures = 0;
                self.held = false;
                self.lane.settle(|state| state.book_answer(&answer));
            }
            Attempt::Again { after, why } => {
                self.wait(after);
                let too_old = batch.sealed_at.elapsed() >= config.retry_for;
                self.fail(why, too_old);
            }
            Attempt::Refused { why } => {
                self.wait(None);
                self.fail(why, true);
            }
        }
    }

    /// The batch could not be delivered now, or will never be.
    fn fail(&self, why: String, for_good: bool) {
        self.lane.settle(|state| {
            state.note_error(why);
            if for_good {
                state.give_up(LossReason::SendError);
            }
        });
    }

    fn wait(&mut self, asked: Option<Duration>) {
        let config = &self.shared.config;
        self.failures = self.failures.saturating_add(1);
        self.held = asked.is_some();
        let chosen = || backoff::wait(self.failures, config.retry_base, config.retry_cap, self.shared.randomness.unit());
        self.not_before = Instant::now() + asked.unwrap_or_else(chosen);
    }
}
