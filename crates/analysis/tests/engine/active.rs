//! Active people against looking at every window.

use std::collections::BTreeSet;

use analysis::active::{DAYS_BEFORE, WINDOWS, count};
use analysis::calendar::{Bucket, Frame};
use analysis::history::{Cancel, Spread};
use chrono::TimeDelta;
use proptest::prelude::*;
use protocol::range::Step;

use crate::event;
use crate::world::{Want, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn windows_hold_whom_looking_at_every_day_finds(seed: u64, size in 1_usize..150, days in 1_usize..9) {
        let (world, mut rng) = World::random(seed, size, 45);
        let want = Want::random(&mut rng);
        // Days of another zone, so that segments are cut.
        let start = event::origin() + TimeDelta::minutes(15 * rng.i64(-8..8));
        let bucket = |day: usize| {
            let start = start + TimeDelta::days(day as i64);
            Bucket { start, end: start + TimeDelta::days(1), utc_offset_seconds: 0 }
        };
        let frame = Frame { step: Step::Day1, buckets: (0..DAYS_BEFORE + days).map(bucket).collect() };
        let rows = want.select(&world);
        let found = count(&world.history, &rows, &Spread::over(&world.history, &frame), days, &Cancel::default()).expect("nobody cancels");
        prop_assert_eq!(found.len(), days);
        for (day, active) in found.into_iter().enumerate() {
            let end = frame.buckets[DAYS_BEFORE + day].end;
            let expected = WINDOWS.map(|window| {
                let from = frame.buckets[DAYS_BEFORE + day + 1 - window].start;
                let in_window = world.events.iter().filter(|event| want.holds(event) && (from..end).contains(&event.ts));
                in_window.filter_map(|event| world.person(event)).collect::<BTreeSet<u32>>().len() as u64
            });
            prop_assert_eq!(active, expected);
        }
    }
}
