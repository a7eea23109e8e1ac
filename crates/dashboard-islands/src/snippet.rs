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
    view! {
        <div class="snippet">
            <pre tabindex="0">{command.clone()}</pre>
            {copy_button(command, "the command".to_owned(), Some("Copy".to_owned()))}
        </div>
    }
}
