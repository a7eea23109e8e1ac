//! Audience · Users · one person: who they are, what they did, what happened to them.

mod calendar;
mod head;
mod identity;
mod item;
mod timeline;
mod traits;

use std::collections::HashMap;

use axum::http::StatusCode;
use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};
use leptos::prelude::*;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::profile::ProfileAnswer;
use protocol::range::YEARS;
use protocol::timeline::{TimelineAnswer, TimelineKind, TimelineQuery};

use crate::components::empty;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// What the page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonQuery {
    /// Any id of the person.
    pub actor: ActorName,
    /// Only items of this kind.
    pub kind: Option<TimelineKind>,
    /// Only what happened before.
    pub before: Option<DateTime<Utc>>,
    /// Only what happened from then on.
    pub from: Option<DateTime<Utc>>,
}

impl PersonQuery {
    /// A person's page from its beginning.
    pub fn of(actor: &ActorName) -> Self {
        Self { actor: actor.clone(), kind: None, before: None, from: None }
    }

    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let time = |name: &str| words.get(name)?.parse::<DateTime<Utc>>().ok().filter(|at| YEARS.contains(&at.year()));
        let kind = url::choice(words, "kind", &ActorKind::ALL, ActorKind::word).unwrap_or(ActorKind::User);
        Self {
            actor: ActorName { kind, id: words.get("id").cloned().unwrap_or_default() },
            kind: url::choice(words, "only", &TimelineKind::ALL, TimelineKind::word),
            before: time("before"),
            from: time("from"),
        }
    }

    /// What is asked of the timeline.
    pub fn timeline(&self) -> TimelineQuery {
        TimelineQuery { actor: self.actor.clone(), kind: self.kind, before: self.before, from: self.from }
    }

    /// The page's address.
    pub(crate) fn href(&self, frame: &Frame) -> String {
        self.path_in(&frame.project.slug)
    }

    /// The page's address in a project, by its word or its number.
    pub(crate) fn path_in(&self, project: &str) -> String {
        let time = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default();
        let words = [
            ("kind", self.actor.kind.word()),
            ("id", &self.actor.id),
            ("only", self.kind.map_or("", TimelineKind::word)),
            ("from", &time(self.from)),
            ("before", &time(self.before)),
        ];
        url::with_query(&format!("/p/{}/users/profile", url::encoded(project)), words)
    }
}

/// The page. `may_edit` says whether the account may undo links and have people forgotten.
pub fn page(frame: &Frame, query: &PersonQuery, profile: &ProfileAnswer, timeline: &TimelineAnswer, may_edit: bool) -> Page {
    shell::framed(frame, Entry::Users, Title::new(&profile.name.id), || {
        view! {
            {head::head(frame, profile, may_edit)}
            {head::failed(frame, query, profile)}
            <div class="split person-split">
                {timeline::panel(frame, query, timeline)}
                <div class="stack">
                    {traits::panel(frame, profile)}
                    {identity::panel(frame, profile, may_edit)}
                    {calendar::panel(profile)}
                </div>
            </div>
        }
    })
}

/// Nobody has this id: it may not have been counted yet, or was forgotten.
pub fn unknown(frame: &Frame, query: &PersonQuery) -> Page {
    let explanation = format!(
        "Nobody was counted with the {} id {}. New ids take some seconds; forgotten ones do not come back.",
        query.actor.kind.word(),
        query.actor.id
    );
    let way_out = ("To all users".to_owned(), frame.path(Entry::Users.page()));
    let page = shell::framed(frame, Entry::Users, Title::new("Nobody"), || {
        view! {
            <div class="page-head"><h1>"Users"</h1></div>
            <section class="panel">{empty::nothing_here("Nobody has this id".to_owned(), explanation, Some(way_out))}</section>
        }
    });
    page.with_status(StatusCode::NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_does_not_know_is_the_default() {
        let words = [("kind", "robot"), ("id", "a b"), ("only", "wave"), ("before", "yesterday")];
        let words = words.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let query = PersonQuery::read(&HashMap::from(words));
        assert_eq!(query, PersonQuery::of(&ActorName { kind: ActorKind::User, id: "a b".to_owned() }));
        let words = HashMap::from([("before", "2026-05-14T12:00:00.000001Z")].map(|(key, value)| (key.to_owned(), value.to_owned())));
        let before = PersonQuery::read(&words).before.expect("a time");
        assert_eq!(before.timestamp_subsec_micros(), 1, "the next page begins exactly where this one ends");
    }
}
