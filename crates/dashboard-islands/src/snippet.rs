//! A command to copy: what an empty page says to do next.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

use leptos::prelude::*;

use crate::copy::copy_button;

/// A command with its Copy button.
#[island]
pub fn Snippet(command: String) -> impl IntoView {
    snippet(command)
}

/// The snippet itself, for use within another island.
pub fn snippet(command: String) -> impl IntoView + use<> {
    let shown = command.clone();
    view! {
        <div class="snippet">
            <div class="bar"><span>"Terminal"</span>{copy_button(command, "the command".to_owned(), Some("Copy".to_owned()))}</div>
            <pre tabindex="0">{shown}</pre>
        </div>
    }
}
