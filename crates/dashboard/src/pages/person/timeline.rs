//! The timeline: sessions, newest first, with what was done and what happened in each.

use chrono::Datelike as _;
use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, small_icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::number;
use protocol::timeline::{TimelineAnswer, TimelineBody, TimelineKind, TimelineSession};

use super::{PersonQuery, item};
use crate::Frame;
use crate::components::empty;

/// The panel.
pub(super) fn panel(frame: &Frame, query: &PersonQuery, answer: &TimelineAnswer) -> AnyView {
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let items: usize = answer.sessions.iter().map(|session| session.items.len()).sum();
    let count = number::counted(items as u64, "item", "items");
    let earlier = answer.next.map(|before| {
        let at = clock::wall(before, frame.offset(before));
        let href = PersonQuery { before: Some(before), ..query.clone() }.href(frame);
        view! { <a class="link" href=href>{format!("Earlier than {} {}", clock::day(at), clock::minute(at))}</a> }
    });
    let newest = (query.before.is_some() && query.from.is_none())
        .then(|| view! { <a class="link" href=PersonQuery { before: None, ..query.clone() }.href(frame)>"Newest"</a> });
    let whole =
        query.from.is_some().then(|| view! { <a class="link" href=PersonQuery::of(&query.actor).href(frame)>"The whole timeline"</a> });
    view! {
        <section class="panel timeline">
            <header>
                <h2>{if query.from.is_some() { "Session" } else { "Timeline" }}</h2>
                <span class="faint">"newest first"</span>
                <div class="right">{whole}</div>
            </header>
            <div class="body">{kinds(frame, query)}</div>
            {answer.crowded.then(|| view! { <p class="body faint">"More happened at one moment than a page holds: some of it is not shown."</p> })}
            {if items == 0 { nothing(frame, query) } else { sessions(frame, query, answer) }}
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                <span>{if query.kind.is_none() { "What shares a trace stands under what was done" } else { "Only items of one kind" }}</span>
                <span class="right">{newest} " " {earlier}</span>
            </div>
        </section>
    }
    .into_any()
}

fn kinds(frame: &Frame, query: &PersonQuery) -> AnyView {
    let chip = |label: &'static str, kind: Option<TimelineKind>| {
        let href = PersonQuery { kind, before: query.before.filter(|_| query.from.is_some()), ..query.clone() }.href(frame);
        view! { <a href=href aria-current=(kind == query.kind).then_some("true")>{label}</a> }
    };
    view! {
        <div class="chips" role="group" aria-label="Kinds">
            {chip("All", None)} {TimelineKind::ALL.map(|kind| chip(kind.label(), Some(kind))).collect_view()}
        </div>
    }
    .into_any()
}

fn nothing(frame: &Frame, query: &PersonQuery) -> AnyView {
    let part = match (query.from, query.before) {
        (Some(_), _) => Some("this session"),
        (None, Some(_)) => Some("this part of the timeline"),
        (None, None) => None,
    };
    let (title, why) = match query.kind {
        _ if part.is_some() => {
            let what = query.kind.map_or_else(|| "Nothing".to_owned(), |kind| format!("No {}", kind.label().to_lowercase()));
            (format!("{what} in {}", part.unwrap_or_default()), "There may be some at another time.".to_owned())
        }
        Some(kind) => ("Nothing of this kind".to_owned(), format!("No stored row of this person shows under {}.", kind.label())),
        None => {
            ("Nothing is kept".to_owned(), "What this person did is older than raw rows are kept, or was never more than an id.".to_owned())
        }
    };
    let way_out = (query.kind.is_some() || query.before.is_some() || query.from.is_some())
        .then(|| ("Show everything".to_owned(), PersonQuery::of(&query.actor).href(frame)));
    empty::nothing_here(title, why, way_out).into_any()
}

fn sessions(frame: &Frame, query: &PersonQuery, answer: &TimelineAnswer) -> AnyView {
    let last = answer.sessions.len().saturating_sub(1);
    let found = answer.sessions.iter().enumerate().map(|(place, found)| {
        // Of one kind alone, and where a page may begin or end within it, nobody knows when a session began and ended.
        let whole = query.kind.is_none() && (place > 0 || query.before.is_none()) && (place < last || answer.next.is_none());
        session(frame, query, found, whole || query.from.is_some() && query.kind.is_none())
    });
    found.collect_view().into_any()
}

fn session(frame: &Frame, query: &PersonQuery, session: &TimelineSession, whole: bool) -> AnyView {
    let at = clock::wall(session.from, frame.offset(session.from));
    let today = clock::wall(frame.now, frame.offset(frame.now)).date();
    let day = match at.date() {
        day if day == today => "Today".to_owned(),
        day if day.year() == today.year() => clock::weekday(at),
        _ => clock::date(at),
    };
    let lasted = (session.until - session.from).num_milliseconds() as f64 / 1e3;
    let lasted = (whole && lasted >= 1.0).then(|| view! { <span class="muted">{number::duration(lasted)}</span> });
    let failed = (session.failed > 0).then(|| {
        view! { <span class="tag bad">{small_icon(Icon::FAILED)}{format!("{} failed", session.failed)}</span> }
    });
    let release = session.items.iter().find_map(|item| item.release.clone());
    let source = session.items.iter().rev().find_map(|item| match &item.body {
        TimelineBody::View { referrer, .. } => referrer.clone(),
        _ => None,
    });
    let tags = [source, release].into_iter().flatten().map(|text| view! { <span class="tag clip">{text}</span> }).collect_view();
    let alone = PersonQuery {
        from: Some(session.from),
        before: Some(session.until + chrono::TimeDelta::milliseconds(1)),
        ..PersonQuery::of(&query.actor)
    };
    let id = session.id.clone().map(|id| match whole {
        true => view! { <a class="mono faint clip right" href=alone.href(frame) title="Only this session">{id}</a> }.into_any(),
        false => view! { <span class="mono faint clip right">{id}</span> }.into_any(),
    });
    view! {
        <div class="tl-session">
            <b>{format!("{day} {}", clock::minute(at))}</b>
            {lasted}
            <span class="muted">{number::counted(session.items.len() as u64, "item", "items")}</span>
            {failed} {tags} {id}
        </div>
        <ol class="tl">{session.items.iter().map(|found| item::line(frame, found, whole.then_some(session.from))).collect_view()}</ol>
    }
    .into_any()
}
