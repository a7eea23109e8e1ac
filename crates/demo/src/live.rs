//! Traffic in real time, through the client that applications use.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use throughline::Client;

use crate::dice::Dice;
use crate::gauges;
use crate::person::Person;
use crate::signal::{Item, Signal};
use crate::visit;

const TRAFFIC: u64 = 4;
/// Seconds between two visitors, on average.
const ARRIVAL_EVERY: f64 = 5.0;
/// Visits that began this long before the start are still under way, so that the shop is not empty at first.
const RUN_UP: TimeDelta = TimeDelta::minutes(8);
const GAUGES_EVERY: TimeDelta = TimeDelta::seconds(10);
const TICK: Duration = Duration::from_millis(100);
/// The client holds 500 items of a signal: more at once would push the oldest out.
const BURST_MAX: usize = 250;
const BURST_WAIT: Duration = Duration::from_secs(5);

/// Whose traffic.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Makes other people when it differs.
    pub seed: u64,
    /// People who may come.
    pub users: u32,
    /// When it begins. What lies before now is sent at once, with its own time.
    pub since: DateTime<Utc>,
}

/// Sends until `stop` says so. Blocks.
pub fn run(traffic: &Traffic, client: &Client, clock: &Clock, stop: impl Fn() -> bool) {
    let mut agenda = Agenda::new(traffic);
    while !stop() {
        let now = clock.now();
        let mut burst = 0;
        while let Some(signal) = agenda.next_before(now) {
            send(client, signal, now);
            burst += 1;
            if burst % BURST_MAX == 0 {
                // A server that does not answer is the client's affair: it counts what it has to drop.
                let _ = client.flush(BURST_WAIT);
                if stop() {
                    return;
                }
            }
        }
        thread::sleep(TICK);
    }
}

/// What is due within a second gets its time and its sequence number from the client, as in an application.
fn send(client: &Client, signal: Signal, now: DateTime<Utc>) {
    let is_due = now - signal.at < TimeDelta::seconds(1);
    match signal.item {
        Item::Event(mut event) => {
            if is_due {
                event.ts = None;
                event.event_id = None;
            }
            client.track_event(*event);
        }
        Item::Metric(mut point) => {
            // What was measured of a span keeps its place in it.
            if is_due && point.span_id.is_none() {
                point.ts = None;
            }
            client.record_point(*point);
        }
        Item::Span(span) => client.record_span(*span),
        Item::Error(report) => client.record_error(*report),
        Item::Log(log) => client.record_log(*log),
        Item::Identity(identity) => client.record_identity(*identity),
    }
}

/// What comes next, in the order of time. Visitors arrive as time goes by.
struct Agenda<'a> {
    traffic: &'a Traffic,
    dice: Dice,
    next_arrival: DateTime<Utc>,
    next_gauges: DateTime<Utc>,
    /// By time, and of equal times in the order of adding.
    due: BTreeMap<(DateTime<Utc>, u64), Signal>,
    signals: u64,
}

impl<'a> Agenda<'a> {
    fn new(traffic: &'a Traffic) -> Self {
        let dice = Dice::of(&[traffic.seed, TRAFFIC, traffic.since.timestamp_micros() as u64]);
        let next_arrival = traffic.since - RUN_UP;
        Self { traffic, dice, next_arrival, next_gauges: traffic.since, due: BTreeMap::new(), signals: 0 }
    }

    fn next_before(&mut self, now: DateTime<Utc>) -> Option<Signal> {
        while self.next_arrival <= now {
            self.arrive();
        }
        while self.next_gauges <= now {
            gauges::read(self.traffic.seed, self.next_gauges).into_iter().for_each(|signal| self.add(signal));
            self.next_gauges += GAUGES_EVERY;
        }
        self.due.first_entry().filter(|next| next.key().0 <= now).map(|next| next.remove())
    }

    fn arrive(&mut self) {
        let person = Person::of(self.traffic.seed, self.dice.below(self.traffic.users.max(1) as usize) as u64);
        for signal in visit::walk(&mut self.dice, &person, self.next_arrival, self.traffic.since) {
            if signal.at >= self.traffic.since {
                self.add(signal);
            }
        }
        let wait = self.dice.exponential(ARRIVAL_EVERY);
        self.next_arrival += TimeDelta::milliseconds((wait * 1_000.0) as i64 + 1);
    }

    fn add(&mut self, signal: Signal) {
        self.signals += 1;
        self.due.insert((signal.at, self.signals), signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_come_in_the_order_of_time_and_none_before_the_start() {
        let since = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let traffic = Traffic { seed: 7, users: 100, since };
        let mut agenda = Agenda::new(&traffic);
        let now = since + TimeDelta::minutes(5);
        let times: Vec<_> = std::iter::from_fn(|| agenda.next_before(now)).map(|signal| signal.at).collect();
        assert!(times.len() > 400, "{} signals in five minutes", times.len());
        assert!(times.is_sorted() && times[0] >= since && times[times.len() - 1] <= now);
        assert!(agenda.next_before(now).is_none());
    }
}
