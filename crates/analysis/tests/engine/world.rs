//! A random history in both forms: as plain events, and in segments.

use std::collections::BTreeMap;

use analysis::calendar::{Bucket, Frame};
use analysis::history::{History, Mask, Rows, Selection};
use analysis::segment::{Attribute, ColumnKey};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use protocol::range::Step;

use crate::event::{self, Event};

pub struct World {
    pub events: Vec<Event>,
    /// The person of each actor.
    pub persons: Vec<u32>,
    pub history: History,
}

/// Which events are meant, in both forms.
#[derive(Clone, Debug, Default)]
pub struct Want {
    pub name: Option<&'static str>,
    pub route: Option<&'static str>,
    pub country: Option<&'static str>,
    pub humans: bool,
}

impl Want {
    pub fn random(rng: &mut Rng) -> Self {
        Self {
            name: (rng.u8(..3) == 0).then(|| event::NAMES[rng.usize(..event::NAMES.len())]),
            route: (rng.u8(..5) == 0).then_some("/cart"),
            country: (rng.u8(..4) == 0).then_some("DE"),
            humans: rng.bool(),
        }
    }

    pub fn name(name: &'static str) -> Self {
        Self { name: Some(name), ..Self::default() }
    }

    pub fn holds(&self, event: &Event) -> bool {
        let is = |attribute, wanted: Option<&str>| wanted.is_none_or(|wanted| event.text(attribute) == Some(wanted));
        is(Attribute::Name, self.name)
            && is(Attribute::Route, self.route)
            && is(Attribute::Country, self.country)
            && (!self.humans || event.text(Attribute::Bot).is_none())
    }

    pub fn select(&self, world: &World) -> Selection {
        let blocks = world.history.blocks().iter().map(|block| {
            let text = |attribute, row: usize| block.text(&ColumnKey::Text(attribute)).and_then(|text| text.at(row));
            let is = |attribute, wanted: Option<&str>, row| wanted.is_none_or(|wanted| text(attribute, row) == Some(wanted));
            Rows::from(Mask::of(block.rows, |row| {
                is(Attribute::Name, self.name, row)
                    && is(Attribute::Route, self.route, row)
                    && is(Attribute::Country, self.country, row)
                    && (!self.humans || text(Attribute::Bot, row).is_none())
            }))
        });
        Selection(blocks.collect())
    }
}

impl World {
    pub fn random(seed: u64, count: usize, days: i64) -> (Self, Rng) {
        let mut rng = Rng::with_seed(seed);
        let events = event::random(&mut rng, count, days);
        // Some actors are one person: each is its own, or that of an earlier one.
        let mut persons: Vec<u32> = (0..16).collect();
        for actor in 1..16_u32 {
            if rng.u8(..3) == 0 {
                persons[actor as usize] = persons[rng.u32(..actor) as usize];
            }
        }
        let mut blocks = event::segmented(&mut rng, &events);
        rng.shuffle(&mut blocks);
        let history = History::new(blocks, |actor| persons[actor as usize]);
        (Self { events, persons, history }, rng)
    }

    pub fn person(&self, event: &Event) -> Option<u32> {
        event.actor.map(|actor| self.persons[actor as usize])
    }

    /// Each person's events, in order.
    pub fn people<'a>(&'a self, want: &Want) -> BTreeMap<u32, Vec<&'a Event>> {
        let mut people = BTreeMap::<u32, Vec<&Event>>::new();
        for event in self.events.iter().filter(|event| want.holds(event)) {
            if let Some(person) = self.person(event) {
                people.entry(person).or_default().push(event);
            }
        }
        people.values_mut().for_each(|events| events.sort_by_key(|event| event.order()));
        people
    }

    /// Each person's sessions in the order of their first events.
    pub fn sessions<'a>(&'a self, want: &Want) -> Vec<(u32, Vec<&'a Event>)> {
        let mut sessions = Vec::new();
        for (person, events) in self.people(want) {
            let mut of_person: Vec<Vec<&Event>> = Vec::new();
            for event in events {
                let id = event.text(Attribute::Session);
                let found = of_person.iter_mut().find(|session| {
                    let last = session.last().expect("no session is empty");
                    match id {
                        Some(_) => last.text(Attribute::Session) == id,
                        None => {
                            let recent = event.ts.timestamp_millis() - last.ts.timestamp_millis() < 30 * 60_000;
                            last.text(Attribute::Session).is_none() && last.actor == event.actor && recent
                        }
                    }
                });
                match found {
                    Some(session) => session.push(event),
                    None => of_person.push(vec![event]),
                }
            }
            sessions.extend(of_person.into_iter().map(|session| (person, session)));
        }
        sessions
    }
}

/// Buckets of so many hours from a quarter of an hour near the origin.
pub fn frame(rng: &mut Rng) -> Frame {
    let start = event::origin() + TimeDelta::minutes(15 * rng.i64(-8..24));
    let hours = [1, 6, 24][rng.usize(..3)];
    let bounds: Vec<DateTime<Utc>> = (0..=rng.i64(1..6)).map(|n| start + TimeDelta::hours(hours * n)).collect();
    let buckets = bounds.windows(2).map(|pair| Bucket { start: pair[0], end: pair[1], utc_offset_seconds: 0 });
    Frame { step: Step::Hour1, buckets: buckets.collect() }
}

/// One bucket that every event lies in.
pub fn everything() -> Frame {
    let bucket =
        Bucket { start: event::origin() - TimeDelta::days(100), end: event::origin() + TimeDelta::days(100), utc_offset_seconds: 0 };
    Frame { step: Step::Day1, buckets: vec![bucket] }
}

/// The rows before a time.
pub fn before(world: &World, until: DateTime<Utc>) -> Selection {
    let blocks = world.history.blocks().iter().enumerate().map(|(index, block)| {
        let until = until.timestamp_millis() - world.history.midnight(index);
        Rows::from(Mask::of(block.rows, |row| i64::from(block.times()[row]) < until))
    });
    Selection(blocks.collect())
}

/// The rows from a time on.
pub fn since(world: &World, from: DateTime<Utc>) -> Selection {
    Selection(before(world, from).0.into_iter().map(Rows::others).collect())
}
