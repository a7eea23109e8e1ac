//! The list: a line for each record, which opens the record beside it.

use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::logs::{LogOrder, StoredLog};
use protocol::number;
use protocol::range::{Period, Range};

use super::{Answers, LogsPageQuery, level};
use crate::Frame;
use crate::components::download::download;
use crate::components::empty;
use crate::components::picker::{Choice, segments};
use crate::components::when::exact;

/// Characters of a body that a line shows; the rest can be unfolded.
const SHOWN: usize = 240;
/// The longest range that the page offers.
const LONGEST: Range = Range::RAW[Range::RAW.len() - 1];

/// The panel.
pub(super) fn panel(frame: &Frame, query: &LogsPageQuery, answers: &Answers) -> AnyView {
    let found = &answers.found;
    let order = |order: LogOrder| Choice {
        label: if order == LogOrder::Newest { "Newest first" } else { "Oldest first" }.to_owned(),
        href: LogsPageQuery { order, ..query.begun_anew() }.href(frame),
        chosen: order == query.order,
    };
    let receipt = found.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(found.records.len() as u64, "record", "records");
    let lines: Vec<_> = found.records.iter().map(|log| line(frame, query, log)).collect();
    view! {
        <section class="panel">
            <header><h2>"Records"</h2><div class="right">{segments("Order", "seg", LogOrder::ALL.map(order).into())}</div></header>
            <p class="tail-status small" role="status" data-tail-status hidden></p>
            <ol class="loglines" data-tail-list>{lines}</ol>
            {found.records.is_empty().then(|| nothing(frame, query, answers))}
            {query.can_follow().then(|| template(frame, query))}
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count.clone() up=true/>
                <span>{count}</span>
                {turn(frame, query, answers)}
                {download(frame, "logs", query.words())}
            </div>
        </section>
    }
    .into_any()
}

/// How far the search got, and the ways to the beginning and on.
fn turn(frame: &Frame, query: &LogsPageQuery, answers: &Answers) -> AnyView {
    let found = &answers.found;
    let first = (!query.after.is_empty()).then(|| view! { <a class="link" href=query.begun_anew().href(frame)>"From the beginning"</a> });
    let way = if query.order == LogOrder::Newest { "back to" } else { "up to" };
    let reached = found.searched.stopped_at.map(|at| {
        let looked = number::count(found.searched.records as f64);
        view! { <span class="partly">{format!("Looked at {looked} records, {way} {}", exact(frame, at))}</span> }
    });
    let next = found.next.clone().map(|after| {
        let label = match (found.searched.stopped_at.is_some(), query.order) {
            (true, _) => "Go on looking",
            (false, LogOrder::Newest) => "Older",
            (false, LogOrder::Oldest) => "Newer",
        };
        view! { <a class="link" href=LogsPageQuery { after, ..query.begun_anew() }.href(frame)>{label}</a> }
    });
    view! { {reached}{first}{next} }.into_any()
}

fn nothing(frame: &Frame, query: &LogsPageQuery, answers: &Answers) -> AnyView {
    if answers.found.next.is_some() {
        let explanation = "Nothing was found among the records that were looked at; there are more.".to_owned();
        return empty::nothing_here("Nothing found so far".to_owned(), explanation, None);
    }
    if !query.after.is_empty() {
        return empty::nothing_here("No more records".to_owned(), "This was the end of the range.".to_owned(), None);
    }
    let matching = if query.selected.filtered.filter.is_all() { "was written" } else { "matches what is looked for" };
    let explanation = format!("No record {matching} in {}.", query.selected.period.sentence());
    let longest = Period::Last(LONGEST);
    let way_out = match query.selected.filtered.filter.is_all() {
        false => Some(("Remove the filter".to_owned(), query.looking_for(frame, ""))),
        true => (query.selected.period != longest)
            .then(|| (format!("Show the {}", LONGEST.sentence()), query.selecting(&query.selected.during(longest)).href(frame))),
    };
    empty::nothing_here("No record in this range".to_owned(), explanation, way_out)
}

/// One line; also of the records around one.
pub(super) fn line(frame: &Frame, query: &LogsPageQuery, log: &StoredLog) -> AnyView {
    let opened = query.at == log.id;
    let href = LogsPageQuery { at: log.id.clone(), ..query.clone() }.href(frame);
    let at = clock::wall(log.ts, frame.offset(log.ts));
    let today = clock::wall(frame.now, frame.offset(frame.now)).date();
    let day = (at.date() != today).then(|| view! { <span class="faint">{format!("{} ", clock::day(at))}</span> });
    view! {
        <li class:chosen=opened data-id=log.id.clone()>
            <a class="at" href=href aria-current=opened.then_some("true") title="The record, and what was written around it">
                {day}<time datetime=log.ts.to_rfc3339()>{clock::millisecond(at)}</time>
            </a>
            {level(log.level)}
            <span class="service clip" title=log.service.clone()>{log.service.clone().unwrap_or_else(|| "–".to_owned())}</span>
            {body(&log.body)}
        </li>
    }
    .into_any()
}

/// What a line says; what is too long unfolds.
fn body(text: &str) -> AnyView {
    let first = text.lines().next().unwrap_or_default();
    let end = first.char_indices().nth(SHOWN).map_or(first.len(), |(end, _)| end);
    if end == text.len() {
        return view! { <code class="says">{text.to_owned()}</code> }.into_any();
    }
    view! {
        <details class="says">
            <summary><code>{format!("{}…", &first[..end])}</code></summary>
            <pre>{text.to_owned()}</pre>
        </details>
    }
    .into_any()
}

/// A line without a record, which the script fills for what arrives. `at` is the URL up to the id of a record.
fn template(frame: &Frame, query: &LogsPageQuery) -> AnyView {
    let page = query.begun_anew().href(frame);
    let at = format!("{page}{}at=", if page.contains('?') { '&' } else { '?' });
    let html = r#"<li class="new"><a class="at"><time></time></a><b class="level"></b><span class="service clip"></span><code class="says"></code></li>"#;
    view! { <template data-tail-line data-at=at inner_html=html></template> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_shows_its_beginning_and_unfolds() {
        assert!(!body("short").to_html().contains("<details"));
        let lines = body("first\nsecond").to_html();
        assert!(lines.contains("<summary><code>first…</code>") && lines.contains("first\nsecond</pre>"), "{lines}");
        let long = body(&"ü".repeat(SHOWN + 1)).to_html();
        assert!(long.contains(&format!("<code>{}…</code>", "ü".repeat(SHOWN))), "{long}");
    }
}
