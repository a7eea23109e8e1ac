//! Every component with made-up data, for developers: drawn by the functions that pages use. `tokens` reads the stylesheet, so
//! that a new colour is there without being named twice.

mod charts;
mod controls;
mod sample;
mod states;
mod tokens;

use leptos::prelude::*;

use crate::render::{self, Page, Title};
use crate::shell::{themes, wordmark};

/// The page. It says nothing of any project.
pub fn page() -> Page {
    render::page(Title::new("Components"), || {
        view! {
            <main class="components" id="main">
                <header class="page-head">
                    <a class="brand" href="/">{wordmark()}</a>
                    <h1>"Components"</h1>
                    <div class="right">{themes()}</div>
                </header>
                {tokens::sections()} {controls::sections()} {charts::sections()} {states::sections()}
            </main>
        }
    })
}

/// Some components of a kind.
fn section(title: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! { <section class="kind-of"><h2>{title}</h2>{content}</section> }.into_any()
}
