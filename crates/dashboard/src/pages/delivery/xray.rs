//! The event x-ray: a box for an id, and its way from the sender to the screen.

use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::delivery::{Hop, HopVerdict, XrayAnswer, XrayItem, XrayVerdict};
use protocol::outcome::Signal;
use query_api::delivery::REJECTION_DAYS_KEPT;

use super::{DeliveryQuery, refused, words};
use crate::Frame;
use crate::shell::Entry;

/// The box, and below it what it found.
pub(super) fn panel(frame: &Frame, query: &DeliveryQuery, answer: Option<&XrayAnswer>) -> AnyView {
    view! {
        <section class="panel gap-below xray">
            <header class="inline"><h2>"Event x-ray"</h2><span class="faint">"where is my event?"</span></header>
            <form class="ask" method="get" action=frame.path(Entry::Delivery.page())>
                <input type="hidden" name="range" value=query.range.word()/>
                {query.signal.map(|signal| view! { <input type="hidden" name="signal" value=signal.word()/> })}
                <label class="find grow">
                    {icon(Icon::SEARCH)}
                    <span class="sr">"An event's or a batch's id"</span>
                    <input type="search" name="id" value=query.id.clone() maxlength="500" autocomplete="off" spellcheck="false"
                        placeholder="event_id, batch_id or Idempotency-Key"/>
                </label>
                <button class="btn primary" type="submit">"X-ray"</button>
            </form>
            {answer.map(|answer| found(frame, query, answer))}
        </section>
    }
    .into_any()
}

fn found(frame: &Frame, query: &DeliveryQuery, answer: &XrayAnswer) -> AnyView {
    let without = DeliveryQuery { id: String::new(), ..query.clone() }.href(frame);
    view! {
        <div class="found" role="status">
            <p class="verdict">{status(answer.verdict)}<b>{answer.headline.clone()}</b><a class="link" href=without>"Close"</a></p>
            {(!answer.hops.is_empty()).then(|| view! { <ol class="hops">{answer.hops.iter().map(|one| hop(frame, one)).collect_view()}</ol> })}
            {items(frame, answer)}
            {(!answer.rejections.is_empty()).then(|| view! { <h3>"Refused"</h3> <ul class="refusals">{refused::list(frame, &answer.rejections)}</ul> })}
            {checks(answer)}
        </div>
    }
    .into_any()
}

fn status(verdict: XrayVerdict) -> AnyView {
    let (class, sign, word) = match verdict {
        XrayVerdict::Shown => ("status ok", Icon::CHECK, "On screen"),
        XrayVerdict::Hidden => ("status warn", Icon::WARN, "Hidden"),
        XrayVerdict::Stored => ("status ok", Icon::CHECK, "Stored"),
        XrayVerdict::Duplicate => ("status warn", Icon::WARN, "Duplicate"),
        XrayVerdict::Waiting => ("status warn", Icon::IDLE, "Waiting"),
        XrayVerdict::Stuck => ("status bad", Icon::FAILED, "Stuck"),
        XrayVerdict::Discarded => ("status bad", Icon::FAILED, "Not counted"),
        XrayVerdict::Refused => ("status bad", Icon::FAILED, "Refused"),
        XrayVerdict::NotFound => ("status idle", Icon::IDLE, "Not found"),
    };
    view! { <span class=class>{icon(sign)}{word}</span> }.into_any()
}

fn hop(frame: &Frame, hop: &Hop) -> AnyView {
    let (class, sign) = match hop.verdict {
        HopVerdict::Passed => ("ok", Icon::CHECK),
        HopVerdict::Noted => ("warn", Icon::WARN),
        HopVerdict::Waiting => ("idle", Icon::IDLE),
        HopVerdict::Failed => ("bad", Icon::FAILED),
    };
    let time = hop.at.map(|at| view! { <time datetime=at.to_rfc3339()>{words::time(frame, at)}</time> }.into_any());
    view! {
        <li class=class>
            <span class="at">{time.unwrap_or_else(|| view! { <span class="faint">"–"</span> }.into_any())}</span>
            <span class="node" title=hop.verdict.label()>{icon(sign)}<span class="sr">{hop.verdict.label()}</span></span>
            <div>
                <p><b>{hop.step.label()}</b>" "{words::coded(&hop.title)}</p>
                {hop.details.iter().map(|detail| view! { <p class="muted small">{words::coded(detail)}</p> }).collect_view()}
            </div>
        </li>
    }
    .into_any()
}

/// The items of a batch; of a single one, its page.
fn items(frame: &Frame, answer: &XrayAnswer) -> AnyView {
    match answer.items.as_slice() {
        [] => ().into_any(),
        [one] => pages(frame, one),
        items => view! {
            <h3>{if answer.more { format!("Its items, the first {}", items.len()) } else { "Its items".to_owned() }}</h3>
            <ul class="of-batch">{items.iter().map(|one| line(frame, one)).collect_view()}</ul>
        }
        .into_any(),
    }
}

fn line(frame: &Frame, item: &XrayItem) -> AnyView {
    let id = item.id.map(|id| id.to_string());
    view! {
        <li>
            <time class="nowrap faint">{words::time(frame, item.ts)}</time>
            <b class="clip">{item.name.clone()}</b>
            <span class="muted clip">{item.actor.clone()}</span>
            {id.map(|id| view! { <a class="link mono clip" href=DeliveryQuery::xray_href(frame, &id)>{id.clone()}</a> })}
        </li>
    }
    .into_any()
}

fn pages(frame: &Frame, item: &XrayItem) -> AnyView {
    let links: Vec<(&str, String)> = match item.signal {
        Signal::Event => vec![("Live", frame.path(Entry::Live.page())), ("Metrics", frame.path(Entry::Metrics.page()))],
        Signal::Metric => vec![("Metrics explorer", frame.path(Entry::Explorer.page()))],
        // No page shows them yet.
        Signal::Span | Signal::Error | Signal::Log | Signal::Identity => return ().into_any(),
    };
    let link = |(label, href): (&str, String)| view! { <a class="btn" href=href>{format!("Open {label}")}</a> };
    view! { <p class="row wrap ways">{links.into_iter().map(link).collect_view()}</p> }.into_any()
}

fn checks(answer: &XrayAnswer) -> AnyView {
    if answer.checks.is_empty() {
        return ().into_any();
    }
    let title = if answer.verdict == XrayVerdict::NotFound {
        format!(
            "What that means: it waits on a server's disk, it never arrived here, it was refused more than {REJECTION_DAYS_KEPT} days ago, \
             or it lies in another project. Check, in this order:"
        )
    } else {
        "What to do".to_owned()
    };
    view! {
        <h3>{title}</h3>
        <ol class="checks">{answer.checks.iter().map(|check| view! { <li>{words::coded(check)}</li> }).collect_view()}</ol>
    }
    .into_any()
}
