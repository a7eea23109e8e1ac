//! One record: everything that was sent with it, where it leads, and what was written around it.

use chrono::{DateTime, TimeDelta, Utc};
use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Test};
use protocol::logs::{LogContext, StoredLog};
use serde_json::Value;

use super::{LogsPageQuery, level, list};
use crate::selected::instant;
use crate::shell::Entry;
use crate::{Frame, url};

/// More lines, where there are some.
const MORE: usize = 40;

/// The panel beside the list.
pub(super) fn panel(frame: &Frame, query: &LogsPageQuery, answer: &LogContext) -> AnyView {
    let record = &answer.record;
    let at = clock::wall(record.ts, frame.offset(record.ts));
    let closed = LogsPageQuery { at: String::new(), ..query.clone() }.href(frame);
    let json = serde_json::to_string_pretty(record).unwrap_or_default();
    view! {
        <aside class="panel log-record" aria-label="Log record">
            <header class="inline">
                <h2><span class="faint">"Record "</span>{clock::millisecond(at)}</h2>
                {level(record.level)}
                <div class="right"><a class="icon-link" href=closed aria-label="Close" title="Close">{icon(Icon::CLOSE)}</a></div>
            </header>
            <div class="body">
                <pre class="says">{record.body.clone()}</pre>
                <p class="faint">{clock::date(at)}</p>
                <div class="ways">{ways(frame, record)}</div>
            </div>
            <h3>"Attributes"</h3>
            <dl class="facts">{facts(record)}</dl>
            <details class="body raw">
                <summary>"As JSON"</summary>
                <pre>{json.clone()}</pre>
                <CopyButton text=json what="the record".to_owned() label=Some("Copy".to_owned())/>
            </details>
            {around(frame, query, answer)}
        </aside>
    }
    .into_any()
}

/// Where the record leads.
fn ways(frame: &Frame, record: &StoredLog) -> AnyView {
    let way = |href: String, picture: Icon, label: String| view! { <a class="btn" href=href>{icon(picture)}<span class="clip">{label}</span></a> };
    let near = |field: Field, id: &str| page_around(frame, record.ts, &Filter::term(field, Test::is(id)).to_string());
    let trace = record.trace_id.map(|trace| trace.to_string());
    view! {
        {trace.clone().map(|trace| way(frame.path(&format!("traces/{trace}")), Icon::SPAN, "Its trace".to_owned()))}
        {trace.map(|trace| way(near(Field::Trace, &trace), Icon::LOG, "Logs of its trace".to_owned()))}
        {record.user_id.clone().map(|user| way(url::with_query(&frame.path("users/profile"), [("kind", "user"), ("id", user.as_str())]), Icon::USERS, user))}
        {record.session_id.clone().map(|session| way(near(Field::Session, &session), Icon::SESSIONS, "Logs of its session".to_owned()))}
    }
    .into_any()
}

/// The page of an hour before and after a moment.
fn page_around(frame: &Frame, at: DateTime<Utc>, filter: &str) -> String {
    let (from, until) = (instant(at - TimeDelta::hours(1)), instant(at + TimeDelta::hours(1)));
    let words = [("from", from.as_str()), ("until", until.as_str()), ("filter", filter), ("order", "oldest")];
    url::with_query(&frame.path(Entry::Logs.page()), words)
}

fn facts(record: &StoredLog) -> AnyView {
    let own = [
        ("service", record.service.clone()),
        ("environment", Some(record.environment.clone())),
        ("release", record.release.clone()),
        ("trace", record.trace_id.map(|id| id.to_string())),
        ("span", record.span_id.map(|id| id.to_string())),
        ("user", record.user_id.clone()),
        ("session", record.session_id.clone()),
        ("weight", (record.weight > 1.0).then(|| record.weight.to_string())),
    ];
    let own = own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let attribute = |(key, value): (&String, &Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (key.clone(), text)
    };
    let facts = record.attributes.iter().map(attribute).chain(own);
    facts.map(|(key, value)| view! { <dt class="clip" title=key.clone()>{key.clone()}</dt><dd>{value}</dd> }).collect_view().into_any()
}

/// Lines of the same source, with the record among them.
fn around(frame: &Frame, query: &LogsPageQuery, answer: &LogContext) -> AnyView {
    let lines = answer.before.iter().chain([&answer.record]).chain(&answer.after);
    let lines: Vec<_> = lines.map(|log| list::line(frame, query, log)).collect();
    let more = (answer.more && query.lines < MORE).then(|| {
        let href = LogsPageQuery { lines: MORE, ..query.clone() }.href(frame);
        view! { <a class="link small" href=href>"More lines"</a> }
    });
    view! {
        <h3>"Around it" <span class="faint clip" title=answer.source.clone()>{answer.source.clone()}</span></h3>
        <ol class="loglines log-around">{lines}</ol>
        <p class="body small ways">{more}<a class="link small" href=page_around(frame, answer.record.ts, &answer.source)>"An hour before and after"</a></p>
    }
    .into_any()
}
