//! The Live page: an island around all of it, because all of it moves.
//!
//! The server renders the first answer; after hydration a stream of answers replaces it. Rendering is a function of the
//! answer, so the page is the same with and without wasm, only that one of them moves.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

mod feed;
mod hero;
mod slices;
mod stream;
mod title;

use leptos::prelude::*;
use protocol::live::LiveAnswer;
use serde::{Deserialize, Serialize};

pub use stream::Link;

/// Where the page's links lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveLinks {
    /// To each window, in the order of [`protocol::live::LiveWindow::ALL`].
    pub windows: Vec<String>,
    /// To people alone.
    pub people: String,
    /// To bots as well.
    pub everybody: String,
    /// To the figures alone, or back.
    pub wall: String,
    /// These are the figures alone.
    pub is_wall: bool,
    /// To one value of a slice: a condition of the filter follows, encoded.
    pub slice: String,
    /// To what became of an event: its id follows.
    pub xray: String,
}

/// The whole page. `begun` says whether the project ever had an event when the page was made; `stream` is the URL of its
/// server-sent events, each one a [`LiveAnswer`]; `command` is what to send when there is nothing to show; `bar` is the HTML of
/// the filter bar, which does not move.
#[island]
pub fn LivePage(answer: LiveAnswer, begun: bool, stream: String, links: LiveLinks, command: String, bar: String) -> impl IntoView {
    let latest = RwSignal::new(answer.clone());
    let link = RwSignal::new(Link::Page);
    let held = RwSignal::new(None::<LiveAnswer>);
    // Counted events of bots begin a project too.
    let begun = Signal::derive(move || begun || latest.with(|answer| !answer.feed.is_empty() || answer.bot_events > 0));
    Effect::new(move |_| stream::follow(&stream, latest, link));
    let (bots, wall) = (answer.receipt.bots, links.is_wall);
    let shown = links.clone();
    let xray = links.xray.clone();
    let class = move || match (link.get().stale(), wall) {
        (true, true) => "stale wall",
        (true, false) => "stale",
        (false, true) => "wall",
        (false, false) => "",
    };
    view! {
        <div class=class>
            <div class="page-head">
                <h1>"Live"</h1>
                {move || title::freshness(&latest.read(), link.get())}
                <div class="right">{title::choices(&links, answer.window, bots)}</div>
            </div>
            {(!bar.is_empty()).then(|| view! { <div inner_html=bar></div> })}
            {move || hero::hero(&latest.read(), begun.get())}
            <div class="live-split">
                // Before the first event, how to send it is all there is to say.
                {move || begun.get().then(|| slices::slices(&latest.read(), &shown.slice))}
                {feed::feed(latest, held, begun, (command, xray))}
            </div>
        </div>
    }
}
