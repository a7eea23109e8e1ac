//! What happened beside something else: an error, a log record, a metric point, an event.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::number;
use protocol::timeline::{TimelineBody, TimelineItem};

use crate::pages::issues::IssuePageQuery;
use crate::{Frame, url};

/// One thing that happened, on a line.
pub(crate) fn record(frame: &Frame, item: &TimelineItem) -> AnyView {
    let at = clock::millisecond(clock::wall(item.ts, frame.offset(item.ts)));
    let (class, word, what) = match &item.body {
        TimelineBody::Error { error_type, message, level, issue, .. } => {
            let what = error_type.as_ref().map_or_else(|| message.clone(), |kind| format!("{kind}: {message}"));
            let what = match issue {
                Some(issue) => view! { <a href=IssuePageQuery::at(*issue, item.ts).href(frame)>{what}</a> }.into_any(),
                None => what.into_any(),
            };
            (level.word(), level.word(), what)
        }
        TimelineBody::Log { level, message, .. } => (level.word(), level.word(), message.clone().into_any()),
        TimelineBody::Metric { metric, value, .. } => {
            let href = url::with_query(
                &frame.path("explorer/samples"),
                [("metric", metric.name.as_str()), ("kind", metric.kind.word()), ("unit", metric.unit.as_str())],
            );
            let what = view! { <a href=href>{metric.name.clone()}</a> " " {number::in_full(*value, metric.shown_unit())} };
            ("metric", metric.kind.word(), what.into_any())
        }
        TimelineBody::Event { name, .. } => ("event", "event", name.clone().into_any()),
        TimelineBody::View { route, .. } => ("event", "view", route.clone().unwrap_or_default().into_any()),
        TimelineBody::Span { .. } | TimelineBody::Identity { .. } => return ().into_any(),
    };
    view! { <li class=format!("is-{class}")><time class="faint">{at}</time><b>{word}</b><span>{what}</span></li> }.into_any()
}
