//! Two reports that show the same quantity show the same number. Each pair is a line of [`pairs`].

use analysis::calendar::Frame;
use analysis::funnel::{self, Entry, Order, Unit};
use analysis::history::{Cancel, Selection, Spread};
use analysis::journeys::{self, Direction};
use analysis::keys::{Dimension, Keys};
use analysis::quarter::{self, CountedEvent, Slice};
use analysis::retention::{self, Back, Start};
use analysis::segment::Attribute;
use analysis::trend::{self, By, Key, Series};
use analysis::{lifecycle, routes, sessions};
use proptest::prelude::*;

use crate::world::{self, Want, World};

const NAME: &str = "view";
const NEXT: &str = "add";

/// A range of a world, with the questions that pages ask about it.
struct Pages {
    world: World,
    frame: Frame,
    spread: Spread,
    /// What lies in the range.
    within: Selection,
}

impl Pages {
    fn rows(&self, want: &Want) -> Selection {
        want.select(&self.world).and(self.within.clone())
    }

    fn trend(&self, want: &Want) -> Series {
        let keys = Keys::none(&self.world.history);
        trend::count(&self.world.history, &self.rows(want), &self.spread, self.frame.buckets.len(), &keys, &Cancel::default())
            .expect("nobody cancels")
            .remove(0)
    }

    fn trend_by(&self, want: &Want, attribute: Attribute, value: &str) -> Option<Series> {
        let keys = Keys::of(&self.world.history, &Dimension::Text(attribute));
        let ranked = trend::break_down(
            &self.world.history,
            &self.rows(want),
            &self.spread,
            self.frame.buckets.len(),
            &keys,
            (100, By::Events),
            &Cancel::default(),
        );
        ranked.expect("nobody cancels").into_iter().find(|ranked| ranked.key == Key::Value(value.into())).map(|ranked| ranked.series)
    }

    fn funnel(&self, names: &[&'static str], order: Order, entry: Entry, unit: Unit) -> Vec<u64> {
        let steps: Vec<Selection> = names.iter().map(|name| self.rows(&Want::name(name))).collect();
        let keys = Keys::none(&self.world.history);
        let rule = funnel::Rule { order, entry, unit, window_ms: 3_600_000 };
        let counts = funnel::count(&self.world.history, &self.within, &steps, &keys, rule, &Cancel::default()).expect("nobody cancels");
        counts[0].iter().map(|step| step.reached).collect()
    }

    /// How many journeys begin with a name, and how many of them go on with another.
    fn journeys(&self, unit: Unit) -> (u64, u64) {
        let keys = Keys::of(&self.world.history, &Dimension::Text(Attribute::Name));
        let rule = journeys::Rule { direction: Direction::After, unit, window_ms: 3_600_000, steps: 2, collapse: false, top: 100 };
        let start = self.rows(&Want::name(NAME));
        let found = journeys::count(&self.world.history, &self.within, &self.within, &start, &keys, rule, &Cancel::default());
        let found = found.expect("nobody cancels");
        let next = found.steps.get(1).and_then(|step| step.nodes.iter().find(|node| node.key == Key::Value(NEXT.into())));
        (found.total, next.map_or(0, |node| node.journeys))
    }
}

/// The same quantity, as two pages show it.
fn pairs(pages: &Pages) -> Vec<(&'static str, Vec<f64>, Vec<f64>)> {
    let history = &pages.world.history;
    let named = Want::name(NAME);
    let trend = pages.trend(&named);
    let everybody = pages.trend(&Want::default());
    let buckets = pages.frame.buckets.len();
    let people = |series: &Series| series.buckets.iter().map(|cell| cell.people as f64).collect::<Vec<_>>();
    let one = |n: u64| vec![n as f64];

    let loose = pages.funnel(&[NAME, NEXT], Order::Loose, Entry::Every, Unit::People);
    let strict = pages.funnel(&[NAME, NEXT], Order::Strict, Entry::First, Unit::People);
    let strict_sessions = pages.funnel(&[NAME, NEXT], Order::Strict, Entry::First, Unit::Sessions);
    let (journeys, went_on) = pages.journeys(Unit::People);
    let (session_journeys, sessions_went_on) = pages.journeys(Unit::Sessions);

    let rows = pages.rows(&named);
    let rule = retention::Rule { start: Start::Every, back: Back::On };
    let cohorts = retention::count(history, (&rows, &rows), &pages.spread, buckets, rule, &Cancel::default()).expect("nobody cancels");
    let stages = lifecycle::count(history, &rows, &pages.spread, buckets - 1, &Cancel::default()).expect("nobody cancels");
    let active = stages.iter().map(|stages| (stages.new + stages.returning + stages.resurrected) as f64).collect();

    let stretches = sessions::Stretches::of_all(history, &pages.within);
    let sessions = sessions::count(history, &stretches, &rows, &pages.spread, buckets, &Cancel::default()).expect("nobody cancels");
    let keys = Keys::of(history, &Dimension::Text(Attribute::Route));
    let views = pages.rows(&Want::default());
    let by_route = routes::count(history, (&pages.within, &stretches), &views, &keys, &Cancel::default()).expect("nobody cancels");
    let cart = keys.find("/cart").map(|key| &by_route[key as usize]);
    let cart_trend = pages.trend_by(&Want::name("$pageview"), Attribute::Route, "/cart");
    let by_name = pages.trend_by(&Want::default(), Attribute::Name, NAME);

    vec![
        ("funnel step 1 = the event's people", one(loose[0]), one(trend.total.people)),
        ("any funnel's step 1 = any other's", one(strict[0]), one(loose[0])),
        ("journeys = the event's people", one(journeys), one(trend.total.people)),
        ("journeys that go on = the strict funnel", one(went_on), one(strict[1])),
        (
            "session journeys = the session funnel",
            vec![session_journeys as f64, sessions_went_on as f64],
            vec![strict_sessions[0] as f64, strict_sessions[1] as f64],
        ),
        ("session journeys = the event's sessions", one(session_journeys), one(sessions.total.sessions)),
        ("cohorts = the event's people by bucket", cohorts.iter().map(|cohort| cohort.people as f64).collect(), people(&trend)),
        ("everybody of a cohort comes back in its period", cohorts.iter().map(|cohort| cohort.back[0] as f64).collect(), people(&trend)),
        ("lifecycle = the event's people by bucket", active, people(&trend)[1..].to_vec()),
        (
            "a value of a breakdown = the filter for it",
            by_name.map_or(vec![0.0, 0.0], |series| vec![series.total.events, series.total.people as f64]),
            vec![trend.total.events, trend.total.people as f64],
        ),
        (
            "a route's views and people = the trend of its page views",
            cart.map_or(vec![0.0, 0.0], |stats| vec![stats.views, stats.people as f64]),
            cart_trend.map_or(vec![0.0, 0.0], |series| vec![series.total.events, series.total.people as f64]),
        ),
        ("the rollup = the trend", rolled_up(pages), vec![everybody.total.events, everybody.total.n as f64]),
        ("the rollup's people = the trend's", rolled_up_people(pages), one(everybody.total.people)),
    ]
}

/// The quarters that the worker would have written for the range.
fn quarters(pages: &Pages) -> impl Iterator<Item = quarter::QuarterCell> {
    let cells = quarter::fold(pages.world.events.iter().map(|event| CountedEvent {
        ts: event.ts,
        name: event.name(),
        route: event.text(Attribute::Route),
        environment: event.text(Attribute::Environment).unwrap_or_default(),
        is_bot: event.text(Attribute::Bot).is_some(),
        weight: event.weight,
        actor: event.actor,
    }));
    let frame = pages.frame.clone();
    cells
        .into_iter()
        .filter(move |(key, _)| key.slice == Slice::All && frame.index_of(key.bucket).is_some())
        .map(|(_, cell)| cell)
        .collect::<Vec<_>>()
        .into_iter()
}

fn rolled_up(pages: &Pages) -> Vec<f64> {
    let (weight, n) = quarters(pages).fold((0.0, 0), |(weight, n), cell| (weight + cell.weight, n + cell.n));
    vec![weight, n as f64]
}

fn rolled_up_people(pages: &Pages) -> Vec<f64> {
    let people: std::collections::BTreeSet<u32> =
        quarters(pages).flat_map(|cell| cell.actors).map(|actor| pages.world.persons[actor as usize]).collect();
    vec![people.len() as f64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn two_pages_show_the_same_number_for_the_same_quantity(seed: u64, size in 1_usize..250) {
        let (world, mut rng) = World::random(seed, size, 3);
        let frame = world::frame(&mut rng);
        let within = world::before(&world, frame.end()).and(world::since(&world, frame.start()));
        let spread = Spread::over(&world.history, &frame);
        let pages = Pages { spread, frame, within, world };
        for (what, one, other) in pairs(&pages) {
            prop_assert_eq!(one, other, "{}", what);
        }
    }
}
