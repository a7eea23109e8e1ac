//! What is said of a trace as a whole: what is odd about it, whose time it was, what is known without its spans.

use std::collections::BTreeMap;

use dashboard_islands::clock;
use dashboard_islands::trace::colour;
use leptos::prelude::*;
use protocol::number;
use protocol::traces::{TraceAnswer, TraceSpan};

use crate::Frame;
use crate::components::empty;
use crate::components::record::record;
use crate::pages::traces::links::actor_href;

/// Services whose time is told.
const SERVICES_SHOWN: usize = 8;

/// What was handled, in words.
pub(super) fn oddities(answer: &TraceAnswer) -> AnyView {
    let shift = answer.spans.iter().map(|span| span.shift_us.abs()).max().unwrap_or_default();
    let orphans = answer.spans.iter().filter(|span| span.orphan).count() as u64;
    let tags = [
        (shift >= 1_000).then(|| format!("clocks corrected by up to {}", number::duration(shift as f64 / 1e6))),
        answer.rootless.then(|| "its root never came".to_owned()),
        (orphans > 0 && !answer.rootless).then(|| format!("{} without their parent", number::counted(orphans, "span", "spans"))),
        (answer.duplicates > 0).then(|| format!("{} of an id that was there already", number::counted(answer.duplicates, "span", "spans"))),
        answer.more_spans.then(|| "only its first spans are shown".to_owned()),
        answer.more_marks.then(|| "not all of its logs, errors, points and events are shown".to_owned()),
    ];
    tags.into_iter().flatten().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view().into_any()
}

/// What stands below the details of a span: whose time it was, and whose session.
pub(super) fn below(frame: &Frame, answer: &TraceAnswer) -> AnyView {
    let mut by_service = BTreeMap::<Option<usize>, i64>::new();
    for TraceSpan { service, self_us, .. } in &answer.spans {
        *by_service.entry(*service).or_default() += self_us;
    }
    let mut by_service: Vec<(Option<usize>, i64)> = by_service.into_iter().collect();
    by_service.sort_by_key(|(_, us)| std::cmp::Reverse(*us));
    let all = by_service.iter().map(|(_, us)| us).sum::<i64>().max(1);
    let row = |(service, us): &(Option<usize>, i64)| {
        let name = service.and_then(|service| answer.services.get(service)).map_or("without a service", String::as_str).to_owned();
        let style = format!("width:{:.1}%;background:{}", *us as f64 / all as f64 * 100.0, colour(*service));
        view! { <li><span class="clip" title=name.clone()>{name.clone()}</span><span class="lane"><i style=style></i></span><span class="num">{number::duration(*us as f64 / 1e6)}</span></li> }
    };
    let sessions = answer
        .sessions
        .iter()
        .take(3)
        .map(|session| view! { <dt>"Session"</dt><dd class="clip" title=session.clone()>{whose(frame, answer, session)}</dd> });
    let zone = clock::zone(&frame.project.zone, frame.offset(answer.begin));
    view! {
        <section class="panel">
            <header><h2>"Self time by service"</h2></header>
            <ol class="waterfall">{by_service.iter().take(SERVICES_SHOWN).map(row).collect_view()}</ol>
            <dl class="details">{sessions.collect_view()}<dt>"Times"</dt><dd>{zone}</dd></dl>
        </section>
    }
    .into_any()
}

/// A session leads to its person where it is known by no user.
fn whose(frame: &Frame, answer: &TraceAnswer, session: &str) -> AnyView {
    match answer.visitors.iter().find(|visitor| visitor.session_id.as_deref() == Some(session)) {
        Some(visitor) => view! { <a href=actor_href(frame, &visitor.actor)>{session.to_owned()}</a> }.into_any(),
        None => session.to_owned().into_any(),
    }
}

/// Something names the trace, and none of its spans is stored.
pub(super) fn without_spans(frame: &Frame, answer: &TraceAnswer) -> AnyView {
    let explanation = "What follows names this trace, but none of its spans is stored: they were not sent, have not arrived yet, or were left out by sampling.";
    view! {
        <section class="panel">
            {empty::nothing_here("Its spans are not stored".to_owned(), explanation.to_owned(), None)}
            <ul class="records">{answer.marks.iter().map(|mark| record(frame, &mark.item)).collect_view()}</ul>
        </section>
    }
    .into_any()
}
