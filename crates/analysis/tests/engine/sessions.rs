//! Sessions, their lengths and bounces.

use analysis::history::{Cancel, Spread};
use analysis::sessions::{SessionCounts, SessionStats, count};
use proptest::prelude::*;

use crate::world::{self, Want, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sessions_are_what_grouping_gives(seed: u64, size in 1_usize..250) {
        let (world, mut rng) = World::random(seed, size, 2);
        let (within, want, frame) = (Want { humans: rng.bool(), ..Want::default() }, Want::random(&mut rng), world::frame(&mut rng));
        let mut expected = SessionStats {
            buckets: vec![SessionCounts::default(); frame.buckets.len()],
            total: SessionCounts::default(),
            median_duration_ms: None,
        };
        let mut durations = Vec::new();
        for (_, events) in world.sessions(&within) {
            let (first, last) = (events[0], events[events.len() - 1]);
            let Some(bucket) = frame.index_of(first.ts).filter(|_| events.iter().any(|event| want.holds(event))) else { continue };
            let views = events.iter().filter(|event| event.name() == "$pageview").count() as u64;
            let others = events.iter().any(|event| !matches!(event.name(), "$pageview" | "$pageleave"));
            let duration_ms = last.ts.timestamp_millis() - first.ts.timestamp_millis();
            durations.push(duration_ms);
            for counts in [&mut expected.buckets[bucket], &mut expected.total] {
                counts.sessions += 1;
                counts.bounced += u64::from(views <= 1 && !others);
                counts.page_views += views;
                counts.duration_ms += duration_ms;
            }
        }
        durations.sort_unstable();
        expected.median_duration_ms = durations.get(durations.len().saturating_sub(1) / 2).copied();
        let spread = Spread::over(&world.history, &frame);
        let (within, chosen) = (within.select(&world), want.select(&world));
        let found = count(&world.history, &within, &chosen, &spread, frame.buckets.len(), &Cancel::default());
        prop_assert_eq!(found.expect("nobody cancels"), expected);
    }
}
