//! Live: who is here now, and what they do.

use std::collections::HashMap;

use dashboard_islands::live::LivePage;
use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveWindow};

use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// Without scripts the page loads itself again after this long.
const REFRESH_SECONDS: u32 = 30;

/// What the page's URL says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveQuery {
    /// The window in which somebody counts as online.
    pub window: LiveWindow,
}

impl LiveQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let minutes = words.get("window").and_then(|word| word.parse::<i64>().ok());
        Self { window: LiveWindow::ALL.into_iter().find(|window| Some(window.minutes()) == minutes).unwrap_or_default() }
    }
}

/// The page. `begun` says whether the project ever had an event; `stream` is the path of its server-sent events: each one a
/// [`LiveAnswer`] as JSON.
pub fn page(frame: &Frame, answer: LiveAnswer, begun: bool, stream: &str) -> Page {
    let title = Title { refresh_seconds: Some(REFRESH_SECONDS), ..Title::new("Live") };
    let window = answer.window.minutes().to_string();
    let stream = url::with_query(stream, [("window", window.as_str())]);
    let (page, command) = (frame.path(Entry::Live.page()), frame.event_command());
    shell::framed(frame, Entry::Live, title, || view! { <LivePage answer=answer begun=begun stream=stream page=page command=command/> })
}
