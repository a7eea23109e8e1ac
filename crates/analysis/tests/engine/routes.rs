//! Routes: views, people, where sessions begin and end, dwell.

use std::collections::{BTreeMap, BTreeSet};

use analysis::history::Cancel;
use analysis::keys::{Dimension, Keys};
use analysis::routes::{RouteStats, count};
use analysis::segment::Attribute;
use analysis::sessions::Stretches;
use proptest::prelude::*;

use crate::event::Event;
use crate::world::{Want, World};

fn route(event: &Event) -> Option<String> {
    event.text(Attribute::Route).map(str::to_owned)
}

fn reference(world: &World, within: &Want, want: &Want) -> BTreeMap<Option<String>, RouteStats> {
    let mut routes = BTreeMap::<Option<String>, RouteStats>::new();
    let mut people = BTreeSet::new();
    for event in world.events.iter().filter(|event| event.name() == "$pageview" && within.holds(event) && want.holds(event)) {
        let stats = routes.entry(route(event)).or_default();
        stats.views += event.weight;
        if let Some(person) = world.person(event)
            && people.insert((route(event), person))
        {
            stats.people += 1;
        }
    }
    for (_, session) in world.sessions(within) {
        let views: Vec<usize> = (0..session.len()).filter(|place| session[*place].name() == "$pageview").collect();
        for (nth, place) in views.iter().enumerate() {
            let view = session[*place];
            if !want.holds(view) {
                continue;
            }
            let stats = routes.entry(route(view)).or_default();
            stats.entries += u64::from(nth == 0);
            stats.exits += u64::from(nth + 1 == views.len());
            let next = views.get(nth + 1).copied().unwrap_or(session.len() - 1);
            let leaves: Vec<f64> = session[*place..=next]
                .iter()
                .filter(|event| event.name() == "$pageleave")
                .filter_map(|event| event.props.get("visible_ms")?.as_f64())
                .collect();
            let waited = session[next].ts.timestamp_millis() - view.ts.timestamp_millis();
            if !leaves.is_empty() {
                stats.dwells_ms.push(leaves.iter().sum::<f64>() as i64);
            } else if waited > 0 {
                stats.dwells_ms.push(waited.min(30 * 60_000));
            }
        }
    }
    routes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn routes_are_what_reading_every_session_gives(seed: u64, size in 1_usize..250) {
        let (world, mut rng) = World::random(seed, size, 2);
        let (within, want) = (Want { humans: rng.bool(), ..Want::default() }, Want { name: None, ..Want::random(&mut rng) });
        let keys = Keys::of(&world.history, &Dimension::Text(Attribute::Route));
        let (rows, chosen) = (within.select(&world), want.select(&world).and(within.select(&world)));
        let found = count(&world.history, (&rows, &Stretches::of_all(&world.history, &rows)), &chosen, &keys, &Cancel::default()).expect("nobody cancels");
        let sorted = |stats: &RouteStats| {
            let mut stats = stats.clone();
            stats.dwells_ms.sort_unstable();
            stats
        };
        let found: BTreeMap<Option<String>, RouteStats> = found
            .iter()
            .enumerate()
            .filter(|(_, stats)| stats.views > 0.0)
            .map(|(key, stats)| (keys.value(key as u32).map(str::to_owned), sorted(stats)))
            .collect();
        let expected = reference(&world, &within, &want).iter().map(|(route, stats)| (route.clone(), sorted(stats))).collect();
        prop_assert_eq!(found, expected);
    }
}
