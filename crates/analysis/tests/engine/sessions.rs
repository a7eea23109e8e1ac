//! Sessions, their lengths and bounces.

use analysis::history::{Cancel, Spread};
use analysis::sessions::{By, Listed, SessionCounts, SessionStats, Stretches, count, list};
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
        let within = within.select(&world);
        let (stretches, chosen) = (Stretches::of_all(&world.history, &within), want.select(&world).and(within));
        let found = count(&world.history, &stretches, &chosen, &spread, frame.buckets.len(), &Cancel::default());
        prop_assert_eq!(found.expect("nobody cancels"), expected);
    }

    #[test]
    fn listed_sessions_are_those_of_grouping_in_their_order(seed: u64, size in 1_usize..250) {
        let (world, mut rng) = World::random(seed, size, 2);
        let (within, want, frame) = (Want { humans: rng.bool(), ..Want::default() }, Want::random(&mut rng), world::frame(&mut rng));
        let mut expected = Vec::new();
        for (person, events) in world.sessions(&within) {
            let began = events[0].ts;
            if frame.index_of(began).is_none() || !events.iter().any(|event| want.holds(event)) {
                continue;
            }
            let views: Vec<_> = events.iter().filter(|event| event.name() == "$pageview").map(|event| event.ts.timestamp_millis()).collect();
            let others = events.iter().any(|event| !matches!(event.name(), "$pageview" | "$pageleave"));
            let last = events[events.len() - 1].ts.timestamp_millis();
            let began = began.timestamp_millis();
            expected.push((person, began, last, events.len() as u64, views.len() as u64, views.len() <= 1 && !others, views.first().copied(), views.last().copied()));
        }
        let spread = Spread::over(&world.history, &frame);
        let within = within.select(&world);
        let (stretches, chosen) = (Stretches::of_all(&world.history, &within), want.select(&world).and(within));
        for by in [By::Start, By::Duration, By::Events, By::Views] {
            let measure = |session: &(u32, i64, i64, u64, u64, bool, Option<i64>, Option<i64>)| match by {
                By::Start => session.1,
                By::Duration => session.2 - session.1,
                By::Events => session.3 as i64,
                By::Views => session.4 as i64,
            };
            let (mut found, take) = (Vec::new(), rng.usize(1..20));
            for page in 0..=expected.len() / take {
                let listed = list(&world.history, (&stretches, &chosen), &spread, by, (page * take, take), &Cancel::default()).expect("nobody cancels");
                prop_assert_eq!(listed.total, expected.len() as u64);
                prop_assert!(listed.sessions.len() <= take);
                found.extend(listed.sessions.into_iter().map(|Listed { person, session }| {
                    let (entry, exit) = (session.entry.map(|row| row.ts_ms), session.exit.map(|row| row.ts_ms));
                    (person, session.first.ts_ms, session.last.ts_ms, session.events, session.page_views, session.bounced(), entry, exit)
                }));
            }
            prop_assert!(found.is_sorted_by(|a, b| (measure(a), a.1) >= (measure(b), b.1)));
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(&found, &expected);
        }
    }
}
