//! Waterfalls against plain references on random spans: with missing parents, rings, repeated ids and clocks that are off.

use std::collections::{BTreeMap, BTreeSet};

use analysis::waterfall::{Placed, Row, Waterfall, waterfall};
use proptest::prelude::*;
use protocol::trace::SpanId;

const SERVICES: [&str; 3] = ["web", "api", "db"];

fn id(number: u8) -> SpanId {
    SpanId([1, 0, 0, 0, 0, 0, 0, number])
}

fn span(number: u8, parent: Option<u8>, start: i64, duration: i64, service: &'static str) -> Placed<'static> {
    Placed { id: id(number), parent: parent.map(id), start, duration, service: Some(service) }
}

fn any_span() -> impl Strategy<Value = Placed<'static>> {
    (0..14_u8, prop::option::weighted(0.8, 0..16_u8), 0..60_i64, 0..40_i64, prop::option::of(0..3_usize)).prop_map(
        |(number, parent, start, duration, service)| Placed {
            id: id(number),
            parent: parent.map(id),
            start,
            duration,
            service: service.map(|service| SERVICES[service]),
        },
    )
}

fn time(spans: &[Placed<'_>], row: &Row) -> (i64, i64) {
    (row.start, row.start + spans[row.span].duration)
}

/// The row that each row is shown below.
fn parents(rows: &[Row]) -> Vec<Option<usize>> {
    (0..rows.len()).map(|place| (0..place).rev().find(|before| rows[*before].depth < rows[place].depth)).collect()
}

fn of(found: &Waterfall, number: u8, spans: &[Placed<'_>]) -> Row {
    found.rows.iter().find(|row| spans[row.span].id == id(number)).expect("a row").clone()
}

proptest! {
    #[test]
    fn every_id_has_one_row_below_its_parent_or_says_why_not(spans in prop::collection::vec(any_span(), 0..16)) {
        let found = waterfall(&spans);
        let ids: BTreeSet<[u8; 8]> = spans.iter().map(|span| span.id.0).collect();
        prop_assert_eq!(found.rows.len(), ids.len());
        prop_assert_eq!(found.duplicates, spans.len() - ids.len());
        let shown: BTreeSet<[u8; 8]> = found.rows.iter().map(|row| spans[row.span].id.0).collect();
        prop_assert_eq!(&shown, &ids);
        prop_assert_eq!(found.rootless, !spans.is_empty() && found.rows.iter().all(|row| spans[row.span].parent.is_some()));
        let parents = parents(&found.rows);
        for (row, parent) in found.rows.iter().zip(&parents) {
            let named = spans[row.span].parent;
            match parent {
                Some(parent) if !row.orphan => prop_assert_eq!(named, Some(spans[found.rows[*parent].span].id)),
                Some(parent) => prop_assert_eq!((found.rows[*parent].depth, spans[found.rows[*parent].span].parent), (0, None)),
                None => prop_assert!(row.depth == 0 && (row.orphan || named.is_none())),
            }
        }
        for (place, row) in found.rows.iter().enumerate() {
            let below = found.rows[place + 1..].iter().take_while(|below| below.depth > row.depth).count();
            prop_assert_eq!(row.descendants, below);
        }
    }

    #[test]
    fn self_times_agree_with_counting_every_moment(spans in prop::collection::vec(any_span(), 0..16)) {
        let found = waterfall(&spans);
        let parents = parents(&found.rows);
        for (place, row) in found.rows.iter().enumerate() {
            let (from, until) = time(&spans, row);
            let children: Vec<(i64, i64)> = (0..found.rows.len())
                .filter(|child| parents[*child] == Some(place))
                .map(|child| time(&spans, &found.rows[child]))
                .collect();
            let alone = (from..until).filter(|at| !children.iter().any(|(start, end)| start <= at && at < end)).count();
            prop_assert_eq!(row.self_time, alone as i64);
        }
    }

    #[test]
    fn the_critical_path_covers_the_longest_top_span_once(spans in prop::collection::vec(any_span(), 1..16)) {
        let found = waterfall(&spans);
        let mut covered = BTreeMap::<i64, usize>::new();
        for row in &found.rows {
            let (from, until) = time(&spans, row);
            for (start, end) in &row.critical {
                prop_assert!(from <= *start && start < end && *end <= until, "a part lies in its span");
                (*start..*end).for_each(|at| *covered.entry(at).or_default() += 1);
            }
        }
        prop_assert!(covered.values().all(|times| *times == 1));
        let longest = found.rows.iter().filter(|row| row.depth == 0).map(|row| spans[row.span].duration).max().unwrap_or_default();
        prop_assert_eq!(covered.len() as i64, longest);
        if let (Some((first, _)), Some((last, _))) = (covered.first_key_value(), covered.last_key_value()) {
            prop_assert_eq!(last - first + 1, longest, "without a gap");
        }
    }

    #[test]
    fn no_service_begins_before_the_one_that_called_it(spans in prop::collection::vec(any_span(), 0..16)) {
        let found = waterfall(&spans);
        let parents = parents(&found.rows);
        for (row, parent) in found.rows.iter().zip(&parents) {
            let Some(parent) = parent.map(|parent| &found.rows[parent]) else { continue };
            let (caller, callee) = (spans[parent.span].service, spans[row.span].service);
            if caller.is_some() && callee.is_some() && caller != callee {
                prop_assert!(row.start >= parent.start);
            }
        }
        prop_assert_eq!(found.rows.iter().map(|row| row.start).min().unwrap_or_default(), 0);
    }
}

#[test]
fn a_clock_that_is_behind_is_moved_with_everything_of_its_service_into_the_middle_of_the_call() {
    let spans = [
        span(1, None, 1_000, 100, "web"),
        span(2, Some(1), 400, 60, "api"),
        span(3, Some(2), 410, 10, "api"),
        span(4, Some(1), 490, 5, "api"),
    ];
    let found = waterfall(&spans);
    let starts: Vec<(i64, i64)> = [2, 3, 4].map(|number| of(&found, number, &spans)).map(|row| (row.start, row.shift)).into();
    assert_eq!(starts, [(20, 620), (30, 620), (110, 620)]);
    assert_eq!((found.begin, found.duration), (1_000, 115));
}

#[test]
fn the_path_goes_through_what_ended_last_and_not_through_what_ran_beside_it() {
    let spans = [
        span(1, None, 0, 100, "web"),
        span(2, Some(1), 10, 30, "web"),
        span(3, Some(1), 20, 60, "web"),
        span(4, Some(3), 25, 40, "web"),
        // Was left to run: what of it lies in its parent counts, as nothing ended later.
        span(5, Some(1), 95, 50, "web"),
    ];
    let found = waterfall(&spans);
    let path = |number| of(&found, number, &spans).critical;
    assert_eq!(path(1), [(0, 20), (80, 95)]);
    assert_eq!((path(2), path(3), path(4), path(5)), (vec![], vec![(20, 25), (65, 80)], vec![(25, 65)], vec![(95, 100)]));
    assert_eq!(of(&found, 1, &spans).self_time, 100 - 70 - 5);
}

#[test]
fn a_trace_as_deep_as_it_is_long_and_a_ring_are_placed() {
    let chain: Vec<Placed<'_>> = (0..20_000_u64)
        .map(|number| Placed {
            id: SpanId((number + 1).to_be_bytes()),
            parent: (number > 0).then(|| SpanId(number.to_be_bytes())),
            start: number as i64,
            duration: 40_000 - 2 * number as i64,
            service: None,
        })
        .collect();
    let found = waterfall(&chain);
    assert_eq!((found.rows.len(), found.rows[19_999].depth, found.rows[0].descendants), (20_000, 19_999, 19_999));
    let ring = [span(1, Some(2), 5, 1, "web"), span(2, Some(1), 3, 9, "web")];
    let found = waterfall(&ring);
    assert!(found.rootless);
    assert_eq!(found.rows.iter().map(|row| (row.span, row.depth, row.orphan)).collect::<Vec<_>>(), [(1, 0, true), (0, 1, false)]);
}
