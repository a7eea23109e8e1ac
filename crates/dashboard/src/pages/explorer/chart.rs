//! The chart: a line per series, gaps where there were no points, the open bucket dashed, the earlier range behind.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries, Zoom};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, OTHER, SERIES, line};
use dashboard_islands::charts::path::{centre, widest_gap};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::{pixels, time_axis};
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::analyses::TimeBucket;
use protocol::explorer::{AggregateAnswer, AggregateFormula, AggregateSeries, AnsweredLine, Side, Threshold};

use super::figure::Figures;
use super::{ExplorerQuery, marked};
use crate::Frame;
use crate::components::table_behind::Table;
use crate::components::{bucket, releases};

/// Of a plot, in pixels.
const HEIGHT: f64 = 240.0;
/// Of the formula's plot.
const LOW: f64 = 150.0;

/// One line as it is drawn.
pub(super) struct Drawn<'a> {
    pub(super) name: String,
    pub(super) ink: Ink,
    pub(super) values: &'a [Option<f64>],
    pub(super) before: Option<&'a [Option<f64>]>,
    pub(super) whole: Option<f64>,
    /// This range and the earlier one, as far as this one is over.
    pub(super) compared: Option<(f64, f64)>,
    pub(super) points: Option<u64>,
    /// The values of its group; `None` for the rest.
    pub(super) labels: Option<&'a [Option<String>]>,
}

/// The series of some lines, told apart by ink.
pub(super) fn drawn<'a>(answer: &'a AggregateAnswer, lines: &[&AnsweredLine]) -> Vec<Drawn<'a>> {
    let lettered = answer.lines.len() > 1;
    let own = answer.series.iter().filter(|series| lines.iter().any(|line| line.letter == series.letter));
    let one = |(place, series): (usize, &'a AggregateSeries)| Drawn {
        name: if lettered { format!("{} {}", series.letter, name(answer, series)) } else { name(answer, series) },
        ink: if series.other { OTHER } else { SERIES[place % SERIES.len()] },
        values: &series.values,
        before: series.compared.as_ref().map(|before| before.values.as_slice()),
        whole: series.total,
        compared: series.compared.as_ref().and_then(|before| before.complete.zip(before.total)),
        points: Some(series.points),
        labels: (!series.other).then_some(series.labels.as_slice()),
    };
    own.enumerate().map(one).collect()
}

/// The formula's series.
pub(super) fn reckoned<'a>(answer: &AggregateAnswer, formula: &'a AggregateFormula) -> Vec<Drawn<'a>> {
    let one = |(place, series): (usize, &'a protocol::explorer::FormulaSeries)| Drawn {
        name: if answer.by.is_empty() { formula.text.clone() } else { group(&answer.by, &series.labels, series.other) },
        ink: if series.other { OTHER } else { SERIES[place % SERIES.len()] },
        values: &series.values,
        before: series.compared.as_ref().map(|before| before.values.as_slice()),
        whole: series.total,
        compared: series.compared.as_ref().and_then(|before| before.complete.zip(before.total)),
        points: None,
        labels: (!series.other).then_some(series.labels.as_slice()),
    };
    formula.series.iter().enumerate().map(one).collect()
}

/// What a series is called: its group, or its metric.
fn name(answer: &AggregateAnswer, series: &AggregateSeries) -> String {
    if answer.by.is_empty() {
        let line = answer.lines.iter().find(|line| line.letter == series.letter);
        return line.map_or_else(String::new, |line| line.metric.name.clone());
    }
    group(&answer.by, &series.labels, series.other)
}

fn group(by: &[String], labels: &[Option<String>], other: bool) -> String {
    if other {
        return "Other".to_owned();
    }
    let label = |(key, value): (&String, &Option<String>)| value.clone().unwrap_or_else(|| format!("without {key}"));
    by.iter().zip(labels).map(label).collect::<Vec<_>>().join(" · ")
}

/// A plot with its cursor. The chart of some lines is tall and has their thresholds; the formula's has no lines.
pub(super) fn chart(
    frame: &Frame,
    query: &ExplorerQuery,
    answer: &AggregateAnswer,
    drawn: &[Drawn<'_>],
    figures: &Figures,
    title: &str,
    lines: &[&AnsweredLine],
) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let count = answer.buckets.len();
    let all = || drawn.iter().flat_map(|one| one.values.iter().chain(one.before.unwrap_or_default())).flatten().copied();
    let thresholds = || lines.iter().flat_map(|line| line.thresholds.iter().map(|threshold| (*line, threshold)));
    let values = all().chain(thresholds().map(|(_, threshold)| threshold.value));
    let scale = Scale::covering(values, 4, false, if lines.is_empty() { LOW } else { HEIGHT });
    let of = |line: &AnsweredLine| if lines.len() > 1 { format!(" of {}", line.metric.name) } else { String::new() };
    let limits = thresholds().map(|(line, threshold)| limit(threshold, &of(line), &scale, figures)).collect_view();
    let starts: Vec<_> = answer.buckets.iter().map(wall).collect();
    let alone = drawn.len() == 1;
    let before =
        drawn.iter().rev().filter_map(|one| Some(line(one.before?, scale, faint(one.ink), false, false).into_any())).collect_view();
    // The first series is drawn last, above the others.
    let strokes =
        drawn.iter().rev().map(|one| line(one.values, scale, one.ink, open, alone && one.before.is_none()).into_any()).collect_view();
    let gap = drawn.first().filter(|_| alone).and_then(|one| widest_gap(one.values));
    let words = gap.map(|(from, until)| {
        let x = (centre(from, count) + centre(until, count)) * 50.0;
        view! { <text class="open-label" x=format!("{x:.2}%") y=scale.height() - 10.0>"no data"</text> }
    });
    let place = |at| bucket::place(answer.buckets.iter().map(|bucket| (bucket.start, bucket.end)), at);
    let behind = marked::behind(query, lines.first().copied());
    let overlay = view! {
        {releases::marks(frame, &answer.releases, place)}
        {cursor(drawn, answer, figures, &scale, marked::zoom(frame, &behind, answer))}
        {marked::ways(frame, query, &behind, answer)}
    };
    view! {
        <ChartFrame
            label=sentence(answer, drawn, figures, title)
            scale=scale
            unit=figures.unit()
            times=time_axis::labels(&starts, answer.step, open)
            open_from=open.then(|| (count - 1) as f64 / count as f64)
            marks=view! { {limits} {before} {strokes} {words} }
            overlay=overlay
        />
    }
    .into_any()
}

/// A threshold across the plot, its words on the bad side of it. `of` says of what, where that is not plain.
fn limit(threshold: &Threshold, of: &str, scale: &Scale, figures: &Figures) -> AnyView {
    let y = scale.y(threshold.value);
    let above = threshold.side == Side::Above;
    // At the edge of the plot there is room on the other side only.
    let words_at = if (above && y > 16.0) || y > scale.height() - 16.0 { y - 5.0 } else { y + 13.0 };
    let (aggregate, side) = (threshold.aggregate.label(), if above { ">" } else { "<" });
    let words = format!("{}: {aggregate}{of} {side} {}", threshold.severity.word(), figures.text(Some(threshold.value)));
    let class = format!("limit {}", threshold.severity.word());
    view! {
        <g class=class>
            <line x1="0" x2="100%" y1=pixels(y) y2=pixels(y)></line>
            <text x="100%" dx="-6" y=pixels(words_at)>{words}</text>
        </g>
    }
    .into_any()
}

/// The earlier range of a line: its colour is the same, so its dashes say that it is past.
fn faint(ink: Ink) -> Ink {
    Ink { colour: if ink == SERIES[0] { "var(--prev)" } else { ink.colour }, dash: "1 4" }
}

pub(super) fn wall(bucket: &TimeBucket) -> chrono::NaiveDateTime {
    clock::wall(bucket.start, bucket.utc_offset_seconds)
}

/// When a bucket begins; its day too when the range is longer than one.
fn when(answer: &AggregateAnswer, bucket: &TimeBucket) -> String {
    let one_day = answer.buckets.first().map(wall).map(|at| at.date()) == answer.buckets.last().map(wall).map(|at| at.date());
    let at = wall(bucket);
    let open = if bucket.open { ", open" } else { "" };
    if one_day { format!("{}{open}", clock::minute(at)) } else { format!("{} {}{open}", clock::weekday(at), clock::minute(at)) }
}

fn sentence(answer: &AggregateAnswer, drawn: &[Drawn<'_>], figures: &Figures, title: &str) -> String {
    let known = drawn.iter().flat_map(|one| one.values.iter().flatten().copied());
    let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let span = if low.is_finite() {
        format!("between {} and {}", figures.text(Some(low)), figures.text(Some(high)))
    } else {
        "no points".to_owned()
    };
    format!("{title}, {}, {} series: {span}.", answer.period.sentence(), drawn.len())
}

fn cursor(drawn: &[Drawn<'_>], answer: &AggregateAnswer, figures: &Figures, scale: &Scale, zoom: Zoom) -> AnyView {
    let named = |name: String, ink: Ink| CursorSeries { name, colour: ink.colour.to_owned(), dash: ink.dash.to_owned() };
    let series = drawn.iter().flat_map(|one| {
        let before = one.before.map(|_| named(format!("{} before", one.name), faint(one.ink)));
        std::iter::once(named(one.name.clone(), one.ink)).chain(before)
    });
    let buckets = answer.buckets.iter().enumerate().map(|(place, bucket)| {
        let values = || {
            let at = |values: &[Option<f64>]| values.get(place).copied().flatten();
            drawn.iter().flat_map(move |one| std::iter::once(at(one.values)).chain(one.before.map(at)))
        };
        CursorBucket {
            title: when(answer, bucket),
            texts: values().map(|value| figures.in_full(value)).collect(),
            ys: values().map(|value| value.map(|value| scale.y(value))).collect(),
            note: None,
        }
    });
    view! { <ChartCursor series=series.collect() buckets=buckets.collect() zoom=Some(zoom)/> }.into_any()
}

/// Every bucket as a row.
pub(super) fn table(answer: &AggregateAnswer, drawn: &[Drawn<'_>], figures: &Figures) -> Table {
    let names = drawn.iter().flat_map(|one| std::iter::once(one.name.clone()).chain(one.before.map(|_| format!("{} before", one.name))));
    let heads = std::iter::once("Start".to_owned()).chain(names).collect();
    let rows = answer.buckets.iter().enumerate().rev().map(|(place, bucket)| {
        let at = |values: &[Option<f64>]| figures.in_full(values.get(place).copied().flatten());
        let cells = drawn.iter().flat_map(|one| std::iter::once(at(one.values)).chain(one.before.map(at)));
        std::iter::once(when(answer, bucket)).chain(cells).collect()
    });
    Table { heads, rows: rows.collect() }
}
