//! What is known of the user, and how that came about.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::profile::{ProfileAnswer, TraitChange};
use serde_json::Value;

use crate::Frame;

pub(super) fn panel(frame: &Frame, profile: &ProfileAnswer) -> AnyView {
    let known = profile.traits.iter().map(|known| {
        let since = clock::wall(known.since, frame.offset(known.since));
        let title = format!("Since {} {}", clock::date(since), clock::minute(since));
        view! { <dt class="clip">{known.key.clone()}</dt><dd title=title>{text(&known.value)}</dd> }
    });
    let known: Vec<_> = known.collect();
    let none = known.is_empty().then(|| {
        view! { <p class="faint small">"None yet. An identify with traits, such as a plan or a role, shows here with its history."</p> }
    });
    let history = (!profile.changes.is_empty()).then(|| {
        view! {
            <details class="history">
                <summary class="link">"History"</summary>
                <ol>{profile.changes.iter().map(|change| line(frame, change)).collect_view()}</ol>
            </details>
        }
    });
    view! {
        <section class="panel">
            <header class="inline"><h2>"Traits"</h2></header>
            <div class="body">{none}<dl class="kv">{known}</dl>{history}</div>
        </section>
    }
    .into_any()
}

fn line(frame: &Frame, change: &TraitChange) -> AnyView {
    let at = clock::wall(change.ts, frame.offset(change.ts));
    let before = change.before.as_ref().map(|before| view! { <s>{text(before)}</s> " → " });
    let after = if change.after.is_null() { "none".to_owned() } else { text(&change.after) };
    view! {
        <li title=format!("{} of {}", change.cause.word(), change.user_id)>
            <time class="faint" datetime=change.ts.to_rfc3339()>{format!("{} {}", clock::day(at), clock::minute(at))}</time>
            <span><b>{change.key.clone()}</b> " " {before} {after}</span>
        </li>
    }
    .into_any()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
