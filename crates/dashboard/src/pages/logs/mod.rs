//! Explore · Logs: records of a time, found, counted, followed, and looked at with what was written around them.

mod chart;
mod facets;
mod list;
mod query;
mod record;

use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::level::Level;
use protocol::logs::{LogContext, LogSummary, LogsAnswer};
use protocol::range::Range;

pub use query::LogsPageQuery;

use crate::components::audience_head::times;
use crate::components::filter_bar::{Bar, bar};
use crate::components::freshness::freshness;
use crate::components::{empty, saved};
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, assets};

/// What a first look should be helped with.
const FIELDS: [&str; 11] = [
    "level>=warning",
    "level:",
    "service:",
    "environment:",
    "release:",
    "trace:",
    "user:",
    "session:",
    "body contains ",
    "body starts ",
    "attributes.",
];

/// What the page shows.
pub struct Answers {
    /// The list.
    pub found: LogsAnswer,
    /// What is counted.
    pub summary: LogSummary,
    /// The record that is looked at.
    pub opened: Option<LogContext>,
    /// The project had a record, ever.
    pub begun: bool,
}

/// The page.
pub fn page(frame: &Frame, query: &LogsPageQuery, answers: &Answers) -> Page {
    shell::framed(frame, Entry::Logs, Title::new("Logs"), || {
        let href = |selected: &Selected| query.selecting(selected).href(frame);
        let receipt = &answers.found.receipt;
        let path = frame.path(Entry::Logs.page());
        let kept: Vec<Word> = query.begun_anew().kept();
        view! {
            <div class="page-head">
                <h1>"Logs"</h1>
                {freshness(frame, receipt)}
                <div class="right">
                    {times(frame, &path, &query.selected, kept.clone(), receipt, &Range::RAW, &href)}
                    {(query.can_follow() && answers.begun).then(|| follow(frame, query))}
                </div>
            </div>
            {answers.begun.then(|| search_line(frame, query, answers, &path, kept))}
            {content(frame, query, answers)}
            <script src=assets::url("tail.js") defer></script>
        }
    })
}

/// What is looked for, and views.
fn search_line(frame: &Frame, query: &LogsPageQuery, answers: &Answers, path: &str, kept: Vec<Word>) -> AnyView {
    let time = query.selected.words().into_iter().filter(|(name, _)| *name != "filter");
    let kept: Vec<Word> = time.chain(kept).collect();
    let values = answers.summary.facets.iter().flat_map(|facet| facet.values.iter().map(|value| value.term.clone()));
    let fields = FIELDS.map(str::to_owned).into_iter().chain(values).collect();
    let example = "Look for: \"no answer\" level>=warning -health service:checkout …";
    let bar = bar(Bar { path, kept: &kept, suggest: None, fields, example, help: "/docs/logs" }, &query.selected.filtered, |text| {
        query.looking_for(frame, text)
    });
    view! { <div class="filter-line"><div class="grow">{bar}</div>{saved::views(frame, &query.begun_anew().href(frame))}</div> }.into_any()
}

/// Shows itself where scripts run.
fn follow(frame: &Frame, query: &LogsPageQuery) -> AnyView {
    let words = [("filter", query.selected.filtered.text())];
    let stream = crate::url::with_words(&format!("/api/v1/projects/{}/logs/stream", frame.project.id), &words);
    view! {
        <button class="btn" type="button" data-tail=stream data-zone=frame.project.zone.clone() aria-pressed="false" hidden>
            {icon(Icon::PLAY)}<span>"Follow"</span>
        </button>
    }
    .into_any()
}

fn content(frame: &Frame, query: &LogsPageQuery, answers: &Answers) -> AnyView {
    if !answers.begun {
        return empty::nothing_yet("No log record yet", "the first record", frame.log_command()).into_any();
    }
    let list = list::panel(frame, query, answers);
    let list = match &answers.opened {
        Some(opened) => view! { <div class="log-beside">{list}{record::panel(frame, query, opened)}</div> }.into_any(),
        None => list,
    };
    view! {
        {chart::panel(frame, query, &answers.summary)}
        <div class="logs">{facets::panel(frame, query, &answers.summary)}<div class="stack">{list}</div></div>
    }
    .into_any()
}

/// A level as a word in its colour.
fn level(level: Level) -> AnyView {
    view! { <b class="level" data-level=level.word()>{level.word()}</b> }.into_any()
}
