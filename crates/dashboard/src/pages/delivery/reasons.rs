//! Why items were rejected or lost, and requests refused, with what to do about it.

use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, ReasonCount};
use protocol::outcome::Outcome;

use super::words;

/// The panel; nothing when nothing went wrong.
pub(super) fn panel(answer: &DeliveryAnswer) -> AnyView {
    if answer.reasons.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="panel gap-below">
            <header class="inline"><h2>"Reasons"</h2><span class="faint">"the most frequent first"</span></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label="Reasons">
                <table class="tbl advised">
                    <thead>
                        <tr>
                            <th scope="col">"Reason"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col">"Signal"</th>
                            <th scope="col" class="num">"Count"</th>
                            <th scope="col">"What to do"</th>
                        </tr>
                    </thead>
                    <tbody>{answer.reasons.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(reason: &ReasonCount) -> AnyView {
    let page = match reason.outcome {
        Outcome::Rejected => Some("verdicts"),
        Outcome::Refused => Some("problems"),
        _ => None,
    };
    let code = reason.reason.clone();
    let code = match page {
        Some(page) => view! { <a class="link" href=format!("/docs/{page}#{code}")><code>{code.clone()}</code></a> }.into_any(),
        None => view! { <code>{code}</code> }.into_any(),
    };
    let hint = if reason.hint.is_empty() { "–" } else { &reason.hint };
    view! {
        <tr>
            <td class="nowrap">{code}</td>
            <td class="nowrap">{words::outcome(reason.outcome)}</td>
            <td class="nowrap muted">{words::signal(reason.signal)}</td>
            <td class="num">{words::full(reason.n)}</td>
            <td class="rest prose-cell">{words::coded(hint)}</td>
        </tr>
    }
    .into_any()
}
