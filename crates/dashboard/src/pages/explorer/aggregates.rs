//! The Aggregates tab: what is asked, the charts, the series.

use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, AnsweredLine, MetricCatalogue, MetricSummary, Overflow};
use protocol::number;
use protocol::range::{Period, Range};
use protocol::receipt::{Accuracy, Receipt};

use super::figure::Figures;
use super::{ExplorerQuery, View, asked, chart, series_table};
use crate::components::download::download;
use crate::components::empty;
use crate::components::table_behind::table_behind;
use crate::{Frame, assets};

/// What the tab shows.
pub struct Charted {
    /// The lines; none where these cannot be asked for. Without the formula where only that cannot be reckoned.
    pub answer: Option<AggregateAnswer>,
    /// What is wrong with the question.
    pub fault: Option<String>,
}

/// The right side of the tab.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, charted: &Charted) -> AnyView {
    let (answer, fault) = (charted.answer.as_ref(), charted.fault.as_deref());
    view! { {asked::panel(frame, query, catalogue, answer, fault)} {answer.map(|answer| charts(frame, query, catalogue, answer))} }
        .into_any()
}

fn charts(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: &AggregateAnswer) -> AnyView {
    if answer.points == 0 {
        let summary = catalogue.metrics.iter().find(|summary| Some(&summary.metric) == query.metric.as_ref());
        return view! { <section class="panel">{nothing(frame, query, summary)}</section> }.into_any();
    }
    // Lines share a chart where they share a unit: other values have another scale.
    let mut panels: Vec<Vec<&AnsweredLine>> = Vec::new();
    for line in &answer.lines {
        let unit = |line: &AnsweredLine| Figures::of(&line.metric, line.aggregate);
        match panels.iter_mut().find(|panel| unit(panel[0]) == unit(line)) {
            Some(panel) => panel.push(line),
            None => panels.push(vec![line]),
        }
    }
    let panels = panels.iter().enumerate().map(|(place, lines)| panel(frame, query, answer, lines, place == 0)).collect_view();
    view! { {answer.overflows.iter().map(warning).collect_view()} {formula(frame, query, answer)} {panels} <script src=assets::url("ways.js") defer></script> }.into_any()
}

/// Says that a metric has more series than are told apart, and what makes it so many.
pub(super) fn warning(overflow: &Overflow) -> AnyView {
    let why = match &overflow.attribute {
        Some(attribute) => format!(" Its attribute {attribute} has {} values.", number::grouped(overflow.values.cast_signed())),
        None => String::new(),
    };
    let sender = overflow.sender.as_ref().map(|sender| format!(" Most of its series come from {sender}.")).unwrap_or_default();
    view! {
        <p class="warning" role="status">
            <b>{overflow.metric.name.clone()}</b>
            {format!(" has more series than are told apart: the lighter ones are counted as other, so totals are right and groups lack detail.{why}{sender}")}
        </p>
    }
    .into_any()
}

fn panel(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer, lines: &[&AnsweredLine], first: bool) -> AnyView {
    let figures = Figures::of(&lines[0].metric, lines[0].aggregate);
    let drawn = chart::drawn(answer, lines);
    let title = title(answer, lines);
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let points: u64 = lines.iter().map(|line| line.points).sum();
    let aggregates = lines.iter().map(|line| line.aggregate.label()).collect::<std::collections::BTreeSet<_>>();
    let aggregates = aggregates.into_iter().collect::<Vec<_>>().join(", ");
    let merged = lines.iter().any(|line| line.accuracy != Accuracy::Exact).then_some(", merged from sketches");
    let single = lines.iter().any(|line| line.single).then_some(", counted from single points");
    // Another panel may be less exact than this one.
    let accuracy = lines.iter().map(|line| line.accuracy).find(|accuracy| *accuracy != Accuracy::Exact).unwrap_or_default();
    let receipt = Receipt { accuracy, ..answer.receipt.clone() };
    view! {
        <section class="panel">
            <header>
                <h2>{title.clone()}</h2>
                <span class="faint">{figures.words().to_owned()}</span>
                {legend(query, answer, &drawn)}
            </header>
            {chart::chart(frame, query, answer, &drawn, &figures, &title, lines)}
            {series_table::table(frame, query, answer, &drawn, &figures)}
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=format!("{} points", number::count(points as f64)) up=true/>
                <span>{format!("{aggregates} per {}{}{}", answer.step.label(), merged.unwrap_or_default(), single.unwrap_or_default())}</span>
                <span>{format!("{} points, {} rows in {}", number::count(points as f64), number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                {first.then(|| view! {
                    <a class="link" href=query.href(frame, View::Samples)>"Open samples"</a>
                    <a class="link" href=query.href(frame, View::Why)>"Why?"</a>
                    {download(frame, "metrics/aggregate", query.api_words(answer.formula.is_some()))}
                })}
            </div>
            {table_behind(chart::table(answer, &drawn, &figures))}
        </section>
    }.into_any()
}

/// What the formula makes of the lines.
fn formula(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer) -> AnyView {
    let Some(formula) = &answer.formula else { return ().into_any() };
    let figures = Figures::in_unit(&formula.unit);
    let drawn = chart::reckoned(answer, formula);
    let title = if answer.by.is_empty() { formula.text.clone() } else { format!("{} by {}", formula.text, answer.by.join(", ")) };
    view! {
        <section class="panel">
            <header>
                <h2 class="mono">{title.clone()}</h2>
                <span class="faint">{figures.words().to_owned()}</span>
                {legend(query, answer, &drawn)}
            </header>
            {chart::chart(frame, query, answer, &drawn, &figures, &title, &[])}
            {series_table::table(frame, query, answer, &drawn, &figures)}
            <div class="foot"><span>"Over the whole range it is reckoned from the totals. Where nothing was counted, a sum is zero; a share of nothing has no value."</span></div>
            {table_behind(chart::table(answer, &drawn, &figures))}
        </section>
    }.into_any()
}

/// What dots and hatching mean.
fn legend(query: &ExplorerQuery, answer: &AggregateAnswer, drawn: &[chart::Drawn<'_>]) -> AnyView {
    let compared = drawn.iter().any(|one| one.before.is_some());
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    view! {
        <div class="right legend">
            {compared.then(|| view! { <span class="faint">{format!("dotted: {}", query.compare.label())}</span> })}
            {open.then(|| view! { <span><i class="sw hatched"></i>"open"</span> })}
        </div>
    }
    .into_any()
}

fn title(answer: &AggregateAnswer, lines: &[&AnsweredLine]) -> String {
    let what = lines.iter().map(|line| format!("{} of {}", line.aggregate.label(), line.metric.name)).collect::<Vec<_>>().join(", ");
    if answer.by.is_empty() { what } else { format!("{what} by {}", answer.by.join(", ")) }
}

/// No point in the range: what to change, when the last one came, and the range that holds it.
pub(super) fn nothing(frame: &Frame, query: &ExplorerQuery, summary: Option<&MetricSummary>) -> AnyView {
    if !query.selected.filtered.filter.is_all() {
        let all = query.selecting(&query.selected.matching("")).href(frame, View::Aggregates);
        let explanation = "No point in this time matches the filter. Attributes are case-sensitive.".to_owned();
        return empty::nothing_here("No such points".to_owned(), explanation, Some(("Remove the filter".to_owned(), all))).into_any();
    }
    let (explanation, holds) = match summary {
        None => ("This metric has no point that is still kept.".to_owned(), None),
        Some(summary) => {
            let seen = clock::wall(summary.last_seen, frame.offset(summary.last_seen));
            let age = frame.now - summary.last_seen;
            let holds = Range::EXPLORER.into_iter().find(|range| age.num_seconds() < seconds(*range));
            let last = format!("The last point came on {} at {}.", clock::date(seen), clock::minute(seen));
            match holds {
                Some(_) => (last, holds),
                None => (format!("{last} That is longer ago than the ranges look back."), None),
            }
        }
    };
    let way_out = holds.map(Period::Last).filter(|holds| *holds != query.selected.period).map(|holds| {
        let wider = query.selecting(&query.selected.during(holds));
        (format!("Show {}", holds.sentence()), wider.href(frame, View::Aggregates))
    });
    empty::nothing_here(format!("No points in {}", query.selected.period.sentence()), explanation, way_out).into_any()
}

fn seconds(range: Range) -> i64 {
    let hours = match range {
        Range::Hour1 => 1,
        Range::Hours6 => 6,
        Range::Hours24 => 24,
        Range::Days7 => 7 * 24,
        Range::Days30 => 30 * 24,
        Range::Days90 => 90 * 24,
    };
    hours * 3_600
}
