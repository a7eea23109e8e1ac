//! The parts of the menu beside the pages.

use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::access::Project;

use super::Entry;
use crate::Frame;

const MARK: &str = r#"<path d="M1.5 16.5h4.7c5.8 0 5.8-9 11.6-9h4.7"/><circle cx="12" cy="12" r="3" fill="var(--bg)"/>"#;

/// The mark and the name.
pub(crate) fn wordmark() -> AnyView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true" inner_html=MARK></svg>
        <span class="t">"Throughline"</span>
    }.into_any()
}

pub(super) fn brand(frame: &Frame) -> AnyView {
    view! { <a class="brand" href=frame.path(Entry::Live.page())>{wordmark()}</a> }.into_any()
}

/// The project; with others to switch to, a menu of them.
pub(super) fn project(frame: &Frame, open: Entry) -> AnyView {
    let names = view! {
        <span class="grow names">
            <span class="clip">{frame.project.name.clone()}</span>
            <small class="clip">{frame.project.zone.clone()}</small>
        </span>
    };
    if frame.projects.len() < 2 {
        return view! { <div class="project"><div class="only">{names}</div></div> }.into_any();
    }
    view! {
        <details class="project">
            <summary aria-label="Project">{names}{small_icon(Icon::DOWN)}</summary>
            <div class="menu">{frame.projects.iter().map(|project| switch(project, frame, open)).collect_view()}</div>
        </details>
    }
    .into_any()
}

fn switch(project: &Project, frame: &Frame, open: Entry) -> AnyView {
    let here = project.id == frame.project.id;
    view! { <a href=format!("/p/{}/{}", project.slug, open.page()) aria-current=here.then_some("true")>{project.name.clone()}</a> }
        .into_any()
}

/// The same on a phone, as a list.
pub(super) fn other_projects(frame: &Frame, open: Entry) -> AnyView {
    (frame.projects.len() > 1)
        .then(|| {
            view! {
                <h2>"Projects"</h2>
                <ul>{frame.projects.iter().map(|project| view! { <li>{switch(project, frame, open)}</li> }).collect_view()}</ul>
            }
        })
        .into_any()
}

/// Opens the palette; without scripts it leads to the page that lists the same.
pub(super) fn find(frame: &Frame) -> AnyView {
    view! {
        <a class="find-open" href=frame.path(Entry::Find.page()) data-palette title="Find (Ctrl K)" aria-keyshortcuts="Control+K Meta+K">
            {icon(Icon::SEARCH)}
            <span class="t">"Find"</span>
            <span class="kbd t" aria-hidden="true">"Ctrl K"</span>
        </a>
    }
    .into_any()
}

/// Who is signed in, and the way out.
pub(super) fn account(frame: &Frame) -> AnyView {
    view! {
        <form class="account" method="post" action="/logout">
            <span class="who clip" title=frame.account.clone()>{frame.account.clone()}</span>
            <button type="submit" title="Sign out">{icon(Icon::LEAVE)}<span class="t">"Sign out"</span></button>
        </form>
    }
    .into_any()
}

/// The theme: `theme.js` does the switching, before wasm is there.
pub(crate) fn themes() -> AnyView {
    view! {
        <div class="themes scripted" role="group" aria-label="Theme">
            {[("system", Icon::SYSTEM), ("light", Icon::SUN), ("dark", Icon::MOON)]
                .map(|(theme, picture)| {
                    view! {
                        <button type="button" data-set-theme=theme aria-pressed=(theme == "system").to_string() title=format!("{theme} theme")>
                            <span class="sr">{theme}</span>
                            {icon(picture)}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }.into_any()
}
