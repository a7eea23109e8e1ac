//! The stream of answers, and what the page says when it breaks.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use protocol::live::LiveAnswer;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent};

/// A browser reconnects by itself unless the server answered with an error; then the page tries again after this long.
const RETRY: Duration = Duration::from_secs(5);
/// How often the page looks whether it still hears from the server.
const LOOK: Duration = Duration::from_secs(2);
/// The server sends about once a second; after this long without an answer the figures count as old.
const SILENCE_MS: f64 = 10_000.0;

/// How the page hears from the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not at all: this is the page as it was loaded.
    #[default]
    Page,
    /// Answers arrive.
    Streaming,
    /// The stream is open, but nothing arrives.
    Silent,
    /// The stream broke and is being opened again.
    Reconnecting,
}

impl Link {
    /// The figures on screen are older than the page promises.
    pub fn stale(self) -> bool {
        self.trouble().is_some()
    }

    /// What is wrong, in words.
    pub(super) fn trouble(self) -> Option<&'static str> {
        match self {
            Self::Page | Self::Streaming => None,
            Self::Silent => Some("No answer from the server"),
            Self::Reconnecting => Some("Reconnecting"),
        }
    }

    /// A word for the freshness line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Streaming => "updating",
            _ => "",
        }
    }
}

/// Opens the stream and keeps it open for as long as the page lives.
pub(super) fn follow(url: &str, latest: RwSignal<LiveAnswer>, link: RwSignal<Link>) {
    let heard = Rc::new(Cell::new(js_sys::Date::now()));
    open(url.to_owned(), latest, link, Rc::clone(&heard));
    set_interval(
        move || {
            if link.get_untracked() == Link::Streaming && js_sys::Date::now() - heard.get() > SILENCE_MS {
                link.set(Link::Silent);
            }
        },
        LOOK,
    );
}

fn open(url: String, latest: RwSignal<LiveAnswer>, link: RwSignal<Link>, heard: Rc<Cell<f64>>) {
    let Ok(source) = EventSource::new(&url) else {
        link.set(Link::Reconnecting);
        return;
    };
    let hear = Rc::clone(&heard);
    let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(answer) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) else { return };
        hear.set(js_sys::Date::now());
        latest.set(answer);
        if link.get_untracked() != Link::Streaming {
            link.set(Link::Streaming);
        }
    });
    let broken = source.clone();
    let error = Closure::<dyn Fn(Event)>::new(move |_| {
        link.set(Link::Reconnecting);
        if broken.ready_state() == EventSource::CLOSED {
            let (url, heard) = (url.clone(), Rc::clone(&heard));
            set_timeout(move || open(url, latest, link, heard), RETRY);
        }
    });
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    // Both live as long as the page does.
    message.forget();
    error.forget();
}
