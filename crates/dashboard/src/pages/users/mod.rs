//! Audience · Users: the people of a range, one by one.

mod list;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::users::{UsersAnswer, UsersQuery, UsersSort};

use crate::components::audience_head::{Head, audience_head};
use crate::components::empty;
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What the page's URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsersPageQuery {
    /// Which time and which events.
    pub selected: Selected,
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
            selected: Selected::read(words),
            search: words.get("search").map(|text| text.trim().to_owned()).unwrap_or_default(),
            sort: url::choice(words, "sort", &UsersSort::ALL, UsersSort::word).unwrap_or_default(),
            page: words.get("page").and_then(|page| page.parse().ok()).unwrap_or_default(),
            erasing: words.get("notice").is_some_and(|notice| notice == "erasing"),
        }
    }

    /// What is asked of the engine.
    pub fn users(&self) -> UsersQuery {
        UsersQuery { scope: self.selected.scope(), search: self.search.clone(), sort: self.sort, page: self.page }
    }

    /// What the URL says beside what is selected and the page, which begins anew with every other choice.
    fn kept(&self) -> Vec<Word> {
        vec![("sort", self.sort.word().to_owned()), ("search", self.search.clone())]
    }

    /// Every word of the page's URL, which the API takes as well.
    fn words(&self) -> Vec<Word> {
        let page = if self.page == 0 { String::new() } else { self.page.to_string() };
        self.selected.words().into_iter().chain(self.kept()).chain([("page", page)]).collect()
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Users.page()), &self.words())
    }

    /// The same from the first page on.
    fn begun_anew(&self) -> Self {
        Self { page: 0, ..self.clone() }
    }

    fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.begun_anew() }
    }
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &UsersPageQuery, answer: &UsersAnswer, begun: bool) -> Page {
    const NOTICE: &str = "The person is being forgotten: what is stored of them goes within minutes, and nothing new of them is counted.";
    shell::framed(frame, Entry::Users, Title::new("Users"), || {
        let head = Head {
            title: "Users",
            path: frame.path(Entry::Users.page()),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: ().into_any(),
            begun,
        };
        view! {
            {audience_head(frame, &answer.receipt, head)}
            {query.erasing.then(|| view! { <p class="banner calm" role="status">{NOTICE}</p> })}
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
    let matching = if query.selected.filtered.filter.is_all() { " arrived" } else { " matches the filter" };
    let explanation = format!("No event of a person{matching} in {}.", query.selected.period.sentence());
    let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
    view! { <section class="panel">{empty::nothing_here("Nobody in this range".to_owned(), explanation, way_out)}</section> }.into_any()
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
