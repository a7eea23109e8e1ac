//! One line of the timeline, and what went on behind it.

use chrono::{DateTime, Utc};
use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::event::{PAGE_LEAVE, VISIBLE_MS};
use protocol::identity::IdentityKind;
use protocol::level::Level;
use protocol::number;
use protocol::span::SpanStatus;
use protocol::timeline::{TimelineBody, TimelineItem, TimelineKind};
use serde_json::{Map, Value};

use crate::Frame;
use crate::pages::issues::IssuePageQuery;
use crate::pages::traces::links::trace_href;

/// Props of one line; the rest is counted.
const PROPS_SHOWN: usize = 12;
/// Letters of one value.
const VALUE_SHOWN: usize = 160;

/// The line. `began` is the start of its session, where it is known.
pub(super) fn line(frame: &Frame, item: &TimelineItem, began: Option<DateTime<Utc>>) -> AnyView {
    let at = clock::wall(item.ts, frame.offset(item.ts));
    let millis = clock::millisecond(at)[8..].to_owned();
    let (what, more) = words(frame, item);
    let trace = item.trace_id.map(|trace| {
        let href = trace_href(frame, trace, None);
        let trace = trace.to_string();
        view! { <a class="mono faint" href=href title=format!("Open the trace {trace}")>{trace[..6].to_owned()}</a> }
    });
    view! {
        <li class=class(&item.body)>
            <time datetime=item.ts.to_rfc3339()>{clock::second(at)}<span class="hide-s">{millis}</span></time>
            <span class="rel hide-s">{began.map(|began| since(item.ts, began))}</span>
            <span class="node" title=item.body.kind().word()>{icon(picture(&item.body))}</span>
            <div class="what">
                <div>{what}</div>
                {(!more.is_empty()).then(|| view! { <div class="props">{more}</div> })}
                {(!item.moment.is_empty()).then(|| moment(frame, item))}
            </div>
            <span class="hide-s">{trace}</span>
        </li>
    }
    .into_any()
}

/// `+6:32`, the time since the session began.
fn since(ts: DateTime<Utc>, began: DateTime<Utc>) -> String {
    let seconds = (ts - began).num_seconds().max(0);
    match seconds / 3_600 {
        0 => format!("+{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("+{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// What shares a trace with the line: open when something of it failed.
fn moment(frame: &Frame, item: &TimelineItem) -> AnyView {
    let count = |kind: TimelineKind| item.moment.iter().filter(|behind| behind.body.kind() == kind).count() as u64;
    let parts = [
        (TimelineKind::Span, "span", "spans"),
        (TimelineKind::Log, "log record", "log records"),
        (TimelineKind::Metric, "metric point", "metric points"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(kind, one, many)| (count(kind), one, many))
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| number::counted(n, one, many))
        .collect();
    let cut = [TimelineKind::Span, TimelineKind::Log, TimelineKind::Metric]
        .into_iter()
        .any(|kind| count(kind) >= TimelineItem::BEHIND_MAX as u64);
    let more = if cut { " or more" } else { "" };
    let failed = item.moment.iter().any(|behind| behind.body.failed());
    let lines = item.moment.iter().map(|behind| {
        let (what, more) = words(frame, behind);
        let at = clock::wall(behind.ts, frame.offset(behind.ts));
        view! {
            <li class=class(&behind.body)>
                <time datetime=behind.ts.to_rfc3339()>{clock::millisecond(at)}</time>
                <span class="node" title=behind.body.kind().word()>{icon(picture(&behind.body))}</span>
                <div class="what"><div>{what}</div>{(!more.is_empty()).then(|| view! { <div class="props">{more}</div> })}</div>
            </li>
        }
    });
    view! {
        <details class="moment" open=failed>
            <summary>{format!("behind it: {}{more}", parts.join(", "))}</summary>
            <ol>{lines.collect_view()}</ol>
        </details>
    }
    .into_any()
}

fn class(body: &TimelineBody) -> &'static str {
    match body {
        body if body.failed() => "failed",
        TimelineBody::Event { name, .. } if name != PAGE_LEAVE => "event",
        _ => "",
    }
}

fn picture(body: &TimelineBody) -> Icon {
    match body {
        TimelineBody::View { .. } => Icon::VIEW,
        TimelineBody::Event { name, .. } if name == PAGE_LEAVE => Icon::VIEW,
        TimelineBody::Event { .. } => Icon::EVENT,
        TimelineBody::Error { .. } => Icon::FAILED,
        TimelineBody::Span { .. } => Icon::SPAN,
        TimelineBody::Log { .. } => Icon::LOG,
        TimelineBody::Metric { .. } => Icon::METRICS,
        TimelineBody::Identity { .. } => Icon::LINK,
    }
}

/// The line's own words, and what stands below them.
fn words(frame: &Frame, item: &TimelineItem) -> (AnyView, String) {
    match &item.body {
        TimelineBody::View { route, referrer, props } => {
            let route = route.clone().unwrap_or_else(|| "a page".to_owned());
            let referrer = referrer.iter().map(|referrer| format!("referrer={referrer}"));
            (view! { "Viewed " <code>{route}</code> }.into_any(), joined(referrer.chain(pairs(props))))
        }
        TimelineBody::Event { name, route, props } if name == PAGE_LEAVE => {
            let route = route.clone().unwrap_or_else(|| "a page".to_owned());
            let visible = props.get(VISIBLE_MS).and_then(Value::as_f64).map(|ms| format!("visible {}", number::duration(ms / 1e3)));
            let rest: Map<String, Value> =
                props.iter().filter(|(key, _)| *key != VISIBLE_MS).map(|(key, value)| (key.clone(), value.clone())).collect();
            (view! { "Left " <code>{route}</code> }.into_any(), joined(visible.into_iter().chain(pairs(&rest))))
        }
        TimelineBody::Event { name, route, props } => {
            let route = route.clone().map(|route| view! { " on " <code class="faint">{route}</code> });
            (view! { <b>{name.clone()}</b>{route} }.into_any(), joined(pairs(props)))
        }
        TimelineBody::Error { error_type, message, level, handled, route, service, issue } => {
            let title = error_type.clone().unwrap_or_else(|| "Error".to_owned());
            let title = match issue {
                Some(issue) => view! { <a href=IssuePageQuery::at(*issue, item.ts).href(frame)><b>{title}</b></a> }.into_any(),
                None => view! { <b>{title}</b> }.into_any(),
            };
            let facts =
                [service.as_ref().map(|service| format!("service={service}")), route.as_ref().map(|route| format!("route={route}"))];
            let facts = facts.into_iter().flatten().chain([format!("level={}", level.word()), format!("handled={handled}")]);
            (view! { {title} " " <span>{cut(message)}</span> }.into_any(), joined(facts))
        }
        TimelineBody::Span { name, op, service, duration_ms, status } => {
            let word = match status {
                SpanStatus::Ok => None,
                SpanStatus::Error => Some(view! { " " <span class="tag bad">"failed"</span> }.into_any()),
                SpanStatus::Cancelled => Some(view! { " " <span class="tag">"given up"</span> }.into_any()),
            };
            let facts = [("service", service), ("op", op)];
            let facts = facts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?)));
            (view! { <b>{name.clone()}</b> " " {number::duration(duration_ms / 1e3)} {word} }.into_any(), joined(facts))
        }
        TimelineBody::Log { level, message, service } => {
            let class = if *level >= Level::Error { "tag bad" } else { "tag" };
            let service = service.iter().map(|service| format!("service={service}"));
            (view! { <span class=class>{level.word()}</span> " " {cut(message)} }.into_any(), joined(service))
        }
        TimelineBody::Metric { metric, value, tags } => {
            let tags = tags.iter().map(|(key, value)| format!("{key}={value}"));
            (view! { <b>{metric.name.clone()}</b> " " {number::in_full(*value, &metric.unit)} }.into_any(), joined(tags))
        }
        TimelineBody::Identity { cause, user_id, anonymous_id, traits } => {
            (identity(*cause, user_id.as_deref(), anonymous_id.as_deref()), joined(pairs(traits)))
        }
    }
}

fn identity(cause: IdentityKind, user: Option<&str>, anonymous: Option<&str>) -> AnyView {
    let code = |id: &str| view! { <code>{id.to_owned()}</code> };
    match (cause, user, anonymous) {
        (IdentityKind::Reset, ..) => "Signed out: the device may be somebody else's".into_any(),
        (_, Some(user), Some(anonymous)) => view! { "Identified " {code(anonymous)} " as " {code(user)} }.into_any(),
        (_, Some(user), None) => view! { "Traits of " {code(user)} }.into_any(),
        (_, None, anonymous) => view! { "Identity of " {code(anonymous.unwrap_or("nobody"))} }.into_any(),
    }
}

/// `key=value` of each prop.
fn pairs(props: &Map<String, Value>) -> impl Iterator<Item = String> {
    props.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key}={}", cut(text)),
        other => format!("{key}={}", cut(&other.to_string())),
    })
}

fn joined(facts: impl Iterator<Item = String>) -> String {
    let facts: Vec<String> = facts.collect();
    let more = facts.len().saturating_sub(PROPS_SHOWN);
    let shown = facts[..facts.len() - more].join("   ");
    if more > 0 { format!("{shown}   and {more} more") } else { shown }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(VALUE_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_and_texts_are_cut_and_say_so() {
        let props: Map<String, Value> = (0..14).map(|n| (format!("k{n:02}"), Value::from(n))).collect();
        let text = joined(pairs(&props));
        assert!(text.starts_with("k00=0   k01=1") && text.ends_with("k11=11   and 2 more"), "{text}");
        assert_eq!(cut(&"ü".repeat(200)).chars().count(), VALUE_SHOWN + 1);
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).expect("a time");
        assert_eq!((since(at(392), at(0)).as_str(), since(at(3_725), at(0)).as_str()), ("+6:32", "+1:02:05"));
    }
}
