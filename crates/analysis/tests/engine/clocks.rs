//! Counting on clocks that differ from row to row, and when values were seen last.

use std::collections::{BTreeMap, BTreeSet};

use analysis::clocks::{self, Clocks};
use analysis::history::{Cancel, OUT, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::last_times::last_times;
use analysis::segment::Attribute;
use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use proptest::prelude::*;

use crate::trend::value;
use crate::world::{self, Want, World};

const HOURS: usize = 24;

/// The hour of the day on a clock that is so many quarters ahead.
fn hour(at: DateTime<Utc>, quarters_ahead: usize) -> usize {
    (at + TimeDelta::minutes(15 * quarters_ahead as i64)).hour() as usize
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_row_is_counted_on_the_clock_of_its_value(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 4);
        let (want, frame) = (Want::random(&mut rng), world::frame(&mut rng));
        let by = Dimension::Text(Attribute::Country);
        let keys = Keys::of(&world.history, &by);
        let ahead: Vec<usize> = (0..3).map(|_| rng.usize(..96)).collect();
        let of_key: Vec<usize> = (0..keys.len()).map(|_| rng.usize(..ahead.len())).collect();
        let clock = |ahead: &usize| Spread::by(&world.history, |at| frame.index_of(at).map_or(OUT, |_| hour(at, *ahead) as u16));
        let clocks = Clocks { spreads: ahead.iter().map(clock).collect(), of_key: of_key.clone() };
        let found = clocks::count(&world.history, &want.select(&world), &keys, &clocks, HOURS, &Cancel::default()).expect("nobody cancels");

        let mut expected = vec![(0.0, BTreeSet::new(), 0); HOURS];
        for event in world.events.iter().filter(|event| want.holds(event) && frame.index_of(event.ts).is_some()) {
            let key = value(event, &by).map_or(0, |value| keys.find(&value).expect("a value of the history"));
            let (events, people, n) = &mut expected[hour(event.ts, ahead[of_key[key as usize]])];
            *events += event.weight;
            people.extend(world.person(event));
            *n += 1;
        }
        for (cell, (events, people, n)) in found.iter().zip(expected) {
            prop_assert!((cell.events - events).abs() < 1e-6);
            prop_assert_eq!((cell.people, cell.n), (people.len() as u64, n));
        }
    }

    #[test]
    fn the_last_time_of_a_value_is_that_of_its_last_event(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 4);
        let want = Want::random(&mut rng);
        let by = Dimension::Prop("plan".into());
        let keys = Keys::of(&world.history, &by);
        let found = last_times(&world.history, &want.select(&world), &keys, &Cancel::default()).expect("nobody cancels");
        let mut expected = BTreeMap::<Option<String>, i64>::new();
        for event in world.events.iter().filter(|event| want.holds(event)) {
            let last = expected.entry(value(event, &by)).or_insert(i64::MIN);
            *last = event.ts.timestamp_millis().max(*last);
        }
        let told = (0..keys.len() as u32).filter_map(|key| Some((keys.value(key).map(str::to_owned), found[key as usize]?)));
        prop_assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);
    }
}
