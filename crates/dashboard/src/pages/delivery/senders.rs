//! The books by SDK and version.

use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, SenderBooks};
use protocol::outcome::UNNAMED;

use super::words;

/// The panel; nothing when nobody sent.
pub(super) fn panel(answer: &DeliveryAnswer) -> AnyView {
    if answer.senders.is_empty() {
        return ().into_any();
    }
    let largest = answer.senders.iter().map(|sender| sender.counts.accounted()).max().unwrap_or_default().max(1);
    let head = |word: &'static str| view! { <th scope="col" class="num">{word}</th> };
    view! {
        <section class="panel gap-below">
            <header class="inline"><h2>"Senders"</h2><span class="faint">"by SDK and version"</span></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label="Senders">
                <table class="tbl">
                    <thead>
                        <tr>
                            <th scope="col">"SDK"</th>
                            <th scope="col" class="hide-s"><span class="sr">"Size"</span></th>
                            {["Made", "Stored", "Rejected", "Duplicate", "Sampled", "Lost", "On the way", "Sent again"].map(head).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{answer.senders.iter().map(|sender| row(sender, largest)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(sender: &SenderBooks, largest: u64) -> AnyView {
    let counts = &sender.counts;
    let on_the_way = counts.on_the_way();
    let (made, way) = match (sender.reports_made, on_the_way) {
        // What is not known is a dash, never a zero.
        (false, _) => ("not said".to_owned(), "–".to_owned()),
        (true, ..0) => (words::full(counts.made), format!("−{}", words::full(on_the_way.unsigned_abs()))),
        (true, _) => (words::full(counts.made), words::sparse(on_the_way.unsigned_abs())),
    };
    let share = counts.accounted() as f64 / largest as f64;
    let name = match sender.sdk.as_str() {
        "" => view! { <span class="faint">"no SDK named, such as curl"</span> }.into_any(),
        UNNAMED => view! { <span class="faint">"no SDK named, says what it made"</span> }.into_any(),
        sdk => view! { <code class="clip cell wide" title=sdk.to_owned()>{sdk.to_owned()}</code> }.into_any(),
    };
    let wrong = |n: u64| if n > 0 { "num wrong" } else { "num" };
    view! {
        <tr>
            <td class="nowrap">{name}</td>
            <td class="hide-s size"><span class="cell-bar" style=format!("width:{:.0}px", share * 64.0)></span></td>
            <td class=if sender.reports_made { "num" } else { "num faint" }>{made}</td>
            <td class="num">{words::sparse(counts.stored)}</td>
            <td class=wrong(counts.rejected)>{words::sparse(counts.rejected)}</td>
            <td class="num">{words::sparse(counts.duplicate)}</td>
            <td class="num">{words::sparse(counts.sampled)}</td>
            <td class=wrong(counts.lost)>{words::sparse(counts.lost)}</td>
            <td class="num">{way}</td>
            <td class="num">{words::sparse(sender.replayed)}</td>
        </tr>
    }
    .into_any()
}
