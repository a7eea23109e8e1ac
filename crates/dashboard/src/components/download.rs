//! The figures of a page for other programs: links to the API with the page's own filter.

use leptos::prelude::*;

use crate::selected::Word;
use crate::{Frame, url};

/// Words of which an empty one is told too: a metric without a unit is another one than that which was seen last, and a line
/// without a filter keeps its place among others.
const TOLD_EMPTY: [&str; 2] = ["unit", "where"];

/// Links to one of the project's answers, such as `routes`.
pub(crate) fn download(frame: &Frame, answer: &str, mut words: Vec<Word>) -> AnyView {
    // A link shows a page; the API is for those who may ask it.
    if frame.link.is_some() {
        return ().into_any();
    }
    let path = format!("/api/v1/projects/{}/{answer}", frame.project.id);
    let json = address(&path, &words);
    words.push(("format", "csv".to_owned()));
    let csv = address(&path, &words);
    view! {
        <span class="right">
            <a href=csv download title="The table as CSV, for spreadsheets">"CSV"</a>
            " · "
            <a href=json title="The whole answer with its receipt">"JSON"</a>
        </span>
    }
    .into_any()
}

fn address(path: &str, words: &[Word]) -> String {
    let told = words.iter().filter(|(name, value)| !value.is_empty() || TOLD_EMPTY.contains(name));
    url::with_every(path, told.map(|(name, value)| (*name, value.as_str())))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_line_keeps_its_place_where_one_before_it_has_no_unit_and_no_filter() {
        let words = [("name", "a"), ("unit", ""), ("where", ""), ("name", "a"), ("unit", "ms"), ("where", "b:1"), ("step", "")];
        let words = words.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(address("/api/x", &words), "/api/x?name=a&unit=&where=&name=a&unit=ms&where=b:1");
    }
}
