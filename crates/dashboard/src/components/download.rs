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
    let address = |words: &[Word]| {
        let told = words.iter().filter(|(name, value)| !value.is_empty() || TOLD_EMPTY.contains(name));
        url::with_every(&path, told.map(|(name, value)| (*name, value.as_str())))
    };
    let json = address(&words);
    words.push(("format", "csv".to_owned()));
    let csv = address(&words);
    view! {
        <span class="right">
            <a href=csv download title="The table as CSV, for spreadsheets">"CSV"</a>
            " · "
            <a href=json title="The whole answer with its receipt">"JSON"</a>
        </span>
    }
    .into_any()
}
