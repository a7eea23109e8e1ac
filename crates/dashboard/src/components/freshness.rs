//! The freshness line: complete to when, how far behind, and the zone of every time on the page.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::receipt::Receipt;

use crate::Frame;

/// The line beside a page's title.
pub(crate) fn freshness(frame: &Frame, receipt: &Receipt) -> AnyView {
    let offset = frame.offset(frame.now);
    let (now, complete) = (clock::wall(frame.now, offset), clock::wall(receipt.complete_through, offset));
    let lag = (frame.now - receipt.complete_through).num_seconds().max(0) as f64;
    let complete = if complete.date() == now.date() {
        clock::second(complete)
    } else {
        format!("{} {}", clock::day(complete), clock::second(complete))
    };
    view! {
        <p class="fresh">
            <span><span class="dot" aria-hidden="true"></span>{format!("Complete to {complete}")}</span>
            <span>{format!("lag {}", lag_words(lag))}</span>
            <span class="hide-s">{format!("{}, {}", clock::date(now), clock::zone(&frame.project.zone, offset))}</span>
        </p>
    }
    .into_any()
}

fn lag_words(seconds: f64) -> String {
    if seconds == 0.0 { "0\u{a0}s".to_owned() } else { protocol::number::duration(seconds) }
}
