//! A shop's visitors.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use dashboard::Frame;
use protocol::audience::{AudienceAnswer, AudienceBucket, Counts, NameCounts, RouteCounts};
use protocol::id::ActorKind;
use protocol::live::{LIVE_FEED_ROWS, LIVE_MINUTES, LiveAnswer, LiveEvent, LiveMinute, LiveSlice, LiveWindow};
use protocol::range::{Range, Step};
use protocol::receipt::{Accuracy, BotRule, Receipt};
use protocol::trace::TraceId;

use crate::numbers::Numbers;

/// A receipt of this page.
pub(crate) fn receipt(frame: &Frame, counted: &str, from: DateTime<Utc>, until: DateTime<Utc>, accuracy: Accuracy) -> Receipt {
    let quiet = frame.project.slug == "quiet";
    Receipt {
        counted: counted.to_owned(),
        from,
        until,
        zone: frame.project.zone.clone(),
        bots: BotRule::Humans,
        accuracy,
        complete_through: until - if quiet { TimeDelta::minutes(17) } else { TimeDelta::seconds(2) },
        weighted: quiet,
        rows_read: 214_118,
        elapsed_ms: 3.8,
    }
}

pub(crate) fn live(frame: &Frame, window: LiveWindow, now: DateTime<Utc>) -> LiveAnswer {
    let size = match frame.project.slug.as_str() {
        "new" => 0.0,
        "quiet" => 0.03,
        _ => 1.0,
    };
    let mut numbers = Numbers::of(now.timestamp() as u64 / 2);
    let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
    let minutes: Vec<_> = (0..LIVE_MINUTES as i64)
        .rev()
        .map(|ago| {
            let start = minute - TimeDelta::minutes(ago);
            let mut numbers = Numbers::of(start.timestamp() as u64);
            let share = if ago == 0 { (now - start).num_seconds() as f64 / 60.0 } else { 1.0 };
            let people = (numbers.around(118.0, 0.22) * size * share.sqrt()).round() as u64;
            LiveMinute { start, people, events: people * 9, open: ago == 0 }
        })
        .collect();
    let scale = size * (window.minutes() as f64 / 5.0).sqrt();
    let people = (numbers.around(342.0, 0.03) * scale).round() as u64;
    let slice = |names: &[(&str, f64)]| {
        let mut rows: Vec<_> = names
            .iter()
            .map(|(name, share)| LiveSlice {
                value: (*name != "?").then(|| (*name).to_owned()),
                people: (share * people as f64).round() as u64,
            })
            .filter(|row| row.people > 0)
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.people));
        rows
    };
    LiveAnswer {
        now,
        utc_offset_seconds: frame.offset(now),
        window,
        people,
        sessions: people + people / 12,
        events: (people as f64 * 16.2 * scale.max(0.4)) as u64,
        bot_events: people / 3,
        minutes,
        countries: slice(&[("DE", 0.43), ("GB", 0.15), ("NL", 0.11), ("SE", 0.07), ("FR", 0.06), ("AT", 0.05), ("?", 0.04)]),
        systems: slice(&[("iOS", 0.41), ("Windows", 0.24), ("Android", 0.21), ("macOS", 0.11), ("Linux", 0.02), ("?", 0.01)]),
        routes: slice(&[
            ("/products/:id", 0.35),
            ("/", 0.21),
            ("/categories/:slug", 0.18),
            ("/cart", 0.08),
            ("/checkout", 0.05),
            ("/search", 0.05),
            ("/guides/:slug/:chapter/with-a-long-name", 0.04),
        ]),
        releases: slice(&[("web@5.2.0", 0.71), ("web@5.1.4", 0.19), ("ios@3.18.2", 0.06), ("?", 0.04)]),
        feed: if size == 0.0 { Vec::new() } else { feed(now) },
        receipt: receipt(frame, "people with an event in the window", now - TimeDelta::minutes(30), now, Accuracy::Exact),
    }
}

const EVENTS: [(&str, &str, &str); 10] = [
    ("$pageview", "/products/:id", ""),
    ("cart.add", "/products/:id", "sku TENT-2P · qty 1"),
    ("$pageview", "/", ""),
    ("search.submitted", "/search", "query rain jacket · results_count 42"),
    ("$pageview", "/categories/:slug", ""),
    ("product.viewed", "/products/:id", "sku BOOT-41"),
    ("checkout.started", "/checkout", "value 184.5 · items 3 · currency EUR · coupon SPRING-2026"),
    ("checkout.completed", "/orders/:id", "value 62 · method card"),
    ("$pageview", "/guides/:slug/:chapter/with-a-long-name", ""),
    ("filter.applied", "/categories/:slug", ""),
];

fn feed(now: DateTime<Utc>) -> Vec<LiveEvent> {
    (0..LIVE_FEED_ROWS as i64)
        .map(|i| {
            let ts = now - TimeDelta::milliseconds(i * 480 + 900);
            let mut numbers = Numbers::of(ts.timestamp() as u64 * 2 + i as u64 % 2);
            let (name, route, detail) = *numbers.one(&EVENTS);
            let user = numbers.unit() < 0.5;
            LiveEvent {
                event_id: uuid::Uuid::from_bytes(numbers.bytes()),
                ts,
                name: name.to_owned(),
                route: Some(route.to_owned()),
                detail: detail.to_owned(),
                actor_kind: Some(if user { ActorKind::User } else { ActorKind::Anonymous }),
                actor: if user { format!("u_{:05}", (numbers.unit() * 60_000.0) as u32) } else { "a_5f0c".to_owned() },
                country: Some((*numbers.one(&["DE", "DE", "GB", "NL", "SE", "FR"])).to_owned()),
                trace_id: Some(TraceId(numbers.bytes())),
            }
        })
        .collect()
}

pub(crate) fn audience(frame: &Frame, range: Range) -> AudienceAnswer {
    let (step, count, width) = match range {
        Range::Days7 => (Step::Day1, 7, TimeDelta::days(1)),
        Range::Days30 => (Step::Day1, 30, TimeDelta::days(1)),
        Range::Days90 => (Step::Day1, 90, TimeDelta::days(1)),
        _ => (Step::Hour1, 24, TimeDelta::hours(1)),
    };
    let size = match (frame.project.slug.as_str(), range) {
        ("new", _) => 0.0,
        ("quiet", Range::Days90) => 0.002,
        ("quiet", _) => 0.0,
        _ => 1.0,
    };
    let offset = TimeDelta::seconds(i64::from(frame.offset(frame.now)));
    let newest = (frame.now + offset).duration_trunc(width).unwrap_or(frame.now) - offset;
    let bucket = |back: i64, seed: u64, level: f64| {
        let start = newest - width * back as i32;
        let mut numbers = Numbers::of(seed + (start.timestamp() / 3_600) as u64);
        let weekend = if step == Step::Day1 && (start.timestamp() / 86_400) % 7 < 2 { 0.78 } else { 1.0 };
        let hour = if step == Step::Hour1 { 0.12 + 0.1 * ((start.timestamp() / 3_600 % 24) as f64 / 4.0).sin().abs() } else { 1.0 };
        let open = back == 0 && seed == 1;
        let people = (numbers.around(3_050.0, 0.1) * level * weekend * hour * size * if open { 0.6 } else { 1.0 }).round();
        AudienceBucket {
            start,
            end: start + width,
            utc_offset_seconds: frame.offset(start),
            counts: Counts {
                people: people as u64,
                page_views: (people * numbers.around(6.8, 0.1)).round(),
                events: (people * numbers.around(15.0, 0.1)).round(),
            },
            open,
        }
    };
    let buckets: Vec<_> = (0..count).rev().map(|back| bucket(back, 1, 1.0 - 0.002 * back as f64)).collect();
    let previous: Vec<_> = (0..count).rev().map(|back| bucket(back + count, 2, 0.9)).collect();
    let total = |buckets: &[AudienceBucket], overlap: f64| Counts {
        people: (buckets.iter().map(|b| b.counts.people).sum::<u64>() as f64 * overlap) as u64,
        page_views: buckets.iter().map(|b| b.counts.page_views).sum(),
        events: buckets.iter().map(|b| b.counts.events).sum(),
    };
    let (totals, previous_totals) = (total(&buckets, 0.45), total(&previous, 0.45));
    let route = |(route, share): &(&str, f64)| RouteCounts {
        route: (*route).to_owned(),
        people: (totals.people as f64 * share) as u64,
        events: totals.events * share,
    };
    let name = |(name, share): &(&str, f64)| NameCounts {
        name: (*name).to_owned(),
        people: (totals.people as f64 * share) as u64,
        events: (totals.events * share).round(),
    };
    let some = |rows: &[(&'static str, f64)]| if size == 0.0 { Vec::new() } else { rows.to_vec() };
    AudienceAnswer {
        range,
        step,
        totals,
        previous_totals,
        routes: some(&[
            ("/products/:id", 0.58),
            ("/", 0.48),
            ("/categories/:slug", 0.42),
            ("/cart", 0.17),
            ("/guides/:slug", 0.13),
            ("/checkout", 0.11),
            ("/search", 0.1),
            ("/orders/:id", 0.07),
        ])
        .iter()
        .map(route)
        .collect(),
        names: some(&[
            ("$pageview", 0.45),
            ("product.viewed", 0.21),
            ("search.submitted", 0.09),
            ("cart.add", 0.08),
            ("filter.applied", 0.06),
            ("checkout.started", 0.03),
            ("checkout.completed", 0.02),
            ("login.succeeded", 0.01),
        ])
        .iter()
        .map(name)
        .collect(),
        receipt: receipt(frame, "persons with at least one event", buckets[0].start, frame.now, Accuracy::Exact),
        buckets,
        previous,
    }
}
