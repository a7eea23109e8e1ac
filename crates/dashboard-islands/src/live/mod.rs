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

/// The whole page. `stream` is the URL of its server-sent events, each one a [`LiveAnswer`]; `page` is its own path, for
/// the links of the window picker; `command` is what to send when there is nothing to show.
#[island]
pub fn LivePage(answer: LiveAnswer, stream: String, page: String, command: String) -> impl IntoView {
    let latest = RwSignal::new(answer.clone());
    let link = RwSignal::new(Link::Page);
    let held = RwSignal::new(None::<LiveAnswer>);
    Effect::new(move |_| stream::follow(&stream, latest, link));
    view! {
        <div class=move || if link.get().stale() { "stale" } else { "" }>
            <div class="page-head">
                <h1>"Live"</h1>
                {move || title::freshness(&latest.read(), link.get())}
                <div class="right">{title::windows(&page, answer.window)}</div>
            </div>
            {move || hero::hero(&latest.read())}
            <div class="live-split">
                {move || slices::slices(&latest.read())}
                {feed::feed(latest, held, command)}
            </div>
        </div>
    }
}
