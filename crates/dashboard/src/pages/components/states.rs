//! What a figure says about itself, badges, and pages without figures.

use chrono::TimeDelta;
use dashboard_islands::icon::{Icon, icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::metric::MetricKind;
use protocol::receipt::{Accuracy, Missing, Receipt};

use super::{sample, section};
use crate::components::empty;
use crate::components::filter_line::fixed_filter;
use crate::components::freshness::freshness;
use crate::components::kind::kind_badge;
use crate::components::saved::lock;
use crate::filtered::Filtered;
use crate::pages::entry;

pub(super) fn sections() -> AnyView {
    view! {
        {section("Receipts and freshness", receipts())} {section("Badges", badges())} {section("Empty, moved, failed", without_figures())}
    }
    .into_any()
}

fn receipts() -> AnyView {
    let mark = |receipt: Receipt| view! { <ReceiptMark receipt=receipt offsets=Offsets::same(7_200) figure="41,286 events"/> };
    let late = sample::now() - TimeDelta::minutes(40);
    view! {
        <p class="row wrap spaced">
            {mark(sample::receipt())} {mark(Receipt { accuracy: Accuracy::Relative { error: 0.01 }, ..sample::receipt() })}
            {mark(Receipt { complete_through: late, ..sample::receipt() })} {mark(Receipt { missing: Some(Missing::Arriving), ..sample::receipt() })}
        </p>
        {freshness(&sample::frame(), &sample::receipt())}
        {freshness(&sample::frame(), &Receipt { complete_through: late, ..sample::receipt() })}
    }
    .into_any()
}

fn badges() -> AnyView {
    let kinds = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set];
    view! {
        <p class="row wrap spaced">
            {kinds.map(kind_badge).into_iter().collect_view()} <span class="kind">"anonymous"</span> <span class="tag">"web@5.2"</span>
            <span class="tag bad">{small_icon(Icon::FAILED)}"3"</span> <span class="status ok">{icon(Icon::CHECK)}"running"</span>
            <span class="status bad">{icon(Icon::FAILED)}"database away"</span> <span class="status idle">{icon(Icon::IDLE)}"gone"</span> {lock()}
            <span class="delta good">"+12.4%"</span> <span class="delta bad">"−1.7 pp"</span> <span class="delta flat">"0%"</span>
        </p>
    }
    .into_any()
}

fn without_figures() -> AnyView {
    let way_out = Some(("Show the last 90 days".to_owned(), "#main".to_owned()));
    let nothing =
        empty::nothing_here("Nothing in this range".to_owned(), "No event matches the filter in the last 7 days.".to_owned(), way_out);
    view! {
        <div class="stack">
            {empty::nothing_yet("No event yet", "the first event", sample::frame().event_command())}
            <div class="panel">{nothing}</div>
            <p class="banner calm" role="status">"The person is being forgotten."</p>
            <p class="banner">{icon(Icon::FAILED)}<span class="grow">"3 errors in the last 30 days"</span></p>
            {entry::wrong(Some("No account has this e-mail address and password."))}
            {fixed_filter(&Filtered::of("country:DE os:iOS"))}
        </div>
    }
    .into_any()
}
