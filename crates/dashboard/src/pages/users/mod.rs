//! Audience · Users: the people of a range, one by one.

mod list;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::analyses::Scope;
use protocol::range::{Period, Range};
use protocol::users::{UsersAnswer, UsersQuery, UsersSort};

use crate::components::filter_bar::filter_bar;
use crate::components::picker::audience_ranges;
use crate::components::{empty, freshness};
use crate::filtered::Filtered;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsersPageQuery {
    /// How far back.
    pub range: Range,
    /// Which events.
    pub filtered: Filtered,
    /// A part of an id.
    pub search: String,
    /// Who comes first.
    pub sort: UsersSort,
    /// From 0.
    pub page: usize,
    /// Somebody is being forgotten: the page says so once.
    pub erasing: bool,
}

impl UsersPageQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            range: url::choice(words, "range", &Range::AUDIENCE, Range::word).unwrap_or_default(),
            filtered: Filtered::read(words),
            search: words.get("search").map(|text| text.trim().to_owned()).unwrap_or_default(),
            sort: url::choice(words, "sort", &UsersSort::ALL, UsersSort::word).unwrap_or_default(),
            page: words.get("page").and_then(|page| page.parse().ok()).unwrap_or_default(),
            erasing: words.get("notice").is_some_and(|notice| notice == "erasing"),
        }
    }

    /// What is asked of the engine.
    pub fn users(&self) -> UsersQuery {
        let scope = Scope { period: Period::Last(self.range), filter: self.filtered.filter.clone(), ..Scope::default() };
        UsersQuery { scope, search: self.search.clone(), sort: self.sort, page: self.page }
    }

    fn href(&self, frame: &Frame) -> String {
        self.href_filtered(frame, &self.filtered.text())
    }

    fn href_filtered(&self, frame: &Frame, filter: &str) -> String {
        let page = if self.page == 0 { String::new() } else { self.page.to_string() };
        let words =
            [("range", self.range.word()), ("sort", self.sort.word()), ("search", &self.search), ("filter", filter), ("page", &page)];
        url::with_query(&frame.path(Entry::Users.page()), words)
    }

    /// The same from the first page on.
    fn begun_anew(&self) -> Self {
        Self { page: 0, ..self.clone() }
    }
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &UsersPageQuery, answer: &UsersAnswer, begun: bool) -> Page {
    let kept = [("range", query.range.word()), ("sort", query.sort.word()), ("search", &query.search)];
    let kept = kept.map(|(name, word)| (name, word.to_owned()));
    let first = query.begun_anew();
    let bar = filter_bar(&frame.path(Entry::Users.page()), &kept, &query.filtered, |text| first.href_filtered(frame, text));
    shell::framed(frame, Entry::Users, Title::new("Users"), || {
        view! {
            <div class="page-head">
                <h1>"Users"</h1>
                {freshness::freshness(frame, &answer.receipt)}
                <div class="right">{audience_ranges(query.range, |range| UsersPageQuery { range, ..query.begun_anew() }.href(frame))}</div>
            </div>
            {query.erasing.then(|| view! { <p class="banner calm" role="status">"The person is being forgotten: what is stored of them goes within minutes, and nothing new of them is counted."</p> })}
            {begun.then_some(bar)}
            {content(frame, query, answer, begun)}
        }
    })
}

fn content(frame: &Frame, query: &UsersPageQuery, answer: &UsersAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    if answer.total > 0 || !query.search.is_empty() {
        return list::panel(frame, query, answer);
    }
    let explanation = format!("No event of a person{} in the {}.", matching(query), query.range.sentence());
    let first = query.begun_anew();
    let way_out = empty::way_out(
        (query.range != Range::Days90).then(|| UsersPageQuery { range: Range::Days90, ..first.clone() }.href(frame)),
        (!query.filtered.filter.is_all()).then(|| first.href_filtered(frame, "")),
    );
    view! { <section class="panel">{empty::nothing_here("Nobody in this range".to_owned(), explanation, way_out)}</section> }.into_any()
}

/// A filter's part of a sentence.
fn matching(query: &UsersPageQuery) -> &'static str {
    if query.filtered.filter.is_all() { " arrived" } else { " matches the filter" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_does_not_know_is_the_default() {
        let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(UsersPageQuery::read(&words(&[("sort", "name"), ("page", "-1"), ("range", "1h")])), UsersPageQuery::default());
        let read = UsersPageQuery::read(&words(&[("sort", "days"), ("page", "2"), ("search", " ann ")]));
        assert_eq!((read.sort, read.page, read.search.as_str()), (UsersSort::Days, 2, "ann"));
    }
}
