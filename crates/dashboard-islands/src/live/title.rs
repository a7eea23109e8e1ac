//! The head of the page: how fresh the figures are, and the window they count.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveWindow};

use super::stream::Link;
use crate::clock;
use crate::icon::{Icon, icon};

/// Complete to when, how far behind, and whether the page still hears from the server.
pub(super) fn freshness(answer: &LiveAnswer, link: Link) -> AnyView {
    let complete = clock::second(clock::wall(answer.receipt.complete_through, answer.utc_offset_seconds));
    let lag = (answer.now - answer.receipt.complete_through).num_seconds().max(0);
    let today = clock::wall(answer.now, answer.utc_offset_seconds);
    let state = match link.trouble() {
        None => view! { <span><span class="dot" aria-hidden="true"></span>{format!("Complete to {complete}")}</span> }.into_any(),
        Some(trouble) => view! { <span class="late" role="status">{icon(Icon::WARN)}{format!("{trouble}; figures as of {complete}")}</span> }.into_any(),
    };
    view! {
        <p class="fresh">
            {state}
            <span>{format!("lag {lag}\u{a0}s")}</span>
            <span class="hide-s">{format!("{}, {}", clock::date(today), clock::zone(&answer.receipt.zone, answer.utc_offset_seconds))}</span>
            <span class="faint">{link.word()}</span>
        </p>
    }.into_any()
}

/// The window picker, as links.
pub(super) fn windows(page: &str, chosen: LiveWindow) -> AnyView {
    view! {
        <div class="seg" role="group" aria-label="Window">
            {LiveWindow::ALL
                .map(|window| {
                    let minutes = window.minutes();
                    view! { <a href=format!("{page}?window={minutes}") aria-current=(window == chosen).then_some("true")>{format!("{minutes}\u{a0}min")}</a> }
                })
                .collect_view()}
        </div>
    }.into_any()
}
