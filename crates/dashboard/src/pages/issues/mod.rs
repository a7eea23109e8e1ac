//! Explore · Issues: errors that are one fault, and one of them.

mod actions;
mod breadcrumbs;
mod facts;
mod list;
mod one;
mod query;
mod report;
mod stack;
mod trend;
mod words;

use leptos::prelude::*;
use protocol::issue::{IssueAnswer, IssueFilter, IssuesAnswer};
use protocol::range::Range;

pub use query::{IssuePageQuery, IssuesPageQuery};

use crate::Frame;
use crate::components::audience_head::times;
use crate::components::picker::{Tab, tabs};
use crate::components::{empty, freshness};
use crate::render::{Page, Title};
use crate::selected::Selected;
use crate::shell::{self, Entry};

/// The issues of a range. `begun` says whether the project ever had one.
pub fn page(frame: &Frame, query: &IssuesPageQuery, answer: &IssuesAnswer, begun: bool) -> Page {
    shell::framed(frame, Entry::Issues, Title::new("Issues"), || {
        let href = |selected: &Selected| query.selecting(selected).href(frame);
        view! {
            <div class="page-head">
                <h1>"Issues"</h1>
                {freshness::freshness(frame, &answer.receipt)}
                <div class="right">
                    {times(frame, &frame.path(Entry::Issues.page()), &query.selected, query.kept(), &answer.receipt, &Range::AUDIENCE, &href)}
                </div>
            </div>
            {content(frame, query, answer, begun)}
        }
    })
}

fn content(frame: &Frame, query: &IssuesPageQuery, answer: &IssuesAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No error yet", "the first error", frame.error_command()).into_any();
    }
    let states = IssueFilter::ALL.map(|filter| Tab {
        label: filter.label(),
        count: Some(protocol::number::grouped(answer.counts.of(filter).cast_signed())),
        href: IssuesPageQuery { filter, ..query.begun_anew() }.href(frame),
        open: filter == query.filter,
    });
    view! { {tabs(states.into())} {list::panel(frame, query, answer)} }.into_any()
}

/// One issue, with one of its reports.
pub fn one(frame: &Frame, query: &IssuePageQuery, answer: &IssueAnswer) -> Page {
    let title = answer.row.issue.title().to_owned();
    shell::framed(frame, Entry::Issues, Title::new(title), || one::content(frame, query, answer))
}
