//! What stands around the rows: search, the next error, the critical path, the services, the legend.

use leptos::prelude::*;

use super::mark::{ALL, SHAPES};
use super::row::colour;
use super::shown::Shown;
use super::whole;
use crate::icon::{Icon, icon, small_icon};

/// Services that are named; the rest is told in the table behind.
const NAMED_MAX: usize = 8;

pub(super) fn controls(shown: Shown) -> impl IntoView {
    let found = move || {
        let places = shown.matching.read();
        let at = shown.chosen.get().and_then(|chosen| places.iter().position(|place| *place == chosen));
        match (shown.text.read().trim().is_empty(), places.len(), at) {
            (true, ..) => String::new(),
            (_, 0, _) => "none".to_owned(),
            (_, count, Some(at)) => format!("{} of {count}", at + 1),
            (_, count, None) => count.to_string(),
        }
    };
    let zoomed = move || shown.look.get() != whole(&shown.fall.read());
    let services = {
        let fall = shown.fall.get_untracked();
        let named = fall.services.iter().enumerate().take(NAMED_MAX);
        let service = |(place, name): (usize, &String)| {
            view! { <span><i class="sw" style=format!("background:{}", colour(Some(place)))></i>{name.clone()}</span> }
        };
        let more = fall.services.len().saturating_sub(NAMED_MAX);
        view! { {named.map(service).collect_view()} {(more > 0).then(|| format!("+ {more}"))} }
    };
    view! {
        <svg width="0" height="0" class="hatches" aria-hidden="true" inner_html=SHAPES></svg>
        <header>
            <label class="wf-find scripted">
                {icon(Icon::SEARCH)}
                <input
                    type="search"
                    placeholder="Search in trace"
                    aria-label="Search in trace"
                    on:input=move |event| shown.text.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            shown.go_to_next(&shown.matching.get_untracked());
                        }
                    }
                />
                <span class="faint" aria-live="polite">{found}</span>
            </label>
            <div class="row scripted">
                {move || (shown.failures() > 0).then(|| view! {
                    <button class="btn" type="button" on:click=move |_| shown.go_to_next_failure()>
                        {small_icon(Icon::FAILED)}
                        "Next error"
                    </button>
                })}
                <button class="btn" type="button" aria-pressed=move || shown.critical.get().to_string() on:click=move |_| shown.critical.update(|on| *on = !*on)>
                    <i class="crit-sign"></i>
                    "Critical path"
                </button>
                {move || zoomed().then(|| view! {
                    <button class="btn" type="button" on:click=move |_| shown.look.set(whole(&shown.fall.read_untracked()))>
                        "Whole time"
                    </button>
                })}
            </div>
            <div class="right legend">{services}</div>
        </header>
    }
}

/// What the marks mean, and the keys.
pub(super) fn legend() -> impl IntoView {
    let mark = |super::mark::Shape(id, name)| {
        view! { <span><svg class="sign" aria-hidden="true" inner_html=format!("<use href=\"#{id}\"/>")></svg>{name}</span> }
    };
    view! {
        <footer>
            <span class="legend">
                {ALL.map(mark).collect_view()}
                <span><i class="crit-sign"></i>"critical path"</span>
            </span>
            <span class="right hide-s scripted"><span class="kbd">"↑"</span> <span class="kbd">"↓"</span> " span " <span class="kbd">"←"</span> <span class="kbd">"→"</span> " fold " <span class="kbd">"e"</span> " next error " <span class="kbd">"z"</span> " zoom to span"</span>
        </footer>
    }
}
