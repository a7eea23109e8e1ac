//! Retention against looking at every person and period.

use std::collections::BTreeSet;

use analysis::history::{Cancel, Spread};
use analysis::retention::{Back, Cohort, Rule, Start, count};
use proptest::prelude::*;

use crate::world::{self, Want, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn retention_is_what_looking_at_everybody_gives(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 4);
        let (start, back, frame) = (Want::random(&mut rng), Want::random(&mut rng), world::frame(&mut rng));
        let rule = Rule {
            start: if rng.bool() { Start::First } else { Start::Every },
            back: if rng.bool() { Back::On } else { Back::OnOrAfter },
        };
        let periods = frame.buckets.len();
        let mut expected: Vec<Cohort> = (0..periods).map(|first| Cohort { people: 0, back: vec![0; periods - first] }).collect();
        for events in world.people(&Want::default()).values() {
            let period = |want: &Want| events.iter().filter(|event| want.holds(event)).filter_map(|event| Some((frame.index_of(event.ts)?, event.ts.timestamp_millis()))).collect::<Vec<_>>();
            let (starts, backs) = (period(&start), period(&back));
            let firsts: BTreeSet<usize> = starts.iter().map(|(period, _)| *period).collect();
            for first in firsts.iter().take(if rule.start == Start::First { 1 } else { usize::MAX }) {
                let began = starts.iter().filter(|(period, _)| period == first).map(|(_, ts)| *ts).min().expect("a start");
                let came = |after: usize| backs.iter().any(|(period, ts)| *period == first + after && (after > 0 || *ts >= began));
                expected[*first].people += 1;
                for after in 0..periods - first {
                    let is = match rule.back {
                        Back::On => came(after),
                        Back::OnOrAfter => (after..periods - first).any(came),
                    };
                    expected[*first].back[after] += u64::from(is);
                }
            }
        }
        let spread = Spread::over(&world.history, &frame);
        let (start, back) = (start.select(&world), back.select(&world));
        let found = count(&world.history, (&start, &back), &spread, periods, rule, &Cancel::default());
        prop_assert_eq!(found.expect("nobody cancels"), expected);
    }
}
