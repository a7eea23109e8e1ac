//! How ingest and counting do: rate, lag, what waits, and every ingest process.

use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, Lag, Process, SpoolState};
use protocol::number;

use super::words;
use crate::Frame;

/// The two panels.
pub(super) fn panels(frame: &Frame, answer: &DeliveryAnswer) -> AnyView {
    view! {
        <section class="panel gap-below">
            <header class="inline"><h2>"Counting"</h2><span class="faint">"of this project, now"</span></header>
            {counting(frame, &answer.lag)}
        </section>
        <section class="panel">
            <header class="inline"><h2>"Ingest processes"</h2><span class="faint">"of this installation, all projects"</span></header>
            {processes(frame, &answer.processes)}
        </section>
    }
    .into_any()
}

fn counting(frame: &Frame, lag: &Lag) -> AnyView {
    let oldest = lag.oldest.map_or_else(|| "nothing waits".to_owned(), |oldest| format!("oldest {} ago", words::age(frame, oldest)));
    let status = match (lag.dead_letters, lag.failing) {
        (0, 0) => ().into_any(),
        (0, failing) => {
            notice(Icon::WARN, "warn", format!("{} failed and will be tried again", number::counted(failing, "flush", "flushes")))
        }
        (letters, _) => {
            let words = format!(
                "{}: what could not be counted or stored; `throughline dead-letters` shows them and tries again",
                number::counted(letters, "dead letter", "dead letters")
            );
            notice(Icon::FAILED, "bad", words)
        }
    };
    view! {
        <dl class="facts-row">
            <div><dt>"Counted"</dt><dd>{per_second(lag.items_per_second)}</dd><dd class="faint">"over the last minute"</dd></div>
            <div><dt>"Waiting"</dt><dd>{number::counted(lag.items, "item", "items")}</dd><dd class="faint">{format!("in {}", number::counted(lag.flushes, "flush", "flushes"))}</dd></div>
            <div><dt>"Lag"</dt><dd>{lag.oldest.map_or_else(|| "0\u{a0}s".to_owned(), |oldest| words::age(frame, oldest))}</dd><dd class="faint">{oldest}</dd></div>
        </dl>
        {status}
    }
    .into_any()
}

fn notice(sign: Icon, class: &'static str, text: String) -> AnyView {
    view! { <p class="body"><span class=format!("status {class}")>{icon(sign)}<span>{words::coded(&text)}</span></span></p> }.into_any()
}

fn per_second(rate: f64) -> String {
    // Three figures, but no item is a thousandth.
    let shown = if rate >= 10.0 { number::count(rate.round()) } else { number::count((rate * 10.0).round() / 10.0) };
    format!("{shown}/s")
}

fn processes(frame: &Frame, processes: &[Process]) -> AnyView {
    if processes.is_empty() {
        return view! {
            <p class="body muted">
                "No ingest process was seen within the last hour. Is one running? "<code>"throughline serve"</code>" runs every role, "
                <code>"--role ingest"</code>" this one."
            </p>
        }
        .into_any();
    }
    let head = |(word, class): (&'static str, &'static str)| view! { <th scope="col" class=class>{word}</th> };
    let heads = [
        ("State", ""),
        ("Up", "num"),
        ("Stores", "num"),
        ("Queue", "num"),
        ("Oldest wait", "num"),
        ("Spool", "num"),
        ("Version", "hide-s"),
        ("Process", "hide-s"),
    ];
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="Ingest processes">
            <table class="tbl">
                <thead><tr>{heads.map(head).collect_view()}</tr></thead>
                <tbody>{processes.iter().map(|process| row(frame, process)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(frame: &Frame, process: &Process) -> AnyView {
    let state = &process.state;
    let status = match (process.gone, state.database_away) {
        (true, _) => {
            view! { <span class="status idle">{icon(Icon::IDLE)}{format!("gone, seen {} ago", words::age(frame, process.seen))}</span> }
                .into_any()
        }
        (false, true) => view! { <span class="status bad">{icon(Icon::FAILED)}"database away"</span> }.into_any(),
        (false, false) => view! { <span class="status ok">{icon(Icon::CHECK)}"running"</span> }.into_any(),
    };
    let queue = format!("{} · {}", words::full(state.queue.batches), number::bytes(state.queue.bytes as f64));
    let wait = number::duration(state.queue.oldest_wait_ms as f64 / 1e3);
    let id = process.id.to_string();
    view! {
        <tr class=process.gone.then_some("gone")>
            <td class="nowrap">{status}</td>
            <td class="num">{number::duration((process.seen - process.started).num_seconds().max(1) as f64)}</td>
            <td class="num">{per_second(state.items_per_second)}</td>
            <td class="num">{queue}</td>
            <td class="num">{wait}</td>
            <td class="num">{state.spool.as_ref().map_or_else(|| "off".to_owned(), |spool| of_spool(frame, spool))}</td>
            <td class="hide-s muted">{state.version.clone()}</td>
            <td class="hide-s"><code class="faint" title=id.clone()>{id[id.len() - 8..].to_owned()}</code></td>
        </tr>
    }
    .into_any()
}

fn of_spool(frame: &Frame, spool: &SpoolState) -> String {
    let size = format!("{} · {}", words::full(spool.records), number::bytes(spool.bytes as f64));
    spool.oldest.map_or_else(|| size.clone(), |oldest| format!("{size} · {}", words::age(frame, oldest)))
}
