//! The list of people against looking at everybody.

use std::collections::BTreeSet;

use analysis::history::{Cancel, OUT, Spread};
use analysis::visitors::{By, Visitor, list, page};
use proptest::prelude::*;
use roaring::RoaringBitmap;

use crate::world::{self, Want, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn everybody_is_told_with_events_days_and_the_last_time(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 4);
        let (want, frame) = (Want::random(&mut rng), world::frame(&mut rng));
        let only: Option<RoaringBitmap> = rng.bool().then(|| world.people(&Want::default()).into_keys().filter(|_| rng.bool()).collect());
        let mut expected = Vec::new();
        for (person, events) in world.people(&want) {
            let events: Vec<_> = events.into_iter().filter(|event| frame.index_of(event.ts).is_some()).collect();
            if events.is_empty() || only.as_ref().is_some_and(|only| !only.contains(person)) {
                continue;
            }
            let times: BTreeSet<i64> = events.iter().map(|event| event.ts.timestamp_millis()).collect();
            let days: BTreeSet<_> = events.iter().map(|event| event.ts.date_naive()).collect();
            let weight: f64 = events.iter().map(|event| event.weight).sum();
            expected.push((person, weight, days.len() as u32, *times.last().unwrap()));
        }
        let first = frame.start().date_naive();
        let spread = Spread::by(&world.history, |quarter| match frame.index_of(quarter) {
            Some(_) => (quarter.date_naive() - first).num_days() as u16,
            None => OUT,
        });
        let all = list(&world.history, &want.select(&world), &spread, only.as_ref(), &Cancel::default()).expect("nobody cancels");
        for visitor in &all {
            let block = visitor.last.block as usize;
            let time = world.history.midnight(block) + i64::from(world.history.times(block)[visitor.last.row as usize]);
            prop_assert_eq!(time, visitor.last.ts_ms);
        }
        let told = |visitor: &Visitor| (visitor.person, visitor.events, visitor.days, visitor.last.ts_ms);
        let mut found: Vec<_> = all.iter().map(told).collect();
        found.sort_by_key(|(person, ..)| *person);
        prop_assert_eq!(&found, &expected);

        // Pages, one after the other, are everybody in order.
        for by in [By::LastSeen, By::Events, By::Days] {
            let size = rng.usize(1..10);
            let pages: Vec<_> = (0..=expected.len() / size).flat_map(|n| page(all.clone(), by, n * size, size)).map(|one| told(&one)).collect();
            let mut sorted = expected.clone();
            sorted.sort_by(|a, b| {
                let measure = match by {
                    By::LastSeen => b.3.cmp(&a.3),
                    By::Events => b.1.total_cmp(&a.1),
                    By::Days => b.2.cmp(&a.2),
                };
                measure.then(b.3.cmp(&a.3)).then(a.0.cmp(&b.0))
            });
            prop_assert_eq!(pages, sorted);
        }
    }
}
