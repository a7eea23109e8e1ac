//! What a marked part of a chart is looked at as: closer, as its samples, or for what is different about these.

use dashboard_islands::charts::cursor::Zoom;
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, AnsweredLine};
use protocol::filter::Filter;

use super::{ExplorerQuery, View};
use crate::Frame;
use crate::selected::instant;

/// The question behind a chart's first line, for pages of a single metric.
pub(super) fn behind(query: &ExplorerQuery, line: Option<&AnsweredLine>) -> ExplorerQuery {
    match line {
        Some(line) if line.letter != 'A' => {
            let only = Filter::parse(&line.filter).unwrap_or_default();
            let filter = query.selected.filtered.filter.clone().and(only);
            let own = query.of_metric(&line.metric);
            own.selecting(&own.selected.matching(&filter.to_string()))
        }
        _ => query.clone(),
    }
}

/// A marked part is a fragment of this page, for which [`ways`] are offered; a single bucket opens its points.
pub(super) fn zoom(frame: &Frame, behind: &ExplorerQuery, answer: &AggregateAnswer) -> Zoom {
    let bounds = answer.buckets.iter().map(|bucket| (instant(bucket.start), instant(bucket.end))).collect();
    Zoom { before: "#from=".to_owned(), point: Some(format!("{}from=", timeless(frame, behind, View::Samples))), bounds }
}

/// What `ways.js` shows once a part is marked.
pub(super) fn ways(frame: &Frame, query: &ExplorerQuery, behind: &ExplorerQuery, answer: &AggregateAnswer) -> AnyView {
    let (Some(first), Some(last)) = (answer.buckets.first(), answer.buckets.last()) else { return ().into_any() };
    let way = |word: &'static str, query: &ExplorerQuery, view: View| view! { <a data-to=timeless(frame, query, view)>{word}</a> };
    view! {
        <div class="marked-ways" hidden data-begin=instant(first.start) data-end=instant(last.end)>
            <i class="brush"></i>
            <nav class="seg" aria-label="Marked time">
                {way("Zoom", query, View::Aggregates)}
                {way("Samples", behind, View::Samples)}
                {way("Why", behind, View::Why)}
            </nav>
        </div>
    }
    .into_any()
}

/// The address of a page up to where its time is said.
fn timeless(frame: &Frame, query: &ExplorerQuery, view: View) -> String {
    let address = query.href(frame, view);
    let (path, words) = address.split_once('?').unwrap_or((&address, ""));
    let kept = words.split('&').filter(|word| !["range=", "from=", "until=", "step="].iter().any(|name| word.starts_with(name)));
    let kept: String = kept.filter(|word| !word.is_empty()).map(|word| format!("{word}&")).collect();
    format!("{path}?{kept}")
}
