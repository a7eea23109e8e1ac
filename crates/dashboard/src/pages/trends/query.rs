//! What the Trends page's URL says.

use std::collections::HashMap;

use protocol::analyses::{NumberMeasure, SuggestionsQuery, TrendMeasure, TrendQuery};
use protocol::filter::{Field, Filter, Test};
use protocol::range::{Compare, Step};

use crate::selected::{Selected, Word};
use crate::shell::Entry;
use crate::{Frame, url};

/// Series of one page, at most: each has a letter.
pub(super) const LETTERS: [char; 5] = ['A', 'B', 'C', 'D', 'E'];
/// Where the URL says a series' event, its measure and the measure's prop.
const WORDS: [[&str; 3]; LETTERS.len()] =
    [["a", "a_by", "a_of"], ["b", "b_by", "b_of"], ["c", "c_by", "c_of"], ["d", "d_by", "d_of"], ["e", "e_by", "e_of"]];
/// Stands for events of every name.
pub(super) const EVERY: &str = "*";
/// Values of a breakdown that have a line each.
const TOP: usize = 7;

/// What a series is measured by, as the menu of the form has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum By {
    Events,
    #[default]
    People,
    Sessions,
    Number(NumberMeasure),
}

impl By {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [Self::Events, Self::People, Self::Sessions].into_iter().chain(NumberMeasure::ALL.map(Self::Number))
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::People => "people",
            Self::Sessions => "sessions",
            Self::Number(measure) => measure.word(),
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Events => "Events",
            Self::People => "People",
            Self::Sessions => "Sessions",
            Self::Number(NumberMeasure::Sum) => "Sum of",
            Self::Number(NumberMeasure::Mean) => "Mean of",
            Self::Number(NumberMeasure::Median) => "Median of",
            Self::Number(NumberMeasure::P95) => "p95 of",
            Self::Number(NumberMeasure::Min) => "Least of",
            Self::Number(NumberMeasure::Max) => "Most of",
        }
    }
}

/// One series of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// An event's name, or [`EVERY`].
    pub(super) event: String,
    pub(super) by: By,
    /// The prop that is measured, where a number is.
    pub(super) of: String,
}

impl Line {
    fn filter(&self) -> Filter {
        if self.event == EVERY { Filter::all() } else { Filter::term(Field::Name, Test::is(self.event.as_str())) }
    }

    /// `None` for a number without a prop.
    fn measure(&self) -> Option<TrendMeasure> {
        match self.by {
            By::Events => Some(TrendMeasure::Events),
            By::People => Some(TrendMeasure::People),
            By::Sessions => Some(TrendMeasure::Sessions),
            By::Number(measure) => (!self.of.is_empty()).then(|| TrendMeasure::Number(measure, self.of.clone())),
        }
    }
}

/// What the page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendsQuery {
    /// Which time and which events.
    pub selected: Selected,
    /// The width of a bucket; what fits the range where nothing is said.
    pub(super) step: Option<Step>,
    /// At least one.
    pub(super) lines: Vec<Line>,
    /// What a single series is broken down by; empty for nothing.
    pub(super) by: String,
    /// What is reckoned with the series; empty for nothing.
    pub(super) formula: String,
    /// What they are compared with.
    pub(super) compare: Compare,
}

impl TrendsQuery {
    /// Reads the query string; what it does not know is left at its default. Series move up to the first letters.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let word = |name: &str| words.get(name).map(|word| word.trim().to_owned()).unwrap_or_default();
        let line = |[event, by, of]: [&'static str; 3]| {
            let by = By::all().find(|choice| words.get(by).is_some_and(|word| choice.word() == word)).unwrap_or_default();
            let of = if matches!(by, By::Number(_)) { word(of) } else { String::new() };
            Line { event: word(event), by, of }
        };
        let mut lines: Vec<Line> = WORDS.into_iter().map(line).filter(|line| !line.event.is_empty()).collect();
        if lines.is_empty() {
            lines.push(Line { event: EVERY.to_owned(), ..Line::default() });
        }
        Self {
            selected: Selected::read(words),
            step: url::choice(words, "step", &Step::ANALYSES, Step::word),
            lines,
            by: word("by"),
            formula: word("formula"),
            compare: url::choice(words, "compare", &Compare::ALL, Compare::word).unwrap_or(Compare::Nothing),
        }
    }

    /// What is asked of the engine, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence for whoever filled in the form.
    pub fn trend(&self) -> Result<TrendQuery, String> {
        let missing = |(line, letter): (&Line, char)| line.measure().ok_or_else(|| format!("{letter}: {} which prop?", line.by.label()));
        let measures = self.lines.iter().zip(LETTERS).map(missing).collect::<Result<Vec<_>, String>>()?;
        let by = match self.by.as_str() {
            "" => Vec::new(),
            text => vec![text.parse().map_err(|error| format!("By {text}: {error}"))?],
        };
        Ok(TrendQuery {
            scope: self.selected.scope(),
            step: self.step,
            series: self.lines.iter().map(Line::filter).collect(),
            measures,
            by,
            top: TOP,
            formula: (!self.formula.is_empty()).then(|| self.formula.clone()),
            // Each value of a breakdown is a series already.
            compare: if self.by.is_empty() { self.compare } else { Compare::Nothing },
            ..TrendQuery::default()
        })
    }

    /// What the fields of the form may be filled with.
    pub fn suggestions(&self) -> SuggestionsQuery {
        SuggestionsQuery { scope: self.selected.scope(), field: Field::Name, text: String::new() }
    }

    /// What the URL says beside what is selected.
    pub(super) fn kept(&self) -> Vec<Word> {
        let mut words = Vec::new();
        for (line, [event, by, of]) in self.lines.iter().zip(WORDS) {
            words.extend([(event, line.event.clone()), (by, line.by.word().to_owned()), (of, line.of.clone())]);
        }
        let step = self.step.map_or("", Step::word).to_owned();
        let compare = if self.compare == Compare::Nothing { "" } else { self.compare.word() };
        words.extend([("step", step), ("by", self.by.clone()), ("formula", self.formula.clone()), ("compare", compare.to_owned())]);
        words
    }

    /// The words of the API for the same question.
    pub(super) fn api_words(&self) -> Vec<Word> {
        let Ok(query) = self.trend() else { return Vec::new() };
        let mut words = self.selected.words();
        words.extend(
            query.series.iter().map(|series| ("series", if series.is_all() { EVERY_FILTER.to_owned() } else { series.to_string() })),
        );
        words.extend(query.measures.iter().map(|measure| ("measure", measure.to_string())));
        words.push(("step", self.step.map_or("", Step::word).to_owned()));
        words.extend([("by", self.by.clone()), ("formula", self.formula.clone()), ("top", TOP.to_string())]);
        words.push(("compare", query.compare.word().to_owned()));
        words
    }

    pub(super) fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(Entry::Trends.page()), self.selected.words().iter().chain(&self.kept()))
    }

    pub(super) fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.clone() }
    }

    /// The names of a series' words.
    pub(super) fn words_of(place: usize) -> [&'static str; 3] {
        WORDS[place]
    }
}

/// As a filter: an empty word is left out of a URL.
const EVERY_FILTER: &str = "name exists";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> TrendsQuery {
        TrendsQuery::read(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_words_it_is_everybody_and_gaps_between_letters_close() {
        let usual = read(&[("step", "1y"), ("a_by", "guess")]);
        assert_eq!(usual.lines, [Line { event: "*".to_owned(), by: By::People, of: String::new() }]);
        let moved = read(&[("b", "cart"), ("b_by", "events"), ("b_of", "price"), ("d", "purchase"), ("d_by", "sum"), ("d_of", "price")]);
        let words: Vec<String> =
            moved.kept().into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(words, ["a=cart", "a_by=events", "b=purchase", "b_by=sum", "b_of=price"]);
    }

    #[test]
    fn a_number_without_a_prop_is_asked_for_by_its_letter() {
        let fault = read(&[("a", "cart"), ("b", "purchase"), ("b_by", "sum")]).trend().expect_err("no prop");
        assert_eq!(fault, "B: Sum of which prop?");
    }
}
