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

pub use stream::Link;

/// The whole page. `begun` says whether the project ever had an event when the page was made; `stream` is the URL of its server-sent events, each one a [`LiveAnswer`]; `page` is its own path, for
/// the links of the window picker; `command` is what to send when there is nothing to show.
#[island]
pub fn LivePage(answer: LiveAnswer, begun: bool, stream: String, page: String, command: String) -> impl IntoView {
    let latest = RwSignal::new(answer.clone());
    let link = RwSignal::new(Link::Page);
    let held = RwSignal::new(None::<LiveAnswer>);
    // Counted events of bots begin a project too.
    let begun = Signal::derive(move || begun || latest.with(|answer| !answer.feed.is_empty() || answer.bot_events > 0));
    Effect::new(move |_| stream::follow(&stream, latest, link));
    view! {
        <div class=move || if link.get().stale() { "stale" } else { "" }>
            <div class="page-head">
                <h1>"Live"</h1>
                {move || title::freshness(&latest.read(), link.get())}
                <div class="right">{title::windows(&page, answer.window)}</div>
            </div>
            {move || hero::hero(&latest.read(), begun.get())}
            <div class="live-split">
                // Before the first event, how to send it is all there is to say.
                {move || begun.get().then(|| slices::slices(&latest.read()))}
                {feed::feed(latest, held, begun, command)}
            </div>
        </div>
    }
}
