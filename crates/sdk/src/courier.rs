//! Carries one lane's batches to the server, one at a time, in order.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::backoff;
use crate::batch::Batch;
use crate::clock;
use crate::consent::Consent;
use crate::item::{Item, Origin};
use crate::lane::{Lane, Slot};
use crate::loss::LossReason;
use crate::seal::seal;
use crate::transport::Attempt;
use crate::worker::Shared;

/// A courier, whatever it carries.
pub(crate) trait Carry {
    /// Seals and sends what is due. When there will be something to do again.
    fn deliver(&mut self) -> Instant;
}

/// One lane's courier.
pub(crate) struct Courier<'a, T> {
    lane: &'a Lane<T>,
    shared: &'a Shared,
    origin: &'a Origin<'a>,
    spare: VecDeque<Slot<T>>,
    next_flush: Instant,
    not_before: Instant,
    /// The wait was asked for by the server, so that no flush shortens it.
    held: bool,
    failures: u32,
    flushes_seen: u64,
    stop_seen: bool,
}

impl<T: Item> Carry for Courier<'_, T> {
    fn deliver(&mut self) -> Instant {
        loop {
            let now = Instant::now();
            let stop = self.shared.stop();
            match self.shared.consent() {
                Consent::Granted => {}
                Consent::Pending => return self.next_flush.max(now + self.shared.config().flush_every),
                Consent::Denied => {
                    self.lane.settle(|state| state.forget(LossReason::OptOut));
                    return now + self.shared.config().flush_every;
                }
            }
            self.hurry_when_asked(now, stop.is_some());
            self.seal_when_due(now, stop.is_some());
            let Some(batch) = self.lane.lock().front() else {
                return self.next_flush;
            };
            let open = self.shared.with_breaker(|breaker| breaker.holds_until(now));
            if let Some(later) = open.into_iter().chain([self.not_before]).max().filter(|later| now < *later) {
                return later;
            }
            if stop.is_some_and(|deadline| deadline <= now) {
                return now;
            }
            self.attempt(&batch, stop);
        }
    }
}

impl<'a, T: Item> Courier<'a, T> {
    pub(crate) fn new(lane: &'a Lane<T>, shared: &'a Shared, origin: &'a Origin<'a>) -> Self {
        let now = Instant::now();
        Self {
            lane,
            shared,
            origin,
            spare: VecDeque::with_capacity(shared.config().ring_items),
            next_flush: now + shared.config().flush_every,
            not_before: now,
            held: false,
            failures: 0,
            flushes_seen: 0,
            stop_seen: false,
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
            seal(self.lane, &mut self.spare, self.origin, self.shared.randomness());
            self.next_flush = now + self.shared.config().flush_every;
        } else if interval_over {
            self.next_flush = now + self.shared.config().flush_every;
        }
    }

    fn attempt(&mut self, batch: &Batch, stop: Option<Instant>) {
        let config = self.shared.config();
        let left = stop.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = config.request_timeout.min(left).max(Duration::from_millis(1));
        let body = batch.body(T::SIGNAL.list(), self.shared.install_id(), clock::now());
        match self.shared.transport().post(T::SIGNAL.operation(), &body, timeout) {
            Attempt::Taken(answer) => {
                self.failures = 0;
                self.held = false;
                self.shared.server_answered();
                self.lane.settle(|state| state.book_answer(&answer));
            }
            Attempt::Again { after, why } => {
                self.wait(after);
                // A server that says when to come back is there.
                if after.is_none() {
                    self.shared.server_failed(&why);
                }
                let too_old = batch.sealed_at.elapsed() >= config.retry_for;
                self.fail(why, too_old);
            }
            Attempt::Refused { why } => {
                self.wait(None);
                self.shared.server_answered();
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
        let config = self.shared.config();
        self.failures = self.failures.saturating_add(1);
        self.held = asked.is_some();
        let chosen = || backoff::wait(self.failures, config.retry_base, config.retry_cap, self.shared.randomness().unit());
        self.not_before = Instant::now() + asked.unwrap_or_else(chosen);
    }
}
