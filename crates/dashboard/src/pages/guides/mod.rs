//! Set-up: how each platform sends its first signal, and whether one came.

mod heard;
mod platform;
mod steps;

use std::collections::HashMap;

use dashboard_islands::copy::CopyButton;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::delivery::DeliveryAnswer;

use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, assets, url};
use heard::Heard;
use platform::Platform;
use steps::Step;

/// Without scripts the page loads itself again after this long, while it waits.
const REFRESH_SECONDS: u32 = 10;

/// What the page's URL says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuidesQuery {
    platform: Platform,
}

impl GuidesQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self { platform: url::choice(words, "platform", &Platform::ALL, Platform::word).unwrap_or_default() }
    }
}

/// The page. `answer` has the senders of the last 30 days.
pub fn page(frame: &Frame, query: GuidesQuery, answer: &DeliveryAnswer) -> Page {
    let chosen = query.platform;
    let heard = Heard::from(chosen, answer);
    let refresh_seconds = (heard == Heard::Nothing).then_some(REFRESH_SECONDS);
    let title = Title { refresh_seconds, ..Title::new("Set-up") };
    shell::framed(frame, Entry::Guides, title, || {
        view! {
            <div class="page-head"><h1>"Set-up"</h1></div>
            <nav class="platforms gap-below" aria-label="Platforms" data-fresh="platforms">
                {Platform::ALL.map(|platform| card(frame, platform, chosen, answer)).collect_view()}
            </nav>
            <section class="panel guide">
                <header>
                    <h2>{chosen.label()}</h2>
                    <div class="right" data-fresh="state" role="status">
                        // The page's script goes by the attribute.
                        <span data-waits=(heard == Heard::Nothing).then_some("")>{state(heard)}</span>
                    </div>
                </header>
                <div class="body" data-fresh="next">{next(frame, heard)}</div>
                <ol class="steps">{steps::of(chosen, &frame.ingest_url, key(frame)).into_iter().map(step).collect_view()}</ol>
                <footer>
                    <span>{chosen.note()}</span>
                    <a class="link right" href=chosen.docs()>"The whole guide"</a>
                </footer>
            </section>
            <script src=assets::url("waits.js") defer></script>
        }
    })
}

/// The key that stands in what is to be pasted.
fn key(frame: &Frame) -> &str {
    frame.public_key.as_deref().unwrap_or("pk_…")
}

fn card(frame: &Frame, platform: Platform, chosen: Platform, answer: &DeliveryAnswer) -> AnyView {
    let href = url::with_query(&frame.path(Entry::Guides.page()), [("platform", platform.word())]);
    view! {
        <a href=href aria-current=(platform == chosen).then_some("true")>
            <b>{platform.label()}</b>
            {state(Heard::from(platform, answer))}
        </a>
    }
    .into_any()
}

/// The mark and the words for it.
fn state(heard: Heard) -> AnyView {
    let (class, mark) = match heard {
        Heard::Nothing => ("status idle", Icon::IDLE),
        Heard::Refused(_) => ("status warn", Icon::WARN),
        Heard::Stored(_) => ("status ok", Icon::CHECK),
    };
    view! { <span class=class>{icon(mark)}{heard.sentence()}</span> }.into_any()
}

/// Where to look next.
fn next(frame: &Frame, heard: Heard) -> AnyView {
    let (sentence, entry, label) = match heard {
        Heard::Nothing => {
            return view! { <p class="muted">"This page turns green with the first signal, a few seconds after it was sent."</p> }
                .into_any();
        }
        Heard::Refused(_) => ("Something arrives, and all of it was refused. ", Entry::Delivery, "Why, and what to do"),
        Heard::Stored(_) => ("It works. ", Entry::Live, "See it live"),
    };
    view! { <p>{sentence}<a class="link" href=frame.path(entry.page())>{label}</a></p> }.into_any()
}

fn step(Step { title, place, code }: Step) -> AnyView {
    view! {
        <li>
            <h3>{title}</h3>
            <div class="snippet">
                <div class="bar"><span>{place}</span><CopyButton text=code.clone() what="the snippet".to_owned() label=Some("Copy".to_owned())/></div>
                <pre tabindex="0">{code}</pre>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_platform_is_the_first() {
        let read = |word: &str| GuidesQuery::read(&HashMap::from([("platform".to_owned(), word.to_owned())])).platform;
        assert_eq!((read("abacus"), read("react")), (Platform::Rust, Platform::React));
    }
}
