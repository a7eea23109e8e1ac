//! What the pages' URLs say.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};
use protocol::issue::{IssueFilter, IssueId, IssueQuery, IssueSort, IssuesQuery, ReportPick, ReportPlace};
use protocol::level::Level;
use protocol::range::YEARS;
use uuid::Uuid;

use crate::selected::{Selected, Word};
use crate::shell::Entry;
use crate::{Frame, url};

/// Of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuesPageQuery {
    /// Which time; a filter of events means nothing here.
    pub selected: Selected,
    /// In which state.
    pub filter: IssueFilter,
    /// Only of this level or worse.
    pub level: Option<Level>,
    /// A part of what they say.
    pub search: String,
    /// Only those that came up in this release.
    pub release: String,
    /// Only errors of this environment.
    pub environment: String,
    /// Which come first.
    pub sort: IssueSort,
    /// From 0.
    pub page: usize,
}

/// The levels that the list offers.
pub(super) const LEVELS: [Level; 4] = [Level::Info, Level::Warning, Level::Error, Level::Fatal];

impl IssuesPageQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let text = |name: &str| words.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        Self {
            selected: Selected::read(words).matching(""),
            filter: url::choice(words, "status", &IssueFilter::ALL, IssueFilter::word).unwrap_or_default(),
            level: url::choice(words, "level", &LEVELS, Level::word),
            search: text("search"),
            release: text("release"),
            environment: text("environment"),
            sort: url::choice(words, "sort", &IssueSort::ALL, IssueSort::word).unwrap_or_default(),
            page: words.get("page").and_then(|page| page.parse().ok()).unwrap_or_default(),
        }
    }

    /// What is asked.
    pub fn issues(&self) -> IssuesQuery {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        IssuesQuery {
            period: self.selected.period,
            filter: self.filter,
            level: self.level,
            search: self.search.clone(),
            release: some(&self.release),
            environment: some(&self.environment),
            sort: self.sort,
            page: self.page,
        }
    }

    /// What the URL says beside the time and the page, which begins anew with every other choice.
    pub(super) fn kept(&self) -> Vec<Word> {
        vec![
            ("status", self.filter.word().to_owned()),
            ("level", self.level.map_or("", Level::word).to_owned()),
            ("search", self.search.clone()),
            ("release", self.release.clone()),
            ("environment", self.environment.clone()),
            ("sort", self.sort.word().to_owned()),
        ]
    }

    pub(super) fn href(&self, frame: &Frame) -> String {
        let page = if self.page == 0 { String::new() } else { self.page.to_string() };
        let words: Vec<Word> = self.selected.words().into_iter().chain(self.kept()).chain([("page", page)]).collect();
        url::with_words(&frame.path(Entry::Issues.page()), &words)
    }

    /// The same from the first page on.
    pub(super) fn begun_anew(&self) -> Self {
        Self { page: 0, ..self.clone() }
    }

    pub(super) fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.begun_anew() }
    }

    /// Something is looked for, so that nothing found is no wonder.
    pub(super) fn is_narrowed(&self) -> bool {
        self.level.is_some() || [&self.search, &self.release, &self.environment].into_iter().any(|text| !text.is_empty())
    }
}

/// Of one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuePageQuery {
    /// Which.
    pub id: IssueId,
    /// Which time.
    pub selected: Selected,
    /// Which of its reports.
    pub report: ReportPick,
}

impl IssuePageQuery {
    /// An issue with its newest report.
    pub(crate) fn of(id: IssueId) -> Self {
        Self { id, selected: Selected::default(), report: ReportPick::Latest }
    }

    /// An issue with the report of a moment.
    pub(crate) fn at(id: IssueId, ts: DateTime<Utc>) -> Self {
        Self { report: ReportPick::At(ReportPlace { ts, event_id: Uuid::max() }), ..Self::of(id) }
    }

    /// Reads the query string; what it does not know is left at its default.
    pub fn read(id: IssueId, words: &HashMap<String, String>) -> Self {
        let at = words.get("at").and_then(|at| at.parse::<DateTime<Utc>>().ok()).filter(|at| YEARS.contains(&at.year()));
        let named = words.get("report").map_or("", String::as_str);
        let report = match at {
            Some(ts) => ReportPick::At(ReportPlace { ts, event_id: named.parse().unwrap_or(Uuid::max()) }),
            None if named == "oldest" => ReportPick::Oldest,
            None => ReportPick::Latest,
        };
        Self { id, selected: Selected::read(words).matching(""), report }
    }

    /// What is asked.
    pub fn issue(&self) -> IssueQuery {
        IssueQuery { id: self.id, period: self.selected.period, report: self.report }
    }

    /// What the URL says of the report.
    pub(super) fn kept(&self) -> Vec<Word> {
        match self.report {
            ReportPick::Latest => Vec::new(),
            ReportPick::Oldest => vec![("report", "oldest".to_owned())],
            ReportPick::At(ReportPlace { ts, event_id }) => {
                let id = if event_id == Uuid::max() { String::new() } else { event_id.to_string() };
                vec![("at", ts.to_rfc3339_opts(SecondsFormat::AutoSi, true)), ("report", id)]
            }
        }
    }

    pub(super) fn path(&self, frame: &Frame) -> String {
        frame.path(&format!("{}/{}", Entry::Issues.page(), self.id))
    }

    pub(crate) fn href(&self, frame: &Frame) -> String {
        let words: Vec<Word> = self.selected.words().into_iter().chain(self.kept()).collect();
        url::with_words(&self.path(frame), &words)
    }

    /// The same with another report.
    pub(super) fn showing(&self, report: ReportPick) -> Self {
        Self { report, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_the_url_does_not_know_is_the_default() {
        let read = IssuesPageQuery::read(&words(&[("status", "gone"), ("level", "bad"), ("page", "-1"), ("filter", "os:iOS")]));
        assert_eq!(read, IssuesPageQuery::default());
        let read = IssuesPageQuery::read(&words(&[("status", "ignored"), ("level", "fatal"), ("search", " pay "), ("sort", "users")]));
        assert_eq!(
            (read.filter, read.level, read.search.as_str(), read.sort),
            (IssueFilter::Ignored, Some(Level::Fatal), "pay", IssueSort::Users)
        );
    }

    #[test]
    fn a_report_is_named_by_its_time_and_its_id() {
        let read = |pairs: &[(&str, &str)]| IssuePageQuery::read(IssueId(7), &words(pairs));
        assert_eq!(read(&[("at", "yesterday"), ("report", "newest")]), IssuePageQuery::of(IssueId(7)));
        assert_eq!(read(&[("report", "oldest")]).report, ReportPick::Oldest);
        let at = [("at", "2026-05-14T12:00:00.000001Z"), ("report", "018f6a2e-7c1b-7a44-9d0e-3b5f1c2d4e6f")];
        let kept: Vec<String> = read(&at).kept().into_iter().map(|(_, value)| value).collect();
        assert_eq!(kept, at.map(|(_, value)| value.to_owned()));
        assert_eq!(read(&at[..1]), IssuePageQuery::at(IssueId(7), at[0].1.parse().expect("a time")));
    }
}
