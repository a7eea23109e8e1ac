//! Empty states: what is missing, one sentence on what to do, a command with the project's own key.

use dashboard_islands::icon::{Icon, icon};
use dashboard_islands::snippet::Snippet;
use leptos::prelude::*;

/// Nothing has ever arrived: says how to send the first one.
pub(crate) fn nothing_yet(title: &'static str, waiting_for: &'static str, command: String) -> AnyView {
    view! {
        <section class="panel">
            <div class="empty first">
                <div>
                    <h2>{title}</h2>
                    <p class="muted">"Send one from a terminal. It appears here a few seconds after the answer 202."</p>
                    <p class="status idle">{icon(Icon::IDLE)}{format!("Waiting for {waiting_for}; reload to look again")}</p>
                </div>
                <Snippet command=command/>
            </div>
        </section>
    }
    .into_any()
}

/// There is something, but not in what was asked for: says where it is.
pub(crate) fn nothing_here(title: String, explanation: String, way_out: Option<(String, String)>) -> AnyView {
    view! {
        <div class="empty">
            <h3>{title}</h3>
            <p class="muted">{explanation}</p>
            {way_out.map(|(label, href)| view! { <a class="btn" href=href>{label}</a> })}
        </div>
    }
    .into_any()
}
