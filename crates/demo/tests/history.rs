//! Histories repeat, stay within their time, and look like a shop.

use std::collections::BTreeMap;

use chrono::{DateTime, Timelike as _, Utc};
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
                assert!(machine || point.trace_id.is_some() && point.span_id.is_some(), "{point:?}");
            }
            Item::Span(span) => {
                assert!(span.service.is_some() && span.op.is_some() && span.session_id.is_some(), "{span:?}");
                assert!(span.duration_ms.is_some_and(|millis| millis >= 0.0), "{span:?}");
            }
            Item::Error(report) => {
                assert!(report.trace_id.is_some() && report.session_id.is_some() && !report.stacktrace.is_empty(), "{report:?}");
                assert!(!report.breadcrumbs.is_empty(), "{report:?}");
            }
            Item::Log(log) => assert!(log.trace_id.is_some() && log.span_id.is_some() && log.service.is_some(), "{log:?}"),
            Item::Identity(identity) => assert!(identity.user_id.is_some() && identity.anonymous_id.is_some(), "{identity:?}"),
        }
    }
}

/// Of every trace: one root, every other span below one of its own, and within its parent's time.
#[test]
fn spans_make_whole_traces() {
    let small = History { seed: 7, users: 60, days: 5, until: until() };
    let mut traces: BTreeMap<[u8; 16], Vec<protocol::span::Span>> = BTreeMap::new();
    for signal in signals(&small) {
        if let Item::Span(span) = signal.item {
            traces.entry(span.trace_id.0).or_default().push(*span);
        }
    }
    assert!(traces.len() > 500, "{} traces", traces.len());
    for spans in traces.values() {
        assert_eq!(spans.iter().filter(|span| span.parent_span_id.is_none()).count(), 1, "{spans:?}");
        for span in spans {
            let Some(parent) = span.parent_span_id else { continue };
            let parent = spans.iter().find(|other| other.span_id == parent).expect("its parent");
            let time = |span: &protocol::span::Span| match (&span.start, span.duration_ms) {
                (Some(protocol::time::Timestamp::At(start)), Some(millis)) => (start.timestamp_micros() as f64 / 1e3, millis),
                other => panic!("{other:?}"),
            };
            let ((begun, took), (outer, outer_took)) = (time(span), time(parent));
            assert!(begun >= outer - 0.01 && begun + took <= outer + outer_took + 0.01, "{span:?} in {parent:?}");
        }
    }
}

/// The story that every page of the demo tells: payments fail, and what failed leads to why.
#[test]
fn payments_fail_while_the_gateway_is_down() {
    let history = History { users: 2_000, days: 2, ..history(7) };
    let (mut during, mut otherwise) = (0, 0);
    let mut reported = std::collections::BTreeSet::new();
    let mut traces = std::collections::BTreeSet::new();
    for signal in signals(&history) {
        match signal.item {
            Item::Metric(point) if point.name == "checkout.failed" && point.tags["reason"] == "gateway_timeout" => {
                let is_evening =
                    signal.at.date_naive() == until().date_naive().pred_opt().expect("a day") && (17..20).contains(&signal.at.hour());
                *if is_evening { &mut during } else { &mut otherwise } += 1;
                traces.insert(point.trace_id.expect("a trace").0);
            }
            Item::Error(report) if report.kind.as_deref() == Some("PaymentGatewayTimeout") => {
                reported.insert(report.trace_id.expect("a trace").0);
            }
            _ => {}
        }
    }
    assert_eq!(traces, reported, "each is reported, in its own trace");
    // Three hours against the other forty-five.
    assert!(during >= 5 && during * 15 > otherwise * 3, "{during} and {otherwise}");
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
