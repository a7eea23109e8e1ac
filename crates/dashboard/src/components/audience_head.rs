//! The head of an Audience page: its name, how fresh it is, which time, which events.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;
use protocol::range::{Period, Range};
use protocol::receipt::Receipt;

use super::filter_bar::filter_bar;
use super::filter_line::{filter_line, fixed_filter};
use super::freshness::freshness;
use super::picker::{Choice, ranges};
use crate::selected::{Selected, Word};
use crate::{Frame, url};

/// A page as its head needs it.
pub(crate) struct Head<'a, H> {
    pub(crate) title: &'static str,
    /// Its address without a query.
    pub(crate) path: String,
    pub(crate) selected: &'a Selected,
    /// What its URL says beside what is selected.
    pub(crate) kept: Vec<Word>,
    /// Its address with something else selected.
    pub(crate) href: H,
    /// Further choices, at the right.
    pub(crate) more: AnyView,
    /// The project had an event, ever: before that there is nothing to filter.
    pub(crate) begun: bool,
}

/// The head and the filter bar.
pub(crate) fn audience_head<H: Fn(&Selected) -> String>(frame: &Frame, receipt: &Receipt, head: Head<'_, H>) -> AnyView {
    let Head { title, path, selected, kept, href, more, begun } = head;
    let bar = begun.then(|| {
        let kept: Vec<Word> = selected.words().into_iter().filter(|(name, _)| *name != "filter").chain(kept.clone()).collect();
        let suggest = url::with_words(&format!("/api/v1/projects/{}/suggestions", frame.project.id), &selected.words());
        if frame.link.is_some() {
            return fixed_filter(&selected.filtered);
        }
        let bar = filter_bar(&path, &kept, suggest, &selected.filtered, |text| href(&selected.matching(text)));
        filter_line(frame, bar, selected, &href)
    });
    view! {
        <div class="page-head">
            <h1>{title}</h1>
            {freshness(frame, receipt)}
            <div class="right">
                {times(frame, &path, selected, kept, receipt, &Range::AUDIENCE, &href)} {more}
            </div>
        </div>
        {bar}
    }
    .into_any()
}

/// Which time: some ranges that end now, or any days.
pub(crate) fn times(
    frame: &Frame,
    path: &str,
    selected: &Selected,
    kept: Vec<Word>,
    receipt: &Receipt,
    offered: &[Range],
    href: &impl Fn(&Selected) -> String,
) -> AnyView {
    let choices = offered.iter().map(|range| choice(selected, *range, href)).collect();
    view! { {ranges(choices)} {days(frame, path, selected, kept, receipt)} }.into_any()
}

fn choice(selected: &Selected, range: Range, href: impl Fn(&Selected) -> String) -> Choice {
    let period = Period::Last(range);
    Choice { label: range.label().to_owned(), href: href(&selected.during(period)), chosen: period == selected.period }
}

/// Any days: a form, so that it works without any script.
fn days(frame: &Frame, path: &str, selected: &Selected, kept: Vec<Word>, receipt: &Receipt) -> AnyView {
    let chosen = !matches!(selected.period, Period::Last(_));
    let local = |at: DateTime<Utc>| clock::wall(at, frame.offset(at)).date();
    let today = local(frame.now).to_string();
    let (first, last) = match selected.period {
        Period::Days { first, last } => (first, last),
        _ => (local(receipt.from), local(receipt.until - TimeDelta::microseconds(1))),
    };
    let wall = |at: DateTime<Utc>| clock::wall(at, frame.offset(at));
    let between = |from: DateTime<Utc>, until: DateTime<Utc>| {
        let (from, until) = (wall(from), wall(until));
        let day = if from.date() == until.date() { String::new() } else { format!("{} ", clock::day(until)) };
        format!("{} {} – {day}{}", clock::day(from), clock::minute(from), clock::minute(until))
    };
    let label = match chosen {
        true if matches!(selected.period, Period::Between { .. }) => between(receipt.from, receipt.until),
        true if first == last => clock::date(first.into()),
        true if first.year() == last.year() => format!("{} – {} {}", clock::day(first.into()), clock::day(last.into()), last.year()),
        true => format!("{} {} – {} {}", clock::day(first.into()), first.year(), clock::day(last.into()), last.year()),
        false => "Custom".to_owned(),
    };
    let hidden = kept.into_iter().chain([("filter", selected.filtered.text())]).filter(|(_, value)| !value.is_empty());
    view! {
        <details class="pick days">
            <summary aria-label=format!("Days: {label}") class:chosen=chosen>{icon(Icon::CALENDAR)}<span>{label.clone()}</span></summary>
            <form class="menu card" action=path.to_owned() aria-label="Days">
                <label class="field">"From"<input type="date" name="from" value=first.to_string() max=today.clone() required/></label>
                <label class="field">"To, included"<input type="date" name="until" value=last.to_string() max=today required/></label>
                {hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <button class="btn primary" type="submit">"Show"</button>
            </form>
        </details>
    }
    .into_any()
}
