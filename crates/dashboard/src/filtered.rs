//! The filter of a page: what its URL says, and links to the same page with more or less of it.

use std::collections::HashMap;

use protocol::filter::{Field, Filter, FilterError, Test};

/// A filter as the URL has it, or why it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    /// What is counted.
    pub filter: Filter,
    /// A text that is no filter, and what is wrong with it; it is not part of `filter`.
    pub refused: Option<(String, String)>,
}

impl Filtered {
    /// Reads `filter`, and `add`, which somebody typed into the filter bar: both must match.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self::read_by(words, Filter::parse)
    }

    /// The same of what is looked for in log records.
    pub(crate) fn searched(words: &HashMap<String, String>) -> Self {
        Self::read_by(words, Filter::search)
    }

    fn read_by(words: &HashMap<String, String>, parse: impl Fn(&str) -> Result<Filter, FilterError>) -> Self {
        let mut filtered = Self::default();
        for text in ["filter", "add"].into_iter().filter_map(|name| words.get(name)) {
            match parse(text).map(|filter| both(&filtered.filter, &filter)) {
                Ok(filter) => filtered.filter = filter,
                Err(error) => filtered.refused = Some((text.clone(), error.to_string())),
            }
        }
        // Each was within the limits; together they must be, too, or the next link could not be read.
        if let Err(error) = parse(&filtered.text()) {
            let refused = words.get("add").cloned().unwrap_or_default();
            return Self { refused: Some((refused, error.to_string())), ..Self::default() };
        }
        filtered
    }

    /// Of a filter's own text, such as [`Self::with`] makes.
    pub(crate) fn of(text: &str) -> Self {
        Self::read(&HashMap::from([("filter".to_owned(), text.to_owned())]))
    }

    /// The filter's text, for URLs; empty for everything.
    pub fn text(&self) -> String {
        self.filter.to_string()
    }

    /// The text of this filter with a test of a field required as well.
    pub(crate) fn with(&self, field: Field, test: Test) -> String {
        both(&self.filter, &Filter::term(field, test)).to_string()
    }

    /// The text of this filter without what passes a test of a field.
    pub(crate) fn without(&self, field: Field, test: Test) -> String {
        both(&self.filter, &Filter::Not(Box::new(Filter::term(field, test)))).to_string()
    }

    /// Each condition's text, with the text of the filter that is left without it.
    pub(crate) fn conditions(&self) -> Vec<(String, String)> {
        let conditions = self.filter.conditions();
        let without = |place: usize| {
            let others = conditions.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, condition)| condition.clone());
            others.fold(Filter::all(), Filter::and).to_string()
        };
        conditions.iter().enumerate().map(|(place, condition)| (condition.to_string(), without(place))).collect()
    }
}

/// What matches both; a condition that both have stands there once.
fn both(filter: &Filter, more: &Filter) -> Filter {
    let new = more.conditions().iter().filter(|condition| !filter.conditions().contains(condition));
    new.cloned().fold(filter.clone(), Filter::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Filtered {
        Filtered::read(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_typed_is_required_as_well() {
        assert_eq!(read(&[]), Filtered::default());
        let both = read(&[("filter", "country:DE"), ("add", "os:iOS name:buy")]);
        assert_eq!((both.text().as_str(), &both.refused), ("country:DE os:iOS name:buy", &None));
        let without: Vec<String> = both.conditions().into_iter().map(|(condition, rest)| format!("{condition} | {rest}")).collect();
        assert_eq!(without, ["country:DE | os:iOS name:buy", "os:iOS | country:DE name:buy", "name:buy | country:DE os:iOS"]);
        assert_eq!(both.with(Field::Route, Test::is("/a b")), "country:DE os:iOS name:buy route:\"/a b\"");
        assert_eq!(read(&[("filter", "country:DE"), ("add", "country:DE")]).text(), "country:DE");
    }

    #[test]
    fn what_is_no_filter_is_said_and_changes_nothing() {
        let typed = read(&[("filter", "country:DE"), ("add", "price>")]);
        assert_eq!(typed.text(), "country:DE");
        let (text, why) = typed.refused.expect("a reason");
        assert!(text == "price>" && why.contains("character 7"), "{why}");
        assert_eq!(read(&[("filter", "(")]).text(), "");
    }

    #[test]
    fn a_filter_that_grows_beyond_the_limits_is_refused_as_a_whole() {
        let many: String = (0..40).map(|n| format!("k{n}:1 ")).collect();
        let more: String = (40..80).map(|n| format!("k{n}:1 ")).collect();
        let grown = read(&[("filter", &many), ("add", &more)]);
        assert!(grown.filter.is_all() && grown.refused.is_some(), "{grown:?}");
    }
}
