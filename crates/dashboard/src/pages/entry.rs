//! The card of pages outside the frame.

use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;

use crate::render::{self, Page, Title};
use crate::shell::wordmark;

/// A card in the middle of an otherwise empty page.
pub(super) fn card<V: IntoView + 'static>(title: &str, content: V) -> Page {
    let heading = title.to_owned();
    render::page(Title::new(title), || {
        view! {
            <main class="entry" id="main">
                <section class="panel card">
                    <span class="brand">{wordmark()}</span>
                    <h1>{heading}</h1>
                    {content}
                </section>
            </main>
        }
    })
}

/// Why the last try did not work.
pub(super) fn wrong(message: Option<&str>) -> AnyView {
    message.map(|message| view! { <p class="wrong" role="alert">{icon(Icon::FAILED)}<span>{message.to_owned()}</span></p> }).into_any()
}
