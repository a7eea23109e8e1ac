//! Find as you type in the metric catalogue.
//!
//! The list is the server's, and the field belongs to a GET form, so that finding works without wasm; this island only
//! hides the rows that do not match while somebody types.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The field of the form. `find` is what the URL says.
#[island]
pub fn CatalogueFind(find: String) -> impl IntoView {
    view! {
        <input
            name="find"
            type="search"
            data-key="find"
            autocomplete="off"
            aria-label="Find a metric"
            placeholder="Find a metric"
            value=find
            on:input=move |event| narrow(&event_target_value(&event))
        />
    }
}

/// Whether a metric's searchable text holds every word of `wanted`, in any case.
pub fn matches(text: &str, wanted: &str) -> bool {
    let text = text.to_lowercase();
    wanted.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// How many metrics are shown, of all there are.
pub fn count(shown: usize, all: usize) -> String {
    if shown == all { format!("{all} metrics") } else { format!("{shown} of {all}") }
}

fn narrow(wanted: &str) {
    let Ok(rows) = document().query_selector_all("[data-metric]") else { return };
    let mut shown = 0;
    for row in (0..rows.length()).filter_map(|i| rows.item(i)?.dyn_into::<web_sys::HtmlElement>().ok()) {
        let hit = matches(&row.dataset().get("metric").unwrap_or_default(), wanted);
        row.set_hidden(!hit);
        shown += usize::from(hit);
    }
    if let Ok(Some(place)) = document().query_selector("[data-count=metrics]") {
        place.set_text_content(Some(&count(shown, rows.length() as usize)));
    }
    if let Ok(Some(none)) = document().query_selector("[data-none=metrics]") {
        let _ = if shown == 0 { none.remove_attribute("hidden") } else { none.set_attribute("hidden", "") };
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn every_word_must_occur_somewhere() {
        let text = "http.server.duration_ms distribution ms";
        assert!(matches(text, ""));
        assert!(matches(text, "DURATION"));
        assert!(matches(text, "server dist"));
        assert!(!matches(text, "server gauge"));
    }
}
