//! The equation, as a row of figures that visibly add up.

use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::delivery::{Books, DeliveryAnswer, ItemCounts};
use protocol::number;
use protocol::outcome::Signal;

use super::{DeliveryQuery, words};
use crate::Frame;
use crate::components::picker::{Choice, segments};

/// The panel.
pub(super) fn panel(frame: &Frame, query: &DeliveryQuery, answer: &DeliveryAnswer) -> AnyView {
    let books = answer.books;
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let figure = number::counted(books.reported.made.max(books.reported.accounted()) + books.unreported.accounted(), "item", "items");
    view! {
        <section class="panel gap-below">
            <header>
                <h2>"What became of what was made"</h2>
                <span class="faint">{answer.range.sentence()}</span>
                <div class="right">{signal_picker(frame, query, answer)}</div>
            </header>
            {if books.reported == ItemCounts::default() { nobody_says() } else { equation(&books.reported) }}
            {rest(&books)}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=figure up=true/>
                <span>"items, by the hour of their commit"</span>
                <span>{format!("{} in {}", number::counted(answer.receipt.rows_read, "row", "rows"), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
            </div>
        </section>
    }
    .into_any()
}

fn signal_picker(frame: &Frame, query: &DeliveryQuery, answer: &DeliveryAnswer) -> AnyView {
    let there = answer.signals.iter().map(|books| Some(books.signal));
    let asked = query.signal.filter(|asked| !answer.signals.iter().any(|books| books.signal == *asked)).map(Some);
    let choice = |signal: Option<Signal>| Choice {
        label: signal.map_or("All", words::signal).to_owned(),
        href: DeliveryQuery { signal, ..query.clone() }.href(frame),
        chosen: signal == query.signal,
    };
    segments("Signal", "seg many", [None].into_iter().chain(there).chain(asked).map(choice).collect())
}

fn equation(counts: &ItemCounts) -> AnyView {
    let on_the_way = counts.on_the_way();
    let last = if on_the_way >= 0 {
        term(
            "+",
            "still on the way",
            words::full(on_the_way.unsigned_abs()),
            "waits",
            "Made, but not heard of since: in a queue, being sent, or gone with their process",
        )
    } else {
        let title = "More arrived than were made: a sender repeats items under new batch ids, or counts what it makes too low";
        term("−", "more than was made", words::full(on_the_way.unsigned_abs()), "bad", title)
    };
    view! {
        <dl class="equation">
            {term("", "made", words::full(counts.made), "", "What the SDKs were asked to send, by their own count")}
            {term("=", "stored", words::full(counts.stored), "", "Committed")}
            {term("+", "rejected", words::full(counts.rejected), if counts.rejected > 0 { "bad" } else { "" }, "Refused item by item, with a reason")}
            {term("+", "duplicate", words::full(counts.duplicate), "", "Their id was stored before")}
            {term("+", "sampled", words::full(counts.sampled), "", "Left out by the SDK, as its sample rate told it")}
            {term("+", "lost", words::full(counts.lost), if counts.lost > 0 { "bad" } else { "" }, "Given up by the SDK, with a reason")}
            {last}
        </dl>
    }
    .into_any()
}

fn term(sign: &'static str, label: &'static str, figure: String, class: &'static str, title: &'static str) -> AnyView {
    view! {
        <div class=format!("term {class}") title=title>
            <dt>{label}</dt>
            <dd>{(!sign.is_empty()).then(|| view! { <span class="sign">{sign}</span> })}{figure}</dd>
        </div>
    }
    .into_any()
}

fn nobody_says() -> AnyView {
    view! {
        <p class="body muted">
            "No sender says how many items it made, so nothing can be missing from the books, and nothing can be found missing. "
            "Our SDKs say so with every batch; with curl, send "<code>"\"made\": 1"</code>" beside the items."
        </p>
    }
    .into_any()
}

/// What stands outside the equation.
fn rest(books: &Books) -> AnyView {
    let other = books.unreported;
    let mut facts: Vec<(&'static str, u64, &'static str)> = vec![
        ("stored", other.stored, "of senders that do not say what they made"),
        ("rejected", other.rejected, "of such senders"),
        ("lost or sampled", other.lost + other.sampled, "of such senders"),
        ("duplicate", other.duplicate, "of such senders"),
        ("sent again", books.replayed, "in batches that were recognised: stored once"),
        ("imported", books.imported, "as history"),
        ("refused", books.refused_requests, "whole requests, for the reasons below"),
    ];
    facts.retain(|(_, n, _)| *n > 0);
    if facts.is_empty() {
        return ().into_any();
    }
    let fact = |(label, n, of): (&'static str, u64, &'static str)| view! { <li><b>{words::full(n)}</b>{format!(" {label} ")}<span class="faint">{of}</span></li> };
    view! { <ul class="beside"><li class="faint">"Outside the equation"</li>{facts.into_iter().map(fact).collect_view()}</ul> }.into_any()
}
