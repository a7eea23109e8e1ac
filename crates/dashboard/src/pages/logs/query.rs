//! What the page's URL says.

use std::collections::HashMap;

use protocol::logs::{LogContext, LogOrder, LogScope, LogsQuery};
use protocol::range::{Period, Range};

use crate::filtered::Filtered;
use crate::selected::{Selected, Word};
use crate::shell::Entry;
use crate::{Frame, url};

/// The range of a page whose URL names none.
const USUAL: Range = Range::Hours24;

/// What the page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsPageQuery {
    /// Which time, and what is looked for.
    pub selected: Selected,
    /// Which come first.
    pub order: LogOrder,
    /// Behind which record the list goes on; empty from the beginning.
    pub after: String,
    /// The record that is looked at; empty for none.
    pub at: String,
    /// Lines that are shown before and after it.
    pub lines: usize,
}

impl LogsPageQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let word = |name: &str| words.get(name).cloned().unwrap_or_default();
        let lines = words.get("lines").and_then(|lines| lines.parse().ok()).unwrap_or(LogContext::LINES);
        Self {
            selected: Selected { filtered: Filtered::searched(words), ..Selected::among(words, &Range::EXPLORER, USUAL) },
            order: url::choice(words, "order", &LogOrder::ALL, LogOrder::word).unwrap_or_default(),
            after: word("after"),
            at: word("at"),
            lines: lines.min(LogContext::LINES_MAX),
        }
    }

    /// Which records.
    pub fn scope(&self) -> LogScope {
        LogScope { period: self.selected.period, filter: self.selected.filtered.filter.clone() }
    }

    /// The list.
    pub fn logs(&self) -> LogsQuery {
        let after = Some(self.after.clone()).filter(|after| !after.is_empty());
        LogsQuery { scope: self.scope(), order: self.order, after, limit: LogsQuery::LIMIT }
    }

    /// The same from the beginning of the list, with no record open.
    #[must_use]
    pub fn begun_anew(&self) -> Self {
        Self { after: String::new(), at: String::new(), lines: LogContext::LINES, ..self.clone() }
    }

    pub(super) fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.begun_anew() }
    }

    /// The words of the URL but those of the time and of the filter.
    pub(super) fn kept(&self) -> Vec<Word> {
        let order = if self.order == LogOrder::default() { "" } else { self.order.word() };
        let lines = if self.lines == LogContext::LINES { String::new() } else { self.lines.to_string() };
        vec![("order", order.to_owned()), ("after", self.after.clone()), ("at", self.at.clone()), ("lines", lines)]
    }

    /// The words of the API for this list.
    pub(super) fn words(&self) -> Vec<Word> {
        let order = [("order", self.order.word().to_owned()), ("after", self.after.clone())];
        self.selected.words().into_iter().chain(order).collect()
    }

    pub(super) fn href(&self, frame: &Frame) -> String {
        let words: Vec<Word> = self.selected.words().into_iter().chain(self.kept()).collect();
        url::with_words(&frame.path(Entry::Logs.page()), &words)
    }

    /// The page's URL with something else looked for, by its text.
    pub(super) fn looking_for(&self, frame: &Frame, filter: &str) -> String {
        let anew = self.begun_anew();
        let mut words: Vec<Word> = anew.selected.words().into_iter().filter(|(name, _)| *name != "filter").collect();
        words.push(("filter", filter.to_owned()));
        words.extend(anew.kept());
        url::with_words(&frame.path(Entry::Logs.page()), &words)
    }

    /// The list can be followed: it begins with what is newest.
    pub(super) fn can_follow(&self) -> bool {
        self.order == LogOrder::Newest && self.after.is_empty() && matches!(self.selected.period, Period::Last(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> LogsPageQuery {
        LogsPageQuery::read(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn there_is_always_a_time_and_what_the_url_does_not_know_is_the_default() {
        let plain = read(&[("range", "1y"), ("order", "loudest"), ("lines", "x")]);
        assert_eq!((plain.selected.period, plain.order, plain.lines), (Period::Last(Range::Hours24), LogOrder::Newest, LogContext::LINES));
        assert!(plain.can_follow() && !read(&[("order", "oldest")]).can_follow());
        assert!(!read(&[("from", "2026-05-01"), ("until", "2026-05-02")]).can_follow(), "days that are over");
    }

    #[test]
    fn what_is_typed_is_looked_for_as_well_and_reads_as_itself() {
        let typed = read(&[("filter", "service:api"), ("add", "\"no answer\" level>info")]);
        let text = "service:api body contains \"no answer\" level in (warning, error, fatal)";
        assert_eq!(typed.selected.filtered.text(), text);
        assert_eq!(read(&[("filter", text)]).scope(), typed.scope());
        let refused = read(&[("filter", "service:api"), ("add", "level>loud")]);
        assert_eq!(refused.selected.filtered.text(), "service:api");
        assert!(refused.selected.filtered.refused.is_some_and(|(_, why)| why.contains("fatal")));
    }
}
