//! A button that copies a text.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

use leptos::prelude::*;
use std::time::Duration;

use crate::icon::{Icon, small_icon};

/// How long the button says that it has copied.
const DONE: Duration = Duration::from_millis(1_600);

/// Copies `text` to the clipboard. `what` names it for people who do not see the button; without a `label` only the icon
/// is shown.
#[island]
pub fn CopyButton(text: String, what: String, #[prop(optional_no_strip)] label: Option<String>) -> impl IntoView {
    copy_button(text, what, label)
}

/// The button itself, for use within another island.
pub fn copy_button(text: String, what: String, label: Option<String>) -> impl IntoView + use<> {
    let done = RwSignal::new(false);
    let copy = move |_| {
        // The promise is not awaited: where the browser refuses, the text is still there to be selected.
        let _promise = window().navigator().clipboard().write_text(&text);
        done.set(true);
        set_timeout(move || done.set(false), DONE);
    };
    let bare = label.is_none();
    let title = format!("Copy {what}");
    let word = label.unwrap_or_else(|| title.clone());
    view! {
        <button class=if bare { "btn ghost icon-only tiny scripted" } else { "btn scripted" } type="button" title=title on:click=copy>
            {move || small_icon(if done.get() { Icon::CHECK } else { Icon::COPY })}
            <span class=if bare { "sr" } else { "" } aria-live="polite">
                {move || if done.get() { "Copied".to_owned() } else { word.clone() }}
            </span>
        </button>
    }
}
