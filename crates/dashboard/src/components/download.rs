//! The figures of a page for other programs: links to the API with the page's own filter.

use leptos::prelude::*;

use crate::{Frame, url};

/// Links to one of the project's answers, such as `routes`.
pub(crate) fn download(frame: &Frame, answer: &str, words: &[(&str, &str)]) -> AnyView {
    let path = format!("/api/v1/projects/{}/{answer}", frame.project.id);
    let csv = url::with_query(&path, words.iter().copied().chain([("format", "csv")]));
    let json = url::with_query(&path, words.iter().copied());
    view! {
        <span class="right">
            <a href=csv download title="The table as CSV, for spreadsheets">"CSV"</a>
            " · "
            <a href=json title="The whole answer with its receipt">"JSON"</a>
        </span>
    }
    .into_any()
}
