//! Quarter cells against a plain recount.

use std::collections::{BTreeMap, BTreeSet};

use analysis::quarter::{self, CountedEvent, QuarterCell, Slice};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use roaring::RoaringBitmap;

const NAMES: [&str; 3] = ["$pageview", "cart.add", "search"];
const ROUTES: [&str; 3] = ["/", "/cart", "/orders/:id"];
const ENVIRONMENTS: [&str; 2] = ["prod", "dev"];

fn event() -> impl Strategy<Value = CountedEvent<'static>> {
    let places = (0..10_000_i64, 0..3_usize, prop::option::of(0..3_usize), 0..2_usize);
    (places, any::<bool>(), 1..4_u8, prop::option::of(0..40_u32)).prop_map(|((second, name, route, environment), is_bot, weight, actor)| {
        CountedEvent {
            ts: DateTime::from_timestamp(1_770_000_000 + second, 0).expect("a time"),
            name: NAMES[name],
            route: route.map(|route| ROUTES[route]),
            environment: ENVIRONMENTS[environment],
            is_bot,
            weight: f64::from(weight),
            actor,
        }
    })
}

fn start_of(ts: DateTime<Utc>) -> i64 {
    ts.timestamp() / 900 * 900
}

fn matches(slice: Slice<'_>, event: &CountedEvent<'_>) -> bool {
    match slice {
        Slice::All => true,
        Slice::Name(name) => event.name == name,
        Slice::Route(route) => event.route == Some(route),
    }
}

proptest! {
    #[test]
    fn every_cell_equals_a_plain_recount_and_none_is_missing(events in prop::collection::vec(event(), 0..150)) {
        let cells = quarter::fold(events.iter().copied());
        for (key, cell) in &cells {
            let of_cell = || events.iter().filter(|event| {
                start_of(event.ts) == key.bucket.timestamp()
                    && event.environment == key.environment
                    && event.is_bot == key.is_bot
                    && matches(key.slice, event)
            });
            let people: BTreeSet<u32> = of_cell().filter_map(|event| event.actor).collect();
            prop_assert_eq!(cell.n, of_cell().count() as i64);
            prop_assert_eq!(cell.weight, of_cell().map(|event| event.weight).sum::<f64>());
            prop_assert_eq!(cell.actors.iter().collect::<BTreeSet<_>>(), people);
        }
        let counted: i64 = cells.values().map(|cell| cell.n).sum();
        let expected: usize = events.iter().map(|event| 2 + usize::from(event.route.is_some())).sum();
        prop_assert_eq!(counted, expected as i64);
    }

    #[test]
    fn counting_in_two_parts_and_merging_is_counting_at_once(events in prop::collection::vec(event(), 0..150), cut in 0..150_usize) {
        let cut = cut.min(events.len());
        let mut parts: BTreeMap<_, QuarterCell> = quarter::fold(events[..cut].iter().copied());
        for (key, cell) in quarter::fold(events[cut..].iter().copied()) {
            parts.entry(key).or_default().merge(&cell);
        }
        prop_assert_eq!(parts, quarter::fold(events.iter().copied()));
    }

    #[test]
    fn stored_bitmaps_read_back_and_unite(a in prop::collection::btree_set(any::<u32>(), 0..300), b in prop::collection::btree_set(0..500_u32, 0..300)) {
        let bytes = [&a, &b].map(|actors| quarter::encode(&actors.iter().copied().collect::<RoaringBitmap>()));
        prop_assert_eq!(quarter::decode(&bytes[0]).expect("its own bytes").iter().collect::<BTreeSet<u32>>(), a.clone());
        let all = quarter::union(bytes.iter().map(Vec::as_slice)).expect("its own bytes");
        prop_assert_eq!(all.iter().collect::<BTreeSet<u32>>(), a.union(&b).copied().collect::<BTreeSet<u32>>());
    }

    #[test]
    fn damaged_bitmaps_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        // Whatever the bytes are, reading them ends with an answer or an error.
        if let Ok(actors) = quarter::decode(&bytes) {
            prop_assert!(quarter::decode(&quarter::encode(&actors)).is_ok());
        }
    }
}

#[test]
fn a_quarter_begins_at_0_15_30_or_45_minutes_also_before_1970() {
    for (ts, start) in [
        ("2026-05-14T12:14:59.999Z", "2026-05-14T12:00:00Z"),
        ("2026-05-14T12:15:00Z", "2026-05-14T12:15:00Z"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:45:00Z"),
    ] {
        assert_eq!(quarter::bucket(ts.parse().expect("a time")), start.parse::<DateTime<Utc>>().expect("a time"), "{ts}");
    }
}
