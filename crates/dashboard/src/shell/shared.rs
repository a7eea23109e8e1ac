//! Around a page that is shown to whoever has a link: what it is and until when. There is no menu, since there is nowhere to go.

use dashboard_islands::clock;
use leptos::prelude::*;

use super::parts;
use crate::{Frame, ShownLink};

/// The page with its head.
pub(super) fn around<V: IntoView + 'static>(frame: &Frame, link: &ShownLink, content: V) -> AnyView {
    let end = clock::wall(link.expires_at, frame.offset(link.expires_at));
    let until = format!("Read-only, until {} {}", clock::day(end), clock::minute(end));
    view! {
        <a class="skip btn" href="#main">"Skip to content"</a>
        <div class="shared">
            <header>
                <span class="brand">{parts::wordmark()}</span>
                <b class="clip">{frame.project.name.clone()}</b>
                <span class="faint">{until}</span>
                {parts::themes()}
            </header>
            <main id="main">{content}</main>
        </div>
    }
    .into_any()
}
