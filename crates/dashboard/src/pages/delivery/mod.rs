//! Delivery: what became of everything that was sent, and where one event is.

mod books;
mod chart;
mod query;
mod reasons;
mod refused;
mod senders;
mod state;
mod words;
mod xray;

use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, XrayAnswer};

use crate::Frame;
use crate::components::picker::{Choice, ranges};
use crate::components::{empty, freshness};
use crate::render::{Page, Title};
use crate::shell::{self, Entry};

pub use query::DeliveryQuery;

/// The page, with the x-ray of the id that was asked for, if one was.
pub fn page(frame: &Frame, query: &DeliveryQuery, answer: &DeliveryAnswer, xray: Option<&XrayAnswer>) -> Page {
    let title = Title::new(if xray.is_some() { "Event x-ray" } else { "Delivery" });
    shell::framed(frame, Entry::Delivery, title, || {
        view! {
            <div class="page-head">
                <h1>"Delivery"</h1>
                {freshness::freshness(frame, &answer.receipt)}
                <div class="right">{range_picker(frame, query)}</div>
            </div>
            {xray::panel(frame, query, xray)}
            {content(frame, query, answer)}
        }
    })
}

fn content(frame: &Frame, query: &DeliveryQuery, answer: &DeliveryAnswer) -> AnyView {
    let nothing = answer.signals.is_empty() && answer.rejections.is_empty() && answer.lag.flushes == 0;
    let below = view! { {refused::panel(frame, answer)} {state::panels(frame, answer)} };
    if nothing {
        return view! {
            <div class="gap-below">{empty::nothing_yet("Nothing was sent in this range", "the first signal", frame.event_command())}</div>
            {state::panels(frame, answer)}
        }
        .into_any();
    }
    view! {
        {books::panel(frame, query, answer)}
        {chart::panel(answer)}
        {senders::panel(answer)}
        {reasons::panel(answer)}
        {below}
    }
    .into_any()
}

fn range_picker(frame: &Frame, query: &DeliveryQuery) -> AnyView {
    let choice = |range: protocol::range::Range| Choice {
        label: range.label().to_owned(),
        href: DeliveryQuery { range, ..query.clone() }.href(frame),
        chosen: range == query.range,
    };
    ranges(query_api::delivery::RANGES.map(choice).into())
}
