//! Random shop traffic from a seed.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::metric::MetricKind;
use protocol::outcome::{Outcome, OutcomeCount, Signal};

use crate::raw::{Event, Flush, Point};

/// SplitMix64: small, and good enough to pick from lists.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len() as u64) as usize]
    }

    /// Mostly of the last minutes, some days late, each within what is kept.
    fn ts(&mut self, received_at: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = if self.below(5) == 0 { self.below(7 * 86_400) } else { self.below(1_200) };
        received_at - TimeDelta::seconds(seconds as i64)
    }

    fn event(&mut self, received_at: DateTime<Utc>) -> Event {
        // Kind 0 is an event without any actor; ids of different kinds are the same on purpose.
        let actor_kind = self.below(5) as i16;
        Event {
            ts: self.ts(received_at),
            actor_kind,
            actor: if actor_kind == 0 { String::new() } else { format!("a{}", self.below(25)) },
            name: self.one_of(&["$pageview", "cart.add", "search"]).to_owned(),
            route: (self.below(3) > 0).then(|| self.one_of(&["/", "/cart", "/orders/:id", "/ü"]).to_owned()),
            environment: self.one_of(&["prod", "prod", "dev"]).to_owned(),
            weight: [1.0, 1.0, 4.0, 2.5][self.below(4) as usize],
            is_bot: self.below(6) == 0,
        }
    }

    fn point(&mut self, received_at: DateTime<Utc>) -> Point {
        let (name, kind, unit) = [
            ("orders", MetricKind::Counter, ""),
            ("queue.depth", MetricKind::Gauge, "jobs"),
            ("http.duration", MetricKind::Distribution, "ms"),
            ("http.duration", MetricKind::Distribution, "s"),
            ("visitors", MetricKind::Set, ""),
        ][self.below(5) as usize];
        let number = self.below(2_000) as f64 / 7.0 - 20.0;
        let is_set = kind == MetricKind::Set;
        let tags = [("route", self.one_of(&["/", "/cart"])), ("status", self.one_of(&["200", "500"]))];
        Point {
            ts: self.ts(received_at),
            name: name.to_owned(),
            kind,
            unit: unit.to_owned(),
            value: if is_set { 0.0 } else { number },
            set_hash: is_set.then(|| (self.below(30) as i64 - 15).wrapping_mul(0x1234_5678_9abc_def1)),
            tags: tags.into_iter().take(self.below(3) as usize).map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            environment: self.one_of(&["prod", "dev"]).to_owned(),
        }
    }

    /// A live flush of up to 30 events and 30 points; some have only the books.
    pub(crate) fn flush(&mut self, project: i32, received_at: DateTime<Utc>) -> Flush {
        let (events, points) = (self.below(31), self.below(31));
        let events: Vec<Event> = (0..events).map(|_| self.event(received_at)).collect();
        let points: Vec<Point> = (0..points).map(|_| self.point(received_at)).collect();
        let stored = |signal, n: usize| OutcomeCount {
            signal,
            outcome: Outcome::Stored,
            reason: String::new(),
            sdk: "web/1.0".to_owned(),
            n: n as i64,
        };
        let lost = OutcomeCount {
            signal: Signal::Event,
            outcome: Outcome::Lost,
            reason: "queue_overflow".to_owned(),
            sdk: "web/1.0".to_owned(),
            n: self.below(3) as i64,
        };
        let outcomes = vec![stored(Signal::Event, events.len()), stored(Signal::Metric, points.len()), lost];
        Flush { outcomes, ..Flush::live(project, received_at, events, points) }
    }

    /// Flushes of several projects, some minutes apart.
    pub(crate) fn flushes(&mut self, projects: i32, flushes: i64, now: DateTime<Utc>) -> Vec<Flush> {
        (0..flushes)
            .map(|i| {
                let project = self.below(projects as u64) as i32 + 1;
                self.flush(project, now - TimeDelta::seconds(40 * (flushes - i)))
            })
            .collect()
    }
}
