//! Audience counts against a plain, slow twin: events in, sets of actors per bucket out.

use std::collections::{BTreeMap, BTreeSet};

use analysis::audience::{Ranked, Ranking, Tally};
use analysis::calendar;
use analysis::quarter::{CountedEvent, Slice, decode, encode, fold};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use protocol::range::{Compare, Period, Range};

#[derive(Clone, Debug)]
struct Sent {
    ts: DateTime<Utc>,
    actor: Option<u32>,
    name: &'static str,
    route: Option<&'static str>,
    weight: f64,
    environment: &'static str,
}

fn now() -> DateTime<Utc> {
    // Two days after Berlin's clocks went forward.
    "2026-03-31T10:07:30Z".parse().expect("a time")
}

fn sent() -> impl Strategy<Value = Sent> {
    (
        0..20 * 24 * 60_i64,
        prop::option::of(0..40_u32),
        prop::sample::select(&["$pageview", "cart.add", "search"][..]),
        prop::option::of(prop::sample::select(&["/", "/cart", "/orders/:id"][..])),
        prop::sample::select(&[1.0, 4.0][..]),
        prop::sample::select(&["prod", "staging"][..]),
    )
        .prop_map(|(minutes, actor, name, route, weight, environment)| Sent {
            ts: now() - TimeDelta::minutes(minutes),
            actor,
            name,
            route,
            weight,
            environment,
        })
}

/// (people, page views, events)
fn recount<'a>(sent: impl Iterator<Item = &'a Sent>) -> (u64, f64, f64) {
    let (mut people, mut page_views, mut events) = (BTreeSet::new(), 0.0, 0.0);
    for sent in sent {
        people.extend(sent.actor);
        events += sent.weight;
        if sent.name == "$pageview" {
            page_views += sent.weight;
        }
    }
    (people.len() as u64, page_views, events)
}

proptest! {
    #[test]
    fn people_of_days_and_ranges_are_those_of_a_plain_recount(sent in prop::collection::vec(sent(), 0..150), zone in prop::sample::select(&["Europe/Berlin", "Asia/Kathmandu", "UTC"][..]), range in prop::sample::select(&[Range::Hours24, Range::Days7][..]), compare in prop::sample::select(&[Compare::Previous, Compare::Week][..])) {
        let zone: Tz = zone.parse().expect("a zone");
        let frames = calendar::compared(Period::Last(range), compare, now(), zone).expect("a range");
        let earlier = frames.earlier.expect("an earlier range");
        let cells = fold(sent.iter().map(|sent| CountedEvent { ts: sent.ts, name: sent.name, route: sent.route, environment: sent.environment, is_bot: false, weight: sent.weight, actor: sent.actor }));
        for (frame, until) in [(frames.current.clone(), frames.current.end()), (earlier.frame, earlier.until)] {
            let mut tally = Tally::new(frame.clone(), until);
            for (key, cell) in &cells {
                match key.slice {
                    Slice::All => tally.add_events(key.bucket, cell.weight, &decode(&encode(&cell.actors)).expect("a bitmap")),
                    Slice::Name("$pageview") => tally.add_page_views(key.bucket, cell.weight),
                    Slice::Name(_) | Slice::Route(_) => {}
                }
            }
            let figures = |counts: protocol::audience::Counts| (counts.people, counts.page_views, counts.events);
            for (bucket, counts) in frame.buckets.iter().zip(tally.buckets()) {
                prop_assert_eq!(figures(counts), recount(sent.iter().filter(|sent| sent.ts >= bucket.start && sent.ts < bucket.end)), "{:?}", bucket);
            }
            prop_assert_eq!(figures(tally.totals()), recount(sent.iter().filter(|sent| sent.ts >= frame.start() && sent.ts < until)));
        }
    }

    #[test]
    fn a_ranking_has_each_values_distinct_people(sent in prop::collection::vec(sent(), 0..150)) {
        let mut ranking = Ranking::default();
        let mut plain = BTreeMap::<&str, Vec<Sent>>::new();
        for sent in &sent {
            ranking.add(sent.name, sent.weight, &sent.actor.into_iter().collect());
            plain.entry(sent.name).or_default().push(sent.clone());
        }
        let mut expected: Vec<Ranked> = plain.into_iter().map(|(value, sent)| { let (people, _, events) = recount(sent.iter()); Ranked { value: value.to_owned(), people, events } }).collect();
        expected.sort_by(|a, b| b.events.total_cmp(&a.events));
        expected.truncate(2);
        prop_assert_eq!(ranking.top(2, |row| row.events), expected);
    }
}
