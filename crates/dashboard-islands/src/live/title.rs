//! The head of the page: how fresh the figures are, and the window they count.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveWindow};
use protocol::receipt::BotRule;

use super::LiveLinks;
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

/// The window, who counts, and the figures alone: as links.
pub(super) fn choices(links: &LiveLinks, window: LiveWindow, bots: BotRule) -> impl IntoView + use<> {
    let windows = LiveWindow::ALL.into_iter().zip(links.windows.clone()).map(|(choice, href)| {
        view! { <a href=href aria-current=(choice == window).then_some("true")>{format!("{}\u{a0}min", choice.minutes())}</a> }
    });
    let who = [("People", links.people.clone(), BotRule::Humans), ("With bots", links.everybody.clone(), BotRule::All)];
    let who = who.map(|(label, href, rule)| view! { <a href=href aria-current=(rule == bots).then_some("true")>{label}</a> });
    view! {
        <div class="seg" role="group" aria-label="Who counts">{who.into_iter().collect_view()}</div>
        <div class="seg" role="group" aria-label="Window">{windows.collect_view()}</div>
        <a class="btn wall-link" href=links.wall.clone()>{if links.is_wall { "Leave the wall" } else { "Wall" }}</a>
    }
}
