//! The head of the page: how fresh the figures are, and the window they count.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveWindow};

use super::stream::Link;
use crate::clock;
use crate::icon::{Icon, icon};

/// Complete to when, how far behind, and whether the page still hears from the server.
pub(super) fn freshness(answer: &LiveAnswer, link: Link) -> impl IntoView + use<> {
    let complete = clock::second(clock::wall(answer.receipt.complete_through, answer.utc_offset_seconds));
    let lag = (answer.now - answer.receipt.complete_through).num_seconds().max(0);
    let today = clock::wall(answer.now, answer.utc_offset_seconds);
    let trouble = link.trouble();
    let words = trouble.map_or_else(|| format!("Complete to {complete}"), |trouble| format!("{trouble}; figures as of {complete}"));
    view! {
        <p class="fresh">
            <span class=if trouble.is_some() { "late" } else { "" }>
                {trouble.is_none().then(|| view! { <span class="dot" aria-hidden="true"></span> })}
                {trouble.map(|_| icon(Icon::WARN))}
                <span aria-live=if trouble.is_some() { "polite" } else { "off" }>{words}</span>
            </span>
            <span>{format!("lag {lag}\u{a0}s")}</span>
            <span class="hide-s">{format!("{}, {}", clock::date(today), clock::zone(&answer.receipt.zone, answer.utc_offset_seconds))}</span>
            <span class="faint">{link.word()}</span>
        </p>
    }
}

/// The window picker, as links.
pub(super) fn windows(page: &str, chosen: LiveWindow) -> impl IntoView + use<> {
    view! {
        <div class="seg" role="group" aria-label="Window">
            {LiveWindow::ALL
                .map(|window| {
                    let minutes = window.minutes();
                    view! { <a href=format!("{page}?window={minutes}") aria-current=(window == chosen).then_some("true")>{format!("{minutes}\u{a0}min")}</a> }
                })
                .collect_view()}
        </div>
    }
}
