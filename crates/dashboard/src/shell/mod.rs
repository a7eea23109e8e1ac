//! The frame around every page of a project: menu, project switcher, theme, signing out.

pub(crate) mod menu;
mod parts;
mod shared;

use leptos::prelude::*;

pub(crate) use menu::Entry;
pub(crate) use parts::{themes, wordmark};

use crate::Frame;
use crate::render::{self, Page, Title};

/// A page inside the frame.
pub(crate) fn framed<V: IntoView + 'static>(frame: &Frame, entry: Entry, title: Title, content: impl FnOnce() -> V) -> Page {
    let title = Title { text: format!("{} · {}", title.text, frame.project.name), ..title };
    if let Some(link) = &frame.link {
        return render::page(title, || shared::around(frame, link, content()));
    }
    render::page(title, || {
        view! {
            <a class="skip btn" href="#main">"Skip to content"</a>
            {topbar(frame, entry)}
            <div class="app">
                <nav class="nav" aria-label="Main">
                    {parts::brand(frame)}
                    {parts::project(frame, entry)}
                    {parts::find(frame)}
                    {menu::groups(frame, entry)}
                    <div class="end">{parts::account(frame)} {parts::themes()}</div>
                </nav>
                <main id="main">{content()}</main>
            </div>
        }
    })
}

/// The menu of a phone.
fn topbar(frame: &Frame, entry: Entry) -> AnyView {
    view! {
        <div class="topbar">
            {parts::brand(frame)} <span class="faint clip">{frame.project.name.clone()}</span> {parts::find(frame)}
            <details>
                <summary class="btn icon-only" aria-label="Menu">{dashboard_islands::icon::icon(dashboard_islands::icon::Icon::MENU)}</summary>
                <nav class="sheet-nav" aria-label="Main">
                    {menu::groups(frame, entry)} {parts::other_projects(frame, entry)} {parts::account(frame)} {parts::themes()}
                </nav>
            </details>
        </div>
    }.into_any()
}
