//! Histories repeat, stay within their time, and look like a shop.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use demo::{History, Item, Signal, Truth};

fn until() -> DateTime<Utc> {
    "2026-05-14T09:30:00Z".parse().expect("a time")
}

fn history(seed: u64) -> History {
    History { seed, users: 300, days: 30, until: until() }
}

fn signals(history: &History) -> Vec<Signal> {
    history.dates().into_iter().flat_map(|date| history.signals(date).collect::<Vec<_>>()).collect()
}

#[test]
fn equal_seeds_make_equal_histories_and_others_differ() {
    let first = signals(&history(7));
    assert_eq!(first, signals(&history(7)));
    assert_ne!(first.len(), signals(&history(8)).len());
}

#[test]
fn a_history_stays_within_its_time() {
    let history = history(7);
    let all = signals(&history);
    assert!(all.iter().all(|signal| signal.at >= history.from() && signal.at < history.until));
    assert!((history.until - history.from()).num_days() < 30, "the server takes 30 days");
    let days: std::collections::BTreeSet<_> = all.iter().map(|signal| signal.at.date_naive()).collect();
    assert_eq!(days.into_iter().collect::<Vec<_>>(), history.dates());
}

#[test]
fn every_item_has_what_a_drill_down_needs() {
    for signal in signals(&history(7)) {
        match signal.item {
            Item::Event(event) => {
                assert!(event.event_id.is_some() && event.session_id.is_some() && event.trace_id.is_some(), "{event:?}");
                assert!(event.route.is_some() && event.release.is_some() && event.anonymous_id.is_some(), "{event:?}");
            }
            Item::Metric(point) => {
                let machine = point.tags.contains_key("host");
                assert!(machine || point.trace_id.is_some(), "{point:?}");
            }
        }
    }
}

#[test]
fn the_funnel_narrows_and_the_books_add_up() {
    let history = history(7);
    let truth = Truth::of(&history, chrono_tz::Europe::Berlin);
    let steps: Vec<u64> = truth.funnel.iter().map(|step| step.users).collect();
    assert!(steps.is_sorted_by(|a, b| a > b) && steps[3] > 0, "{steps:?}");
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    for signal in signals(&history) {
        if let Item::Event(event) = signal.item {
            *names.entry(event.name).or_default() += 1;
        }
    }
    assert_eq!(names.values().sum::<u64>(), truth.events);
    assert_eq!(names["$pageview"], truth.days.iter().map(|day| day.page_views).sum::<u64>());
    assert!(truth.days.iter().all(|day| day.users <= truth.users));
    let completed = truth.metrics.iter().find(|metric| metric.name == "checkout.value").map(|metric| metric.points);
    assert!(completed >= Some(names["checkout.completed"]), "every completed checkout was paid");
}

#[test]
fn the_truth_of_a_small_shop_stays_what_it_is() {
    let small = History { seed: 7, users: 40, days: 3, until: until() };
    insta::assert_json_snapshot!(Truth::of(&small, chrono_tz::Europe::Berlin));
}
