//! Audience · Metrics · Active people: daily, weekly, monthly, how sticky, and who is new.

mod chart;

use std::collections::HashMap;

use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{ActiveAnswer, ActiveDay, ActiveQuery, LifecycleAnswer, LifecycleQuery};
use protocol::number;
use protocol::range::Step;
use protocol::receipt::Receipt;

use crate::components::audience_head::{Head, audience_head};
use crate::components::download::download;
use crate::components::empty;
use crate::components::picker::{Choice, Tab, segments, tabs};
use crate::components::table_behind::table_behind;
use crate::render::{Page, Title};
use crate::selected::{Selected, Word};
use crate::shell::{self, Entry};
use crate::{Frame, url};

const PAGE: &str = "metrics/active";
/// Periods of which it is told who is new.
const STEPS: [Step; 3] = [Step::Day1, Step::Week1, Step::Month1];

/// What the page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivePageQuery {
    /// Which time and which events.
    pub selected: Selected,
    /// The periods of the lower chart.
    step: Step,
}

impl ActivePageQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        let step = url::choice(words, "step", &STEPS, Step::word).unwrap_or(Step::Day1);
        Self { selected: Selected::read(words), step }
    }

    /// What is asked of active people.
    pub fn active(&self) -> ActiveQuery {
        ActiveQuery { scope: self.selected.scope() }
    }

    /// What is asked of who is new.
    pub fn lifecycle(&self) -> LifecycleQuery {
        LifecycleQuery { scope: self.selected.scope(), step: self.step }
    }

    fn kept(&self) -> Vec<Word> {
        vec![("step", if self.step == Step::Day1 { String::new() } else { self.step.word().to_owned() })]
    }

    fn words(&self) -> Vec<Word> {
        self.selected.words().into_iter().chain(self.kept()).collect()
    }

    fn href(&self, frame: &Frame) -> String {
        url::with_words(&frame.path(PAGE), &self.words())
    }

    fn selecting(&self, selected: &Selected) -> Self {
        Self { selected: selected.clone(), ..self.clone() }
    }
}

/// The two views of Metrics; nothing where the page leads nowhere else.
pub(crate) fn views(frame: &Frame, selected: &Selected, active: bool) -> AnyView {
    if frame.link.is_some() {
        return ().into_any();
    }
    let tab = |label, page: &str, open| Tab { label, count: None, href: url::with_words(&frame.path(page), &selected.words()), open };
    tabs(vec![tab("Overview", Entry::Metrics.page(), !active), tab("Active people", PAGE, active)])
}

/// The page. `begun` says whether the project ever had an event.
pub fn page(frame: &Frame, query: &ActivePageQuery, active: &ActiveAnswer, stages: &LifecycleAnswer, begun: bool) -> Page {
    shell::framed(frame, Entry::Metrics, Title::new("Active people"), || {
        let head = Head {
            title: "Metrics",
            path: frame.path(PAGE),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: ().into_any(),
            begun,
        };
        view! {
            {audience_head(frame, &active.receipt, head)}
            {views(frame, &query.selected, true)}
            {content(frame, query, active, stages, begun)}
        }
    })
}

fn content(frame: &Frame, query: &ActivePageQuery, active: &ActiveAnswer, stages: &LifecycleAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    let Some(newest) = newest(&active.days).filter(|_| active.days.iter().any(|day| day.monthly > 0)) else {
        let explanation = format!("No event of a person in {} or the 30 days before.", query.selected.period.sentence());
        let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
        return view! { <section class="panel">{empty::nothing_here("Nobody in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    };
    let steps = STEPS.map(|step| Choice {
        label: step.label().trim_start_matches("1 ").to_owned(),
        href: ActivePageQuery { step, ..query.clone() }.href(frame),
        chosen: step == query.step,
    });
    let new: u64 = stages.buckets.iter().map(|bucket| bucket.new).sum();
    view! {
        <section class="panel gap-below">
            <header>
                <h2>"Daily, weekly and monthly active people"</h2>
                <div class="right">{chart::legend(&chart::WINDOWS)}</div>
            </header>
            <p class="body figures">{figures(newest)}</p>
            {chart::windows(active)}
            {foot(frame, &active.receipt, format!("{} daily", number::grouped(newest.daily.cast_signed())), "active", query.selected.words())}
            {table_behind(chart::windows_table(active))}
        </section>
        <section class="panel gap-below">
            <header>
                <h2>"New, returning and gone"</h2>
                <span class="faint">{format!("{} new", number::grouped(new.cast_signed()))}</span>
                <div class="right">{chart::stage_legend()} {segments("Per", "seg", steps.into())}</div>
            </header>
            {chart::stages(stages, query.step)}
            <p class="body faint">"New: never here before, as far back as events are kept. Returning: here in the period before too. Back: here earlier, not in the period before. Gone: here in the period before, and not in this one."</p>
            {foot(frame, &stages.receipt, format!("{} new", number::grouped(new.cast_signed())), "lifecycle", query.words())}
            {table_behind(chart::stages_table(stages, query.step))}
        </section>
    }.into_any()
}

/// The last day that is over, or the open one where there is no other.
fn newest(days: &[ActiveDay]) -> Option<&ActiveDay> {
    days.iter().rfind(|day| !day.day.open).or(days.last())
}

fn figures(newest: &ActiveDay) -> String {
    let day = chart::day(newest);
    let sticky = newest.stickiness().map(|share| format!("; stickiness {}: daily by monthly", number::percent(share))).unwrap_or_default();
    let count = |people: u64| number::grouped(people.cast_signed());
    format!("{day}: {} daily, {} weekly, {} monthly{sticky}.", count(newest.daily), count(newest.weekly), count(newest.monthly))
}

fn foot(frame: &Frame, receipt: &Receipt, figure: String, answer: &str, words: Vec<Word>) -> AnyView {
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    view! {
        <div class="foot">
            <ReceiptMark receipt=receipt.clone() offsets=offsets figure=figure up=true/>
            <span>{format!("{} rows in {}", number::count(receipt.rows_read as f64), number::duration(receipt.elapsed_ms / 1e3))}</span>
            {download(frame, answer, words)}
        </div>
    }
    .into_any()
}
