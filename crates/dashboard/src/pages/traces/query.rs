//! What the URLs of these pages say.

use std::collections::HashMap;

use protocol::range::Range;
use protocol::traces::{TimedBy, TimedOf, TimedQuery, TraceSort, TracesOf, TracesQuery};

use crate::selected::{Selected, Word};
use crate::{Frame, url};

/// Long enough for something to be there, short enough to be about now.
const RANGE_DEFAULT: Range = Range::Hours6;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Traces, or spans, one by one.
    List,
    /// Spans by name.
    Timed(TimedOf),
}

impl View {
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::List => "Traces",
            Self::Timed(of) => of.label(),
        }
    }

    fn page(self) -> String {
        match self {
            Self::List => "traces".to_owned(),
            Self::Timed(of) => format!("traces/{}", of.word()),
        }
    }
}

/// The state of the list and the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct TracesPageQuery {
    /// Which of them.
    pub view: View,
    /// Which time and which spans.
    pub selected: Selected,
    /// The list: a row for each trace, or for each span.
    pub of: TracesOf,
    /// The list: which come first.
    pub sort: TraceSort,
    /// The tables: told apart by what.
    pub by: TimedBy,
}

impl TracesPageQuery {
    /// Reads the query string of a view; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>, view: View) -> Self {
        Self {
            view,
            selected: Selected::among(words, &Range::RAW, RANGE_DEFAULT),
            of: url::choice(words, "of", &TracesOf::ALL, TracesOf::word).unwrap_or_default(),
            sort: url::choice(words, "sort", &TraceSort::ALL, TraceSort::word).unwrap_or_default(),
            by: url::choice(words, "by", &TimedBy::ALL, TimedBy::word).unwrap_or_default(),
        }
    }

    /// What is asked of the list.
    pub fn traces(&self) -> TracesQuery {
        TracesQuery { of: self.of, filter: self.selected.filtered.filter.clone(), period: self.selected.period, sort: self.sort }
    }

    /// What is asked of a table.
    pub fn timed(&self, of: TimedOf) -> TimedQuery {
        TimedQuery { of, by: self.by, filter: self.selected.filtered.filter.clone(), period: self.selected.period }
    }

    pub(super) fn path(&self, frame: &Frame) -> String {
        frame.path(&self.view.page())
    }

    pub(super) fn href(&self, frame: &Frame) -> String {
        url::with_words(&self.path(frame), &self.words())
    }

    /// Every word of the URL, which the API takes as well.
    pub(super) fn words(&self) -> Vec<Word> {
        self.selected.words().into_iter().chain(self.kept()).collect()
    }

    /// What the URL says beside what is selected.
    pub(super) fn kept(&self) -> Vec<Word> {
        let word = |name, word: &str, usual: &str| (name, if word == usual { String::new() } else { word.to_owned() });
        match self.view {
            View::List => {
                vec![word("of", self.of.word(), TracesOf::default().word()), word("sort", self.sort.word(), TraceSort::default().word())]
            }
            View::Timed(_) => vec![word("by", self.by.word(), TimedBy::default().word())],
        }
    }

    pub(super) fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.clone() }
    }

    /// The list of spans, or of traces, with something more in the filter.
    pub(super) fn listing(&self, of: TracesOf, filter: &str) -> Self {
        Self { view: View::List, of, ..self.selecting(&self.selected.matching(filter)) }
    }
}
