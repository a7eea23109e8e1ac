//! The list: a row for each session, fifty at once, which leads to its steps.

use dashboard_islands::icon::{Icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use dashboard_islands::{clock, country};
use leptos::prelude::*;
use protocol::id::ActorKind;
use protocol::number;
use protocol::sessions::{SessionListAnswer, SessionListQuery, SessionRow, SessionSort};

use super::SessionsPageQuery;
use crate::Frame;
use crate::components::download::download;
use crate::components::pages::pages;
use crate::components::when::exact;
use crate::pages::person::PersonQuery;

/// The panel.
pub(super) fn panel(frame: &Frame, query: &SessionsPageQuery, answer: &SessionListAnswer) -> AnyView {
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(answer.total, "session", "sessions");
    let heads = [
        (Some(SessionSort::Start), "Began", ""),
        (None, "Person", ""),
        (Some(SessionSort::Duration), "Lasted", "num"),
        (Some(SessionSort::PageViews), "Views", "num hide-s"),
        (Some(SessionSort::Events), "Events", "num"),
        (None, "Errors", "num hide-s"),
        (None, "Entry", "hide-s"),
        (None, "Exit", "hide-s"),
        (None, "From", "hide-s"),
        (None, "With", "hide-s"),
    ];
    let turn = pages(answer.sessions.len(), (query.page, SessionListQuery::PAGE), answer.total, |page| {
        let shown = page <= SessionListQuery::PAGES_MAX;
        shown.then(|| SessionsPageQuery { page, ..query.clone() }.href(frame))
    });
    view! {
        <section class="panel">
            <header><h2>"Sessions"</h2><span class="faint">{count.clone()}</span></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label="Sessions">
                <table class="tbl">
                    <thead><tr>{heads.map(|(sort, label, class)| head(frame, query, sort, label, class)).collect_view()}</tr></thead>
                    <tbody>{answer.sessions.iter().map(|session| line(frame, session)).collect_view()}</tbody>
                </table>
            </div>
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                {turn}
                {download(frame, "sessions/list", query.words())}
            </div>
        </section>
    }
    .into_any()
}

fn head(frame: &Frame, query: &SessionsPageQuery, sort: Option<SessionSort>, label: &'static str, class: &'static str) -> AnyView {
    let Some(sort) = sort else { return view! { <th scope="col" class=class>{label}</th> }.into_any() };
    let sorted = sort == query.sort;
    let href = SessionsPageQuery { sort, page: 0, ..query.clone() }.href(frame);
    let label = if sorted { format!("{label} ↓") } else { label.to_owned() };
    view! { <th scope="col" class=class aria-sort=sorted.then_some("descending")><a href=href>{label}</a></th> }.into_any()
}

fn line(frame: &Frame, row: &SessionRow) -> AnyView {
    let SessionRow { name, errors, seen } = row;
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let steps =
        PersonQuery { from: Some(seen.from), before: Some(seen.until + chrono::TimeDelta::milliseconds(1)), ..PersonQuery::of(name) };
    let began = clock::wall(seen.from, frame.offset(seen.from));
    let lasted = (seen.until - seen.from).num_milliseconds() as f64 / 1e3;
    let lasted = if lasted > 0.0 { number::duration(lasted) } else { "–".to_owned() };
    let place = seen.country.as_deref().map(|code| country::name(code).to_owned());
    let with: Vec<String> = [place, seen.os.clone(), seen.browser.clone()].into_iter().flatten().collect();
    let with = if with.is_empty() { "–".to_owned() } else { with.join(" · ") };
    let kind = (name.kind != ActorKind::User).then(|| view! { <span class="kind">{name.kind.word()}</span> });
    let errors = match errors {
        0 => view! { <span class="faint">"–"</span> }.into_any(),
        count => view! { <span class="tag bad">{small_icon(Icon::FAILED)}{count.to_string()}</span> }.into_any(),
    };
    let title = format!("{}; the steps of this session", exact(frame, seen.from));
    view! {
        <tr>
            <td class="nowrap"><a href=steps.href(frame) title=title>{format!("{} {}", clock::day(began), clock::minute(began))}</a></td>
            <td class="who"><a class="mono clip" href=PersonQuery::of(name).href(frame) title=name.id.clone()>{name.id.clone()}</a> {kind}</td>
            <td class="num nowrap">{lasted}</td>
            <td class="num hide-s">{number::grouped(seen.page_views as i64)}</td>
            <td class="num">{number::grouped(seen.events as i64)}</td>
            <td class="num hide-s">{errors}</td>
            <td class="mono clip route hide-s">{text(&seen.entry)}</td>
            <td class="mono clip route hide-s">{text(&seen.exit)}</td>
            <td class="clip route hide-s">{text(&seen.referrer)}</td>
            <td class="nowrap hide-s" title=seen.release.clone()>{with}</td>
        </tr>
    }
    .into_any()
}
