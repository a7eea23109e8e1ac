//! Events and people over time and by value.

use std::collections::{BTreeMap, BTreeSet};

use analysis::history::{Cancel, Spread};
use analysis::keys::{Dimension, Keys, number_text};
use analysis::segment::Attribute;
use analysis::trend::{By, Cell, Key, Ranked, break_down};
use fastrand::Rng;
use proptest::prelude::*;

use crate::event::Event;
use crate::world::{self, Want, World};

/// The value of an event, as text.
pub fn value(event: &Event, dimension: &Dimension) -> Option<String> {
    match dimension {
        Dimension::Text(attribute) => event.text(*attribute).map(str::to_owned),
        Dimension::Prop(name) => match event.props.get(name.as_ref())? {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => number.as_f64().map(number_text),
            other => Some(other.to_string()),
        },
    }
}

fn cell<'a>(world: &World, events: impl Iterator<Item = &'a Event>) -> Cell {
    let mut people = BTreeSet::new();
    let mut cell = Cell::default();
    for event in events {
        cell.n += 1;
        cell.events += event.weight;
        people.extend(world.person(event));
    }
    cell.people = people.len() as u64;
    cell
}

fn dimension(rng: &mut Rng) -> Dimension {
    match rng.u8(..5) {
        0 => Dimension::Text(Attribute::Route),
        1 => Dimension::Text(Attribute::Country),
        2 => Dimension::Text(Attribute::Name),
        3 => Dimension::Prop("price".into()),
        _ => Dimension::Prop("plan".into()),
    }
}

/// The plain way: group, sort, count.
fn reference(world: &World, want: &Want, frame: &analysis::calendar::Frame, dimension: &Dimension, top: usize, by: By) -> Vec<Ranked> {
    let events: Vec<&Event> = world.events.iter().filter(|event| want.holds(event) && frame.index_of(event.ts).is_some()).collect();
    let mut groups = BTreeMap::<Option<String>, Vec<&Event>>::new();
    for event in events {
        groups.entry(value(event, dimension)).or_default().push(event);
    }
    let mut groups: Vec<(Option<String>, Vec<&Event>)> = groups.into_iter().collect();
    let measure = |events: &[&Event]| {
        let cell = cell(world, events.iter().copied());
        if by == By::Events { cell.events } else { cell.people as f64 }
    };
    groups.sort_by(|a, b| measure(&b.1).total_cmp(&measure(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let others: Vec<&Event> = groups.iter().skip(top).flat_map(|group| group.1.clone()).collect();
    let beyond = groups.len() > top;
    groups.truncate(top);
    let mut keyed: Vec<(Key, Vec<&Event>)> =
        groups.into_iter().map(|(value, events)| (value.map_or(Key::Absent, |value| Key::Value(value.into())), events)).collect();
    if beyond {
        keyed.push((Key::Other, others));
    }
    let series = |events: &[&Event]| analysis::trend::Series {
        buckets: (0..frame.buckets.len())
            .map(|bucket| cell(world, events.iter().copied().filter(|event| frame.index_of(event.ts) == Some(bucket))))
            .collect(),
        total: cell(world, events.iter().copied()),
    };
    keyed.into_iter().map(|(key, events)| Ranked { key, series: series(&events) }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_breakdown_is_what_grouping_gives(seed: u64, count in 1_usize..250, top in 1_usize..6) {
        let (world, mut rng) = World::random(seed, count, 3);
        let (want, frame, dimension) = (Want::random(&mut rng), world::frame(&mut rng), dimension(&mut rng));
        let by = if rng.bool() { By::Events } else { By::People };
        let keys = Keys::of(&world.history, &dimension);
        let spread = Spread::over(&world.history, &frame);
        let rows = want.select(&world);
        let found = break_down(&world.history, &rows, &spread, frame.buckets.len(), &keys, (top, by), &Cancel::default());
        prop_assert_eq!(found.expect("nobody cancels"), reference(&world, &want, &frame, &dimension, top, by));
    }

    #[test]
    fn what_is_not_broken_down_is_one_series(seed: u64, count in 1_usize..250) {
        let (world, mut rng) = World::random(seed, count, 3);
        let (want, frame) = (Want::random(&mut rng), world::frame(&mut rng));
        let spread = Spread::over(&world.history, &frame);
        let keys = Keys::none(&world.history);
        let rows = want.select(&world);
        let series = analysis::trend::count(&world.history, &rows, &spread, frame.buckets.len(), &keys, &Cancel::default()).expect("nobody cancels");
        let events = || world.events.iter().filter(|event| want.holds(event));
        for (bucket, counted) in series[0].buckets.iter().enumerate() {
            prop_assert_eq!(*counted, cell(&world, events().filter(|event| frame.index_of(event.ts) == Some(bucket))));
        }
        prop_assert_eq!(series[0].total, cell(&world, events().filter(|event| frame.index_of(event.ts).is_some())));
    }

    #[test]
    fn pairs_of_dimensions_are_the_pairs_of_their_values(seed: u64, count in 1_usize..150) {
        let (world, _) = World::random(seed, count, 2);
        let (a, b) = (Dimension::Text(Attribute::Country), Dimension::Prop("price".into()));
        let join = |a: Option<&str>, b: Option<&str>| format!("{} {}", a.unwrap_or("-"), b.unwrap_or("-"));
        let (first, second) = (Keys::of(&world.history, &a), Keys::of(&world.history, &b));
        let keys = Keys::pairs(&world.history, &first, &second, join);
        let mut found = BTreeMap::<String, usize>::new();
        for (index, block) in world.history.blocks().iter().enumerate() {
            let reader = keys.reader(&world.history, index);
            for row in 0..block.rows {
                *found.entry(keys.value(reader.at(row)).expect("every pair has a text").to_owned()).or_default() += 1;
            }
        }
        let mut expected = BTreeMap::<String, usize>::new();
        for event in &world.events {
            *expected.entry(join(value(event, &a).as_deref(), value(event, &b).as_deref())).or_default() += 1;
        }
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_cancelled_count_ends() {
    let (world, mut rng) = World::random(1, 50, 1);
    let cancel = Cancel::default();
    cancel.cancel();
    let spread = Spread::over(&world.history, &world::frame(&mut rng));
    let rows = Want::default().select(&world);
    assert!(analysis::trend::count(&world.history, &rows, &spread, 1, &Keys::none(&world.history), &cancel).is_err());
}
