//! What an Audience page looks at: which time and which events, as its URL says.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use protocol::analyses::Scope;
use protocol::range::{Period, Range, YEARS};

use crate::filtered::Filtered;
use crate::url;

/// A word of a query string.
pub(crate) type Word = (&'static str, String);

/// A time and some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// Which time: a range that ends now, or days.
    pub period: Period,
    /// Which events.
    pub filtered: Filtered,
}

impl Selected {
    /// Reads the query string; what it does not know is left at its default. Days are taken from the earlier to the later one.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self::among(words, &Range::AUDIENCE, Range::default())
    }

    /// The same time without a filter, which cannot be answered; its text and the reason are shown.
    pub(crate) fn refusing(&self, why: String) -> Self {
        let refused = Some((self.filtered.text(), why));
        Self { filtered: Filtered { refused, ..Filtered::default() }, ..self.clone() }
    }

    /// The same for a page that offers other ranges.
    pub(crate) fn among(words: &HashMap<String, String>, ranges: &[Range], usual: Range) -> Self {
        let day = |name: &str| words.get(name)?.parse::<NaiveDate>().ok().filter(|day| YEARS.contains(&day.year()));
        let range = url::choice(words, "range", ranges, Range::word).unwrap_or(usual);
        let time = |name: &str| words.get(name)?.parse::<DateTime<Utc>>().ok().filter(|time| YEARS.contains(&time.year()));
        let period = match (day("from"), day("until")) {
            (Some(from), Some(until)) => Period::Days { first: from.min(until), last: from.max(until) },
            _ => match (time("from"), time("until")) {
                (Some(from), Some(until)) if from < until => Period::Between { from, until },
                _ => Period::Last(range),
            },
        };
        Self { period, filtered: Filtered::read(words) }
    }

    /// What is asked of the engine.
    pub(crate) fn scope(&self) -> Scope {
        Scope { period: self.period, filter: self.filtered.filter.clone(), ..Scope::default() }
    }

    /// The words of a URL, those of the API as well as those of pages.
    pub(crate) fn words(&self) -> Vec<Word> {
        let mut words = match self.period {
            Period::Last(range) => vec![("range", range.word().to_owned())],
            Period::Days { first, last } => vec![("from", first.to_string()), ("until", last.to_string())],
            Period::Between { from, until } => vec![("from", instant(from)), ("until", instant(until))],
        };
        words.push(("filter", self.filtered.text()));
        words
    }

    /// The same of another time.
    pub(crate) fn during(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    /// The same time with other events, by a filter's text.
    pub(crate) fn matching(&self, filter: &str) -> Self {
        Self { filtered: Filtered::of(filter), ..self.clone() }
    }

    /// Whether there is anything that could be left out to see more: the longest range, or everything.
    pub(crate) fn wider(&self) -> Option<(String, Self)> {
        self.wider_within(Range::Days90)
    }

    /// The same for a page whose longest range is another one.
    pub(crate) fn wider_within(&self, longest: Range) -> Option<(String, Self)> {
        if !self.filtered.filter.is_all() {
            return Some(("Remove the filter".to_owned(), self.matching("")));
        }
        (self.period != Period::Last(longest)).then(|| (format!("Show the {}", longest.sentence()), self.during(Period::Last(longest))))
    }
}

/// A moment as URLs have it.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Selected {
        Selected::read(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_the_url_does_not_know_is_the_default() {
        assert_eq!(read(&[("range", "1h"), ("from", "yesterday"), ("until", "2026-05-01")]), Selected::default());
        let days = read(&[("from", "2026-05-14"), ("until", "2026-05-01"), ("range", "30d"), ("filter", "os:iOS")]);
        let words: Vec<String> = days.words().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(words, ["from=2026-05-01", "until=2026-05-14", "filter=os:iOS"]);
    }

    #[test]
    fn two_moments_are_a_time_unless_they_are_turned_round() {
        let brushed = [("from", "2026-05-14T10:00:00Z"), ("until", "2026-05-14T12:15:00+02:00")];
        let words: Vec<String> = read(&brushed).words().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(words, ["from=2026-05-14T10:00:00Z", "until=2026-05-14T10:15:00Z", "filter="]);
        assert_eq!(read(&[("from", "2026-05-14T12:00:00Z"), ("until", "2026-05-14T12:00:00Z")]), Selected::default());
    }

    #[test]
    fn the_way_out_of_nothing_is_first_the_filter_and_then_the_time() {
        let (label, wider) = read(&[("range", "24h"), ("filter", "os:iOS")]).wider().expect("more");
        assert_eq!((label.as_str(), wider.clone()), ("Remove the filter", read(&[("range", "24h")])));
        let (label, wider) = wider.wider().expect("more");
        assert_eq!((label.as_str(), wider.clone()), ("Show the last 90 days", read(&[("range", "90d")])));
        assert_eq!(wider.wider(), None);
    }
}
