//! Building query strings: what a link says is what the page shows.

use std::collections::HashMap;
use std::fmt::Write as _;

pub(crate) use dashboard_islands::encoded::encoded;

use axum::extract::Query;
use axum::http::Uri;

/// `path?key=value&…` of the pairs that have a value.
pub(crate) fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    with_every(path, pairs.into_iter().filter(|(_, value)| !value.is_empty()))
}

/// The same of all pairs: where an empty value says something, or keeps the place of those behind it.
pub(crate) fn with_every<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut url = path.to_owned();
    for (i, (key, value)) in pairs.into_iter().enumerate() {
        let _ = write!(url, "{}{key}={}", if i == 0 { '?' } else { '&' }, encoded(value));
    }
    url
}

/// The same of owned values.
pub(crate) fn with_words<'a>(path: &str, words: impl IntoIterator<Item = &'a (&'static str, String)>) -> String {
    with_query(path, words.into_iter().map(|(key, value)| (*key, value.as_str())))
}

/// The words of a query string, such as `range=30d&filter=os:iOS`; of a repeated one the last counts.
pub(crate) fn words(query: &str) -> HashMap<String, String> {
    let uri: Option<Uri> = format!("/?{query}").parse().ok();
    uri.and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(words)| words).unwrap_or_default()
}

/// Which of some choices a query string names; `None` for none of them.
pub(crate) fn choice<T: Copy>(words: &HashMap<String, String>, name: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
    let named = words.get(name)?;
    all.iter().copied().find(|choice| word(*choice) == named)
}

#[cfg(test)]
mod tests {
    use super::{with_every, with_query};

    #[test]
    fn empty_values_are_left_out_and_others_are_encoded() {
        assert_eq!(
            with_query("/p/a/explorer", [("metric", "a b&c=ü"), ("by", ""), ("range", "6h")]),
            "/p/a/explorer?metric=a%20b%26c%3D%C3%BC&range=6h"
        );
        assert_eq!(with_query("/p/a/live", []), "/p/a/live");
        assert_eq!(with_every("/api/x", [("unit", ""), ("unit", "ms")]), "/api/x?unit=&unit=ms");
    }
}
