//! A trace as a waterfall: an island, since ten thousand spans are looked through, not read.
//!
//! The server renders the first spans, each a link to its own details. Awake, the island has all of them, keeps only what is on
//! screen in the document, and shows a span's details beside it, which the server renders too.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

mod axis;
mod controls;
mod fall;
mod fold;
mod keys;
mod look;
mod mark;
mod minimap;
mod remote;
mod row;
mod shown;

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use protocol::trace::SpanId;
use serde::{Deserialize, Serialize};

pub use fall::Fall;
pub use fold::first_failed;
use look::Look;
use row::Drawn;
pub use row::colour;
use shown::Shown;

/// Where the page's links lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceLinks {
    /// To this page with a span's details; the span's id follows.
    pub page: String,
    /// To the details alone, as HTML; the span's id follows.
    pub panel: String,
    /// To the whole [`Fall`] as JSON, where this page has a part of its spans.
    pub whole: Option<String>,
    /// To the spans before and after these, for a browser without scripts.
    pub turn: (Option<String>, Option<String>),
}

/// The waterfall with the details of the chosen span beside it. `first` is the place of the first span that `fall` has, `total`
/// how many the trace has; `panel` is the HTML of the details and `rest` that of what stands below them.
#[island]
pub fn TraceWaterfall(
    fall: Fall,
    first: usize,
    total: usize,
    links: TraceLinks,
    chosen: Option<SpanId>,
    panel: String,
    rest: String,
) -> impl IntoView {
    let chosen = fall.spans.iter().position(|span| Some(span.span_id) == chosen);
    let turn = links.turn.clone();
    let shown = Shown::new(fall, chosen, panel, links);
    Effect::new(move |_| shown.wake());
    let scroller = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        // Rows that scroll by themselves have another height, once they are laid out.
        let _ = shown.is_long();
        if let Some(element) = scroller.get() {
            request_animation_frame(move || shown.measured(&element));
        }
    });
    let turning = (first > 0 || turn.1.is_some()).then(|| {
        let until = first + shown.count();
        view! {
            <p class="wf-turn">
                {turn.0.map(|href| view! { <a href=href>"Earlier"</a> })}
                <span>{format!("Spans {} to {} of {}", first + 1, until, total)}</span>
                {turn.1.map(|href| view! { <a href=href>"Later"</a> })}
            </p>
        }
    });
    view! {
        <div class="fall">
            <section class="panel" aria-label="Waterfall">
                {controls::controls(shown)}
                {minimap::minimap(shown)}
                <div
                    class="wf"
                    role="treegrid"
                    aria-label="Spans"
                    tabindex="0"
                    aria-activedescendant=move || shown.active().map(row::id)
                    on:keydown=move |event| keys::pressed(shown, &event)
                >
                    <div class="wf-row head" role="row">
                        <div class="wf-name" role="columnheader">"Span"</div>
                        <div class="wf-lane wf-axis" role="columnheader" aria-label="Time from the beginning" inner_html=move || axis::html(shown.look.get())></div>
                        <div class="wf-dur" role="columnheader">"Duration"</div>
                    </div>
                    <div
                        class="wf-scroll"
                        class:long=move || shown.is_long()
                        role="rowgroup"
                        node_ref=scroller
                        on:scroll=move |event| shown.scrolled(&event)
                        on:click=move |event| shown.clicked(&event)
                    >
                        <div role="presentation" style=move || shown.room()>
                            <div role="presentation" style=move || shown.offset() inner_html=move || rows(shown)></div>
                        </div>
                    </div>
                </div>
                // Awake, every span is here.
                {move || (!shown.whole.get()).then(|| turning.clone())}
                {controls::legend()}
            </section>
            <div class="stack">
                <aside class="panel side-panel" aria-label="Span" inner_html=move || shown.panel.get()></aside>
                <div inner_html=rest></div>
            </div>
        </div>
    }
}

/// The rows that are on screen.
fn rows(shown: Shown) -> String {
    let fall: Arc<Fall> = shown.fall.get();
    let (visible, matching, folded) = (shown.visible.get(), shown.matching.get(), shown.folded.get());
    let found: Option<BTreeSet<usize>> = (!shown.text.read().is_empty()).then(|| matching.iter().copied().collect());
    let marks = shown.marks.get();
    let drawn = Drawn {
        fall: &fall,
        look: shown.look.get(),
        critical: shown.critical.get(),
        chosen: shown.chosen.get(),
        page: &shown.links.read().page,
        found: found.as_ref(),
        folded: &folded,
        marks: &marks,
    };
    let range = shown.range();
    visible[range].iter().map(|place| row::html(&drawn, *place)).collect()
}

/// The whole of a trace, in microseconds.
pub(crate) fn whole(fall: &Fall) -> Look {
    Look { from: 0.0, until: (fall.duration_us as f64).max(1.0) }
}
