//! Words of the Delivery page.

use chrono::{DateTime, Utc};
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::delivery::DeliveryBucket;
use protocol::number;
use protocol::outcome::{Outcome, Signal};
use protocol::range::Step;

use crate::Frame;

/// A signal in the plural, as people say it.
pub(super) const fn signal(signal: Signal) -> &'static str {
    match signal {
        Signal::Event => "Events",
        Signal::Metric => "Metric points",
        Signal::Span => "Spans",
        Signal::Error => "Errors",
        Signal::Log => "Logs",
        Signal::Identity => "Identities",
    }
}

/// An outcome, as a label.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Made => "made",
        Outcome::Stored => "stored",
        Outcome::Rejected => "rejected",
        Outcome::Duplicate => "duplicate",
        Outcome::Sampled => "sampled out",
        Outcome::Lost => "lost by the SDK",
        Outcome::Replayed => "sent again",
        Outcome::Imported => "imported",
        Outcome::Erased => "erased",
        Outcome::Refused => "refused request",
    }
}

/// `Thu 14 May`, or `Thu 14 May 14:00` for less than a day.
pub(super) fn bucket(bucket: &DeliveryBucket, step: Step) -> String {
    let at = clock::wall(bucket.start, bucket.utc_offset_seconds);
    if step == Step::Day1 { clock::weekday(at) } else { format!("{} {}", clock::weekday(at), clock::minute(at)) }
}

/// A text in which what a person could type stands between backticks, as it is set: those parts in mono.
pub(super) fn coded(text: &str) -> AnyView {
    let part = |(i, part): (usize, &str)| {
        let part = part.to_owned();
        if i % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    // An empty part would be set as a space.
    text.split('`').enumerate().filter(|(_, part)| !part.is_empty()).map(part).collect_view().into_any()
}

/// Every digit.
pub(super) fn full(n: u64) -> String {
    number::grouped(n.cast_signed())
}

/// A dash for none, so that what is there stands out; every digit otherwise.
pub(super) fn sparse(n: u64) -> String {
    if n == 0 { "–".to_owned() } else { full(n) }
}

/// The time of day, with its date when that is not today's.
pub(super) fn time(frame: &Frame, at: DateTime<Utc>) -> String {
    let (at, now) = (clock::wall(at, frame.offset(at)), clock::wall(frame.now, frame.offset(frame.now)));
    if at.date() == now.date() { clock::millisecond(at) } else { format!("{} {}", clock::day(at), clock::millisecond(at)) }
}

/// How long ago: `12 s`, `3 m 05 s`.
pub(super) fn age(frame: &Frame, at: DateTime<Utc>) -> String {
    let seconds = (frame.now - at).num_seconds().max(0) as f64;
    if seconds == 0.0 { "0\u{a0}s".to_owned() } else { number::duration(seconds) }
}
