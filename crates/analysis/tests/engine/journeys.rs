//! Journeys against reading every path.

use std::collections::BTreeMap;

use analysis::funnel::Unit;
use analysis::history::Cancel;
use analysis::journeys::{Direction, Journeys, Rule, count};
use analysis::keys::{Dimension, Keys};
use analysis::segment::Attribute;
use analysis::trend::Key;
use proptest::prelude::*;

use crate::event::Event;
use crate::world::{Want, World};

type Path = Vec<Option<String>>;

fn paths(world: &World, within: &Want, chosen: &Want, start: &Want, rule: Rule) -> Vec<Path> {
    let units: Vec<Vec<&Event>> = match rule.unit {
        Unit::People => world.people(within).into_values().collect(),
        Unit::Sessions => world.sessions(within).into_iter().map(|(_, events)| events).collect(),
    };
    let mut paths = Vec::new();
    for mut events in units {
        if rule.direction == Direction::Before {
            events.reverse();
        }
        let Some(first) = events.iter().position(|event| start.holds(event)) else { continue };
        let began = events[first].ts;
        let mut path: Path = vec![events[first].text(Attribute::Name).map(str::to_owned)];
        for event in &events[first + 1..] {
            let away = (event.ts.timestamp_millis() - began.timestamp_millis()).abs();
            let name = event.text(Attribute::Name).map(str::to_owned);
            if away > rule.window_ms || path.len() == rule.steps {
                break;
            }
            if chosen.holds(event) && !(rule.collapse && path.last() == Some(&name)) {
                path.push(name);
            }
        }
        paths.push(path);
    }
    paths
}

/// What the drawing says, by text: how many are at each value of each step, and how many go from value to value.
type Drawn = (BTreeMap<(usize, String), u64>, BTreeMap<(usize, String, String), u64>, BTreeMap<(usize, String), u64>);

fn word(key: &Key) -> String {
    match key {
        Key::Value(value) => value.to_string(),
        Key::Absent => "(none)".to_owned(),
        Key::Other => "(other)".to_owned(),
    }
}

fn drawn(journeys: &Journeys) -> Drawn {
    let (mut nodes, mut links, mut ended) = Drawn::default();
    for (step, drawn) in journeys.steps.iter().enumerate() {
        for node in &drawn.nodes {
            nodes.insert((step, word(&node.key)), node.journeys);
            ended.insert((step, word(&node.key)), node.ended);
        }
        for link in &drawn.links {
            let from = word(&journeys.steps[step - 1].nodes[link.from].key);
            links.insert((step, from, word(&drawn.nodes[link.to].key)), link.journeys);
        }
    }
    (nodes, links, ended)
}

fn reference(paths: &[Path], rule: Rule) -> Drawn {
    let (mut nodes, mut links, mut ended) = Drawn::default();
    let shown = |step: usize| -> Vec<Option<String>> {
        let mut counts = BTreeMap::<Option<String>, u64>::new();
        paths.iter().filter_map(|path| path.get(step)).for_each(|key| *counts.entry(key.clone()).or_default() += 1);
        let mut ranked: Vec<_> = counts.into_iter().collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        ranked.truncate(rule.top);
        ranked.into_iter().map(|(key, _)| key).collect()
    };
    for step in 0..rule.steps {
        let label = |step: usize, key: &Option<String>| match key {
            _ if !shown(step).contains(key) => "(other)".to_owned(),
            Some(key) => key.clone(),
            None => "(none)".to_owned(),
        };
        for path in paths {
            let Some(key) = path.get(step) else { continue };
            *nodes.entry((step, label(step, key))).or_default() += 1;
            *ended.entry((step, label(step, key))).or_default() += u64::from(path.len() == step + 1 && path.len() < rule.steps);
            if step > 0 {
                *links.entry((step, label(step - 1, &path[step - 1]), label(step, key))).or_default() += 1;
            }
        }
    }
    (nodes, links, ended)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn journeys_are_what_reading_every_path_gives(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 2);
        let within = Want { humans: rng.bool(), ..Want::default() };
        let (chosen, start) = (Want { name: None, ..Want::random(&mut rng) }, Want::random(&mut rng));
        let rule = Rule {
            direction: if rng.bool() { Direction::After } else { Direction::Before },
            unit: if rng.bool() { Unit::People } else { Unit::Sessions },
            window_ms: [30, 600][rng.usize(..2)] * 60_000,
            steps: rng.usize(1..6),
            collapse: rng.bool(),
            top: rng.usize(1..5),
        };
        let keys = Keys::of(&world.history, &Dimension::Text(Attribute::Name));
        let (rows, chosen_rows, starts) = (within.select(&world), chosen.select(&world), start.select(&world));
        let found = count(&world.history, &rows, &chosen_rows, &starts, &keys, rule, &Cancel::default()).expect("nobody cancels");
        let paths = paths(&world, &within, &chosen, &start, rule);
        prop_assert_eq!(found.total, paths.len() as u64);
        prop_assert_eq!(drawn(&found), reference(&paths, rule));
    }
}
