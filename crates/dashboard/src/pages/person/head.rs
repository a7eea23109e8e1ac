//! The head: who this is, what can be done, and what went wrong.

use dashboard_islands::icon::{Icon, icon, small_icon};
use dashboard_islands::{clock, country};
use leptos::prelude::*;
use protocol::id::ActorKind;
use protocol::number;
use protocol::profile::ProfileAnswer;
use protocol::timeline::TimelineKind;

use super::PersonQuery;
use crate::Frame;
use crate::components::person::figures_href;
use crate::components::when::ago;
use crate::shell::Entry;

pub(super) fn head(frame: &Frame, profile: &ProfileAnswer, may_edit: bool) -> AnyView {
    let name = &profile.name;
    let first = clock::wall(profile.first_seen, frame.offset(profile.first_seen));
    let last_seen = profile.last_seen.map_or_else(|| "No event is kept".to_owned(), |at| format!("Last seen {}", ago(frame, at)));
    let last = &profile.last;
    let with: Vec<String> = [&last.os, &last.browser].into_iter().flatten().cloned().collect();
    let facts = [
        Some(format!("First seen {} {}", clock::day(first), first.format("%Y"))),
        last.country.as_deref().map(|code| country::name(code).to_owned()),
        (!with.is_empty()).then(|| with.join(" · ")),
        last.release.clone(),
    ];
    let kind = (name.kind != ActorKind::User).then(|| view! { <span class="kind">{name.kind.word()}</span> });
    let ids: Vec<_> = profile.ids.iter().map(|id| id.name.clone()).collect();
    let figures = (ids.len() == profile.ids_total).then(|| figures_href(frame, "30d", &ids)).flatten();
    view! {
        <nav class="crumbs" aria-label="Way here"><a href=frame.path(Entry::Users.page())>"Users"</a>{small_icon(Icon::NEXT)}<span class="clip">{name.id.clone()}</span></nav>
        <div class="person">
            <div class="avatar" aria-hidden="true">{initials(&name.id)}</div>
            <div class="names">
                <div class="row wrap"><h1 class="mono">{name.id.clone()}</h1>{kind}<span class="faint">{last_seen}</span></div>
                <p class="row wrap muted small">{facts.into_iter().flatten().map(|fact| view! { <span>{fact}</span> }).collect_view()}</p>
            </div>
            <div class="row acts">
                {figures.map(|href| view! { <a class="btn" href=href>{icon(Icon::METRICS)}"Figures"</a> })}
                {may_edit.then(|| erase(frame, profile))}
            </div>
        </div>
    }
    .into_any()
}

/// The first two letters or digits that tell one id from another: the last ones, since ids often begin alike.
fn initials(id: &str) -> String {
    let letters: Vec<char> = id.chars().filter(|c| c.is_alphanumeric()).collect();
    letters[letters.len().saturating_sub(2)..].iter().collect::<String>().to_uppercase()
}

/// Asks before it does: what will be removed, and that it cannot be taken back.
fn erase(frame: &Frame, profile: &ProfileAnswer) -> AnyView {
    let name = &profile.name;
    if !matches!(name.kind, ActorKind::User | ActorKind::Anonymous) {
        return ().into_any();
    }
    let ids = number::counted(profile.ids_total as u64, "id", "ids");
    view! {
        <details class="pick ask">
            <summary class="btn danger">"Erase…"</summary>
            <form class="menu card" method="post" action=frame.path("users/erase")>
                <input type="hidden" name="kind" value=name.kind.word()/>
                <input type="hidden" name="id" value=name.id.clone()/>
                <p><b>{format!("Forget this person, with {ids}?")}</b></p>
                <p class="muted">"Events, errors, spans, logs, metric points and traits are removed, also from figures of the past. This cannot be taken back."</p>
                <button class="btn bad" type="submit">"Erase everything"</button>
            </form>
        </details>
    }
    .into_any()
}

/// What went wrong lately, or nothing at all.
pub(super) fn failed(frame: &Frame, query: &PersonQuery, profile: &ProfileAnswer) -> AnyView {
    let failed = &profile.failed;
    let (Some(latest), Some(at)) = (&failed.latest, failed.latest_at) else { return ().into_any() };
    let parts = [
        (TimelineKind::Error, failed.errors, "error", "errors"),
        (TimelineKind::Span, failed.spans, "failed span that names them", "failed spans that name them"),
    ];
    let at_least = if failed.at_least { "at least " } else { "" };
    let parts: Vec<_> = parts.into_iter().filter(|(_, n, ..)| *n > 0).collect();
    let shown = parts.iter().map(|(kind, ..)| {
        let href = PersonQuery { kind: Some(*kind), ..PersonQuery::of(&query.actor) }.href(frame);
        view! { " · " <a class="link" href=href>{format!("show {}", kind.label().to_lowercase())}</a> }
    });
    let said: Vec<String> = parts.iter().map(|(_, n, one, many)| format!("{at_least}{}", number::counted(*n, one, many))).collect();
    view! {
        <div class="banner">
            {icon(Icon::FAILED)}
            <span class="grow"><b>"What failed: "</b>{said.join(", ")}<span class="muted">{format!(" · {}: {latest}", ago(frame, at))}</span></span>
            <span class="right">{format!("last {}", number::counted(u64::from(failed.days), "day", "days"))}{shown.collect_view()}</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn ids_are_told_apart_by_their_ends() {
        assert_eq!(
            (initials("u_48213").as_str(), initials("ann@x.de").as_str(), initials("7").as_str(), initials("–").as_str()),
            ("13", "DE", "7", "")
        );
    }
}
