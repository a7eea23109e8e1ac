//! What is kept under a name, where it is used: segments and views to choose from, and a form that keeps what is shown now.

use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::saved::{NAME_CHARS_MAX, Saved, SavedKind};

use crate::Frame;
use crate::filtered::Filtered;
use crate::shell::Entry;

/// Segments: choosing one filters the page by it, in place of its own filter. `page` is the page's URL.
pub(crate) fn segments(frame: &Frame, filtered: &Filtered, page: &str, href: impl Fn(&str) -> String) -> AnyView {
    let filter = filtered.text();
    let choices = frame.saved(SavedKind::Segment).map(|saved| choice(saved, href(&saved.what), saved.what == filter)).collect();
    let keep = if filter.is_empty() {
        view! { <p class="faint small">"Filter the page to keep its filter under a name."</p> }.into_any()
    } else {
        form(frame, SavedKind::Segment, &filter, page)
    };
    pick(frame, Icon::SEGMENT, "Segments", choices, keep)
}

/// Views: choosing one opens it. `page` is the page's URL.
pub(crate) fn views(frame: &Frame, page: &str) -> AnyView {
    let here = address(frame, page);
    let choices = frame.saved(SavedKind::View).map(|saved| choice(saved, frame.path(&saved.what), saved.what == here)).collect();
    pick(frame, Icon::SAVED, "Views", choices, form(frame, SavedKind::View, &here, page))
}

/// A page's URL below its project.
pub(super) fn address(frame: &Frame, page: &str) -> String {
    page.strip_prefix(&frame.path("")).unwrap_or_default().to_owned()
}

fn choice(saved: &Saved, href: String, chosen: bool) -> AnyView {
    view! {
        <li>
            <a href=href aria-current=chosen.then_some("true") title=saved.what.clone()>
                <span class="clip">{saved.name.clone()}</span>
                {saved.private.then(lock)}
            </a>
        </li>
    }
    .into_any()
}

/// Says that nobody else sees it.
pub(crate) fn lock() -> AnyView {
    view! { <span class="lock" title="Only you see it">{small_icon(Icon::LOCK)}<span class="sr">"only you see it"</span></span> }.into_any()
}

fn pick(frame: &Frame, picture: Icon, label: &'static str, choices: Vec<AnyView>, keep: AnyView) -> AnyView {
    if choices.is_empty() && !frame.may_edit {
        return ().into_any();
    }
    let none = choices.is_empty();
    view! {
        <details class="pick kept">
            <summary>{icon(picture)}{label}{small_icon(Icon::DOWN)}</summary>
            <div class="menu">
                {(!none).then(|| view! { <ul aria-label=label>{choices}</ul> })}
                {frame.may_edit.then_some(keep)}
                {(!none).then(|| view! { <a class="link small" href=frame.path(Entry::Saved.page())>"Rename or remove"</a> })}
            </div>
        </details>
    }
    .into_any()
}

/// Keeps something under a name.
fn form(frame: &Frame, kind: SavedKind, what: &str, page: &str) -> AnyView {
    let label = match kind {
        SavedKind::View => "Name of this view",
        SavedKind::Segment => "Name of this segment",
    };
    view! {
        <form method="post" action=frame.path(Entry::Saved.page())>
            <label class="field">{label}<input name="name" required maxlength=NAME_CHARS_MAX.to_string() autocomplete="off"/></label>
            <label class="check"><input type="checkbox" name="private" value="true"/>"Only for me"</label>
            <input type="hidden" name="kind" value=kind.word()/>
            <input type="hidden" name="what" value=what.to_owned()/>
            <input type="hidden" name="back" value=page.to_owned()/>
            <button class="btn primary" type="submit">"Save"</button>
        </form>
    }
    .into_any()
}
