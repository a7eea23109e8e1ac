//! Live: who is here now, and what they do.

use std::collections::HashMap;

use dashboard_islands::live::{LiveLinks, LivePage};
use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveQuery, LiveWindow};
use protocol::receipt::BotRule;

use crate::components::filter_bar::filter_bar;
use crate::filtered::Filtered;
use crate::render::{Page, Title};
use crate::selected::Word;
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// Without scripts the page loads itself again after this long.
const REFRESH_SECONDS: u32 = 30;

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePageQuery {
    /// The window in which somebody counts as online.
    window: LiveWindow,
    bots: BotRule,
    filtered: Filtered,
    /// On a wall: the figures alone.
    wall: bool,
}

impl LivePageQuery {
    /// Reads the query string; what it does not know is left at its default. A filter by what Live does not hold is refused with a
    /// word on what it does.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let minutes = words.get("window").and_then(|word| word.parse::<i64>().ok());
        let mut filtered = Filtered::read(words);
        let unknown = filtered.filter.fields().into_iter().find(|field| !LiveQuery::FIELDS.contains(field)).map(|field| field.word());
        if let Some(field) = unknown {
            let known = LiveQuery::FIELDS.map(|field| field.word().to_owned()).join(", ");
            let typed = words.get("add").cloned().unwrap_or_default();
            // What stood there before stays, unless that is what is wrong.
            let before = Filtered::of(words.get("filter").map_or("", String::as_str));
            let is_known = before.filter.fields().into_iter().all(|field| LiveQuery::FIELDS.contains(field));
            let fault = format!("Live knows nothing of `{field}`, only of {known}");
            filtered =
                Filtered { refused: Some((typed, fault)), filter: if is_known { before.filter } else { Filtered::default().filter } };
        }
        Self {
            window: LiveWindow::ALL.into_iter().find(|window| Some(window.minutes()) == minutes).unwrap_or_default(),
            bots: if words.get("bots").is_some_and(|word| word == "all") { BotRule::All } else { BotRule::Humans },
            filtered,
            wall: words.get("wall").is_some_and(|word| word == "1"),
        }
    }

    /// What is asked.
    pub fn live(&self) -> LiveQuery {
        LiveQuery { window: self.window, bots: self.bots, filter: self.filtered.filter.clone() }
    }

    fn words(&self) -> Vec<Word> {
        let bots = if self.bots == BotRule::All { "all" } else { "" };
        let words = [("window", self.window.minutes().to_string()), ("bots", bots.to_owned())];
        words
            .into_iter()
            .chain([("filter", self.filtered.text()), ("wall", if self.wall { "1".to_owned() } else { String::new() })])
            .collect()
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Live.page()), &self.words())
    }

    fn filtered(&self, filter: &str) -> Self {
        Self { filtered: Filtered::of(filter), ..self.clone() }
    }
}

/// The page. `begun` says whether the project ever had an event; `stream` is the path of its server-sent events: each one a
/// [`LiveAnswer`] as JSON.
pub fn page(frame: &Frame, query: &LivePageQuery, answer: LiveAnswer, begun: bool, stream: &str) -> Page {
    let title = Title { refresh_seconds: Some(REFRESH_SECONDS), ..Title::new("Live") };
    let at = |query: LivePageQuery| query.href(frame);
    let links = LiveLinks {
        windows: LiveWindow::ALL.map(|window| at(LivePageQuery { window, ..query.clone() })).into(),
        people: at(LivePageQuery { bots: BotRule::Humans, ..query.clone() }),
        everybody: at(LivePageQuery { bots: BotRule::All, ..query.clone() }),
        wall: at(LivePageQuery { wall: !query.wall, ..query.clone() }),
        is_wall: query.wall,
        slice: slice_link(frame, query),
        xray: format!("{}?id=", frame.path(Entry::Delivery.page())),
    };
    let stream = url::with_words(stream, query.words().iter().filter(|(name, _)| *name != "wall"));
    let command = frame.event_command();
    shell::framed(frame, Entry::Live, title, || {
        let bar = bar(frame, query, begun);
        view! { <LivePage answer=answer begun=begun stream=stream links=links command=command bar=bar/> }
    })
}

/// Up to where one more condition of the filter stands, as URLs have it.
fn slice_link(frame: &Frame, query: &LivePageQuery) -> String {
    let mut words = query.words();
    words.retain(|(name, value)| *name != "filter" && !value.is_empty());
    let link = url::with_words(&frame.path(Entry::Live.page()), &words);
    format!("{link}&filter={}", url::encoded(&before_value(query)))
}

/// The filter, for one more condition behind it: `or` binds weaker than what follows.
fn before_value(query: &LivePageQuery) -> String {
    match query.filtered.text() {
        text if text.is_empty() => text,
        text => format!("({text}) "),
    }
}

/// The filter bar as HTML; empty where there is none.
fn bar(frame: &Frame, query: &LivePageQuery, begun: bool) -> String {
    if !begun || query.wall {
        return String::new();
    }
    let kept: Vec<Word> = query.words().into_iter().filter(|(name, _)| *name != "filter").collect();
    let suggest = url::with_query(&format!("/api/v1/projects/{}/suggestions", frame.project.id), [("range", "24h")]);
    filter_bar(&frame.path(Entry::Live.page()), &kept, suggest, &query.filtered, |text| query.filtered(text).href(frame)).to_html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_narrows_whatever_is_shown_also_one_of_several() {
        let query = LivePageQuery::read(&HashMap::from([("filter".to_owned(), "country:DE or country:FR".to_owned())]));
        let narrowed = format!("{}os:iOS", before_value(&query));
        let read = LivePageQuery::read(&HashMap::from([("filter".to_owned(), narrowed)]));
        assert_eq!(read.live().filter, query.live().filter.and("os:iOS".parse().expect("a filter")));
    }

    #[test]
    fn a_filter_by_what_live_does_not_hold_is_left_out_and_said() {
        let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let query = LivePageQuery::read(&words(&[("filter", "country:DE"), ("add", "price>10"), ("window", "30"), ("bots", "all")]));
        assert_eq!(
            query.live(),
            LiveQuery { window: LiveWindow::Minutes30, bots: BotRule::All, filter: "country:DE".parse().expect("a filter") }
        );
        assert!(query.filtered.refused.is_some_and(|(typed, why)| typed == "price>10" && why.contains("`price`")));
    }
}
