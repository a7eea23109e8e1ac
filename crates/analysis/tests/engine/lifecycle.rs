//! Lifecycle against looking at every person and period.

use analysis::history::{Cancel, Spread};
use analysis::lifecycle::{Stages, count};
use proptest::prelude::*;

use crate::world::{self, Want, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn stages_are_what_looking_at_everybody_gives(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 4);
        let (want, frame) = (Want::random(&mut rng), world::frame(&mut rng));
        prop_assume!(frame.buckets.len() > 1);
        let periods = frame.buckets.len() - 1;
        // What happens after the frame is no part of the history.
        let events = |world: &World| world.people(&want).into_values().map(|events| {
            events.into_iter().filter(|event| event.ts < frame.end()).map(|event| event.ts).collect::<Vec<_>>()
        }).collect::<Vec<_>>();
        let mut expected = vec![Stages::default(); periods];
        for times in events(&world) {
            for (period, stages) in expected.iter_mut().enumerate() {
                let seen = |bucket: usize| times.iter().any(|ts| frame.index_of(*ts) == Some(bucket));
                let ever = times.iter().any(|ts| *ts < frame.buckets[period].start);
                let (last, now) = (seen(period), seen(period + 1));
                stages.returning += u64::from(now && last);
                stages.resurrected += u64::from(now && !last && ever);
                stages.new += u64::from(now && !last && !ever);
                stages.dormant += u64::from(!now && last);
            }
        }
        let (rows, spread) = (want.select(&world), Spread::over(&world.history, &frame));
        let after = world::before(&world, frame.end());
        let found = count(&world.history, &rows.and(after), &spread, periods, &Cancel::default());
        prop_assert_eq!(found.expect("nobody cancels"), expected);
    }
}
