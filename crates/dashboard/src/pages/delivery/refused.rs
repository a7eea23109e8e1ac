//! What was refused lately: each with its reason, its fix, and how it began.

use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, Rejection};
use protocol::number;
use query_api::delivery::{REJECTION_DAYS_KEPT, REJECTIONS_KEPT_MAX};

use super::{DeliveryQuery, words};
use crate::Frame;

/// The panel.
pub(super) fn panel(frame: &Frame, answer: &DeliveryAnswer) -> AnyView {
    let rows = answer.rejections.len();
    let shown = if rows == 0 {
        view! { <p class="body muted">"Nothing was refused in this range."</p> }.into_any()
    } else {
        view! { <ul class="refusals">{list(frame, &answer.rejections)}</ul> }.into_any()
    };
    let kept = format!(
        "newest first; a sample of at most {} is kept for {REJECTION_DAYS_KEPT} days, the books count all",
        number::grouped(REJECTIONS_KEPT_MAX)
    );
    view! {
        <section class="panel gap-below">
            <header class="inline">
                <h2>"Refused lately"</h2>
                <span class="faint">{kept}</span>
            </header>
            {shown}
        </section>
    }
    .into_any()
}

/// The rows, for the x-ray too.
pub(super) fn list(frame: &Frame, rejections: &[Rejection]) -> AnyView {
    rejections.iter().map(|one| row(frame, one)).collect_view().into_any()
}

fn row(frame: &Frame, one: &Rejection) -> AnyView {
    let signal = one.signal.map(words::signal).unwrap_or_default();
    let what = match one.index {
        Some(index) => format!("{signal}, item {index}"),
        None => format!("{signal}{}whole request", if signal.is_empty() { "" } else { ", " }),
    };
    let id = one.item_id.clone().or_else(|| one.batch_id.map(|id| id.to_string()));
    let id = id.map(
        |id| view! { <a class="link mono clip" href=DeliveryQuery::xray_href(frame, &id) title=format!("X-ray {id}")>{id.clone()}</a> },
    );
    let log = one.correlation_id.as_ref().map(|id| view! { <span class="faint">{format!("log {id}")}</span> });
    view! {
        <li>
            <div class="line">
                <time class="nowrap" datetime=one.at.to_rfc3339()>{words::time(frame, one.at)}</time>
                <a class="tag bad" href=one.docs()>{one.code.clone()}</a>
                {one.name.as_ref().map(|name| view! { <b class="clip" title=name.clone()>{name.clone()}</b> })}
                <span class="muted">{what}</span>
                <span class="faint clip">{if one.sdk.is_empty() { "no SDK named".to_owned() } else { one.sdk.clone() }}</span>
                {id}
                {log}
            </div>
            <p>{words::coded(&one.message)}"; "<span class="muted">{words::coded(&one.hint)}</span></p>
            {(!one.excerpt.is_empty()).then(|| view! { <pre class="excerpt" tabindex="0">{one.excerpt.clone()}</pre> })}
        </li>
    }
    .into_any()
}
