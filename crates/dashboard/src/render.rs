//! From a view to a response: the document around it, its nonce and its headers.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;
use leptos::prelude::*;

use crate::{assets, headers};

/// What a document says about itself in its head.
pub(crate) struct Title {
    /// The page, and the project where there is one.
    pub(crate) text: String,
    /// Without scripts, a page that moves loads itself again after this many seconds.
    pub(crate) refresh_seconds: Option<u32>,
}

impl Title {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), refresh_seconds: None }
    }
}

/// A page as it goes out.
pub struct Page {
    status: StatusCode,
    nonce: Nonce,
    html: String,
}

impl Page {
    /// The whole document.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The same page with what `change` makes of its document.
    #[must_use]
    pub(crate) fn rewritten(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.html = change(&self.html);
        self
    }

    /// The same page with another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.status, headers::of_page(&self.nonce), self.html).into_response()
    }
}

/// Renders `body` in a document of its own. What islands make while they render belongs to an owner that lives for this
/// call only. Data were loaded before, so nothing is awaited and the whole document is one string.
pub(crate) fn page<V: IntoView + 'static>(title: Title, body: impl FnOnce() -> V) -> Page {
    let nonce = Nonce::new();
    let owner = Owner::new_root(None);
    let html = owner.with(|| document(title, &nonce, body().into_any()).to_html());
    owner.unset_with_forced_cleanup();
    Page { status: StatusCode::OK, nonce, html }
}

/// Patterns that charts fill with: the open bucket, as a band and within bars.
const HATCHES: &str = r#"<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" style="stroke:var(--hatch)" stroke-width="2"/></pattern><pattern id="hatch-1" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" style="stroke:var(--bar)" stroke-width="3"/></pattern><pattern id="hatch-bad" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" style="stroke:var(--bad)" stroke-width="3"/></pattern></defs>"#;

fn document(title: Title, nonce: &Nonce, body: AnyView) -> AnyView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{format!("{} · Throughline", title.text)}</title>
                <link rel="icon" href=assets::url("favicon.svg") type="image/svg+xml"/>
                <link rel="stylesheet" href=assets::url("app.css")/>
                // Before the first paint, so that nobody sees the other theme flash.
                <script src=assets::url("theme.js")></script>
                <script src=assets::url("keys.js") defer></script>
                <script src=assets::url("suggest.js") defer></script>
                <script src=assets::url("palette.js") defer></script>
                {title.refresh_seconds.map(|seconds| view! { <noscript inner_html=format!(r#"<meta http-equiv="refresh" content="{seconds}">"#)></noscript> })}
                {assets::islands().map(|(glue, wasm)| hydration(&glue, &wasm, nonce.clone()))}
            </head>
            <body>
                <svg class="hatches" width="0" height="0" aria-hidden="true" inner_html=HATCHES></svg>
                {body}
            </body>
        </html>
    }.into_any()
}

/// Loads the wasm when the browser has time, then wakes the islands in document order; one within another comes second.
fn hydration(glue: &str, wasm: &str, nonce: Nonce) -> AnyView {
    let script = format!(
        "(globalThis.requestIdleCallback ?? setTimeout)(async () => {{\
         const islands = await import({glue:?});\
         await islands.default({{ module_or_path: {wasm:?} }});\
         islands.hydrate();\
         for (const island of document.querySelectorAll('leptos-island')) islands[island.dataset.component]?.(island);\
         document.documentElement.dataset.islands = 'awake';\
         }})"
    );
    view! {
        <link rel="modulepreload" href=glue.to_owned()/>
        <link rel="preload" href=wasm.to_owned() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=nonce inner_html=script></script>
    }
    .into_any()
}
