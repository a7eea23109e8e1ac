//! Events and people over time and by value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::history::{Cancel, Spread};
use analysis::keys::{Dimension, Keys, number_text};
use analysis::persons::{End, Link, resolve};
use analysis::segment::Attribute;
use analysis::trend::{By, Cell, Digest, Key, Ranked, break_down, events, first, first_of, grouped, numbers};
use fastrand::Rng;
use proptest::prelude::*;

use crate::event::{self, Event};
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
    fn numbers_are_those_of_the_events(seed: u64, count in 1_usize..250, top in 1_usize..6) {
        let (world, mut rng) = World::random(seed, count, 3);
        let (want, frame, dimension) = (Want::random(&mut rng), world::frame(&mut rng), dimension(&mut rng));
        let (rows, spread) = (want.select(&world), Spread::over(&world.history, &frame));
        let keys = Keys::of(&world.history, &dimension);
        let shown = grouped(&world.history, &rows, &spread, &keys, (top, By::Events), &Cancel::default()).expect("nobody cancels");
        let found = numbers(&world.history, &rows, &spread, frame.buckets.len(), (&shown.keys, "price"), true, &Cancel::default()).expect("nobody cancels");
        let groups = reference(&world, &want, &frame, &dimension, top, By::Events);
        prop_assert_eq!(&shown.names, &groups.iter().map(|group| group.key.clone()).collect::<Vec<_>>());
        for (key, series) in shown.names.iter().zip(found) {
            let is_named = |event: &Event| shown.names.contains(&value(event, &dimension).map_or(Key::Absent, |value| Key::Value(value.into())));
            let is_of = |event: &&Event| match key {
                Key::Other => !is_named(event),
                key => *key == value(event, &dimension).map_or(Key::Absent, |value| Key::Value(value.into())),
            };
            let mut all: Vec<(Option<usize>, f64, f64)> = world.events.iter().filter(|event| want.holds(event)).filter(is_of)
                .filter_map(|event| Some((frame.index_of(event.ts), event.props.get("price")?.as_f64()?, event.weight)))
                .filter(|(bucket, ..)| bucket.is_some())
                .collect();
            all.sort_by(|a, b| a.1.total_cmp(&b.1));
            let of_buckets = series.buckets.into_iter().enumerate().map(|(bucket, numbers)| (Some(bucket), numbers));
            for (bucket, mut numbers) in of_buckets.chain([(None, series.total)]) {
                let values: Vec<(f64, f64)> = all.iter().filter(|(of, ..)| bucket.is_none() || *of == bucket).map(|(_, value, weight)| (*value, *weight)).collect();
                let sum: f64 = values.iter().map(|(value, weight)| value * weight).sum();
                let weight: f64 = values.iter().map(|(_, weight)| weight).sum();
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
                prop_assert!(close(numbers.sum(), sum));
                prop_assert_eq!(numbers.mean().is_some(), !values.is_empty());
                prop_assert!(numbers.mean().is_none_or(|mean| close(mean, sum / weight)));
                prop_assert_eq!((numbers.min(), numbers.max()), (values.first().map(|(value, _)| *value), values.last().map(|(value, _)| *value)));
                for part in [0.5, 0.95] {
                    // Every value as often as its weight says, in tenths; the one at the rank.
                    let each: Vec<f64> = values.iter().flat_map(|(value, weight)| std::iter::repeat_n(*value, (weight * 10.0).round() as usize)).collect();
                    let reached = each.iter().enumerate().find(|(place, _)| (*place + 1) as f64 / 10.0 >= weight * part);
                    prop_assert_eq!(numbers.quantile(part), reached.map(|(_, value)| *value));
                }
            }
        }
    }

    #[test]
    fn digests_say_what_a_walk_says(seed: u64, count in 1_usize..250, top in 1_usize..6) {
        let (world, mut rng) = World::random(seed, count, 3);
        let (rows, dimension) = (Want { humans: rng.bool(), ..Want::default() }.select(&world), dimension(&mut rng));
        let by = if rng.bool() { By::Events } else { By::People };
        let links = world.persons.iter().enumerate().filter(|(actor, person)| *actor as u32 != **person);
        let end = |actor: u32| End { actor, is_user: false };
        let links = links.map(|(actor, person)| Link { ts: event::origin(), id: actor as i64, from: end(actor as u32), to: end(*person) });
        let persons = resolve(&links.collect::<Vec<_>>());
        let digest = |(block, rows): (&Arc<_>, &_)| Digest::of(block, rows, &dimension).map(Arc::new);
        let digests: Vec<_> = world.history.blocks().iter().zip(&rows.0).map(digest).collect::<Option<_>>().expect("few values");
        let whole = world::everything();
        let walked = first(&world.history, &rows, &Spread::over(&world.history, &whole), &Keys::of(&world.history, &dimension), (top, by), &Cancel::default());
        prop_assert_eq!(first_of(&digests, &persons, (top, by)), walked.expect("nobody cancels"));
    }

    #[test]
    fn events_alone_are_those_of_the_series(seed: u64, count in 1_usize..250) {
        let (world, mut rng) = World::random(seed, count, 3);
        let (want, frame) = (Want::random(&mut rng), world::frame(&mut rng));
        let found = events(&world.history, &want.select(&world), &Spread::over(&world.history, &frame), frame.buckets.len(), &Cancel::default());
        let expected = |bucket| world.events.iter().filter(|event| want.holds(event) && frame.index_of(event.ts) == Some(bucket)).map(|event| event.weight).sum::<f64>();
        prop_assert_eq!(found.expect("nobody cancels"), (0..frame.buckets.len()).map(expected).collect::<Vec<_>>());
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
