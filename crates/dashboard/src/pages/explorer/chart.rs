//! The chart of a metric: a line per series, gaps where there were no points, the open bucket dashed.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, OTHER, SERIES, line};
use dashboard_islands::charts::path::{centre, widest_gap};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, AggregateBucket, AggregateSeries};

use super::figure::Figures;
use crate::components::table_behind::Table;

/// Of the plot, in pixels.
const HEIGHT: f64 = 240.0;

/// The plot with its cursor.
pub(super) fn chart(answer: &AggregateAnswer, figures: &Figures) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let count = answer.buckets.len();
    let values = answer.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let scale = Scale::covering(values, 4, false, HEIGHT);
    let starts: Vec<_> = answer.buckets.iter().map(wall).collect();
    let alone = answer.series.len() == 1;
    // The largest series is drawn last, above the others.
    let lines: Vec<_> = answer
        .series
        .iter()
        .enumerate()
        .rev()
        .map(|(i, series)| line(&series.values, scale, ink(i, series), open, alone).into_any())
        .collect();
    let gap = answer.series.first().filter(|_| alone).and_then(|series| widest_gap(&series.values));
    let words = gap.map(|(from, until)| {
        let x = (centre(from, count) + centre(until, count)) * 50.0;
        view! { <text class="open-label" x=format!("{x:.2}%") y=HEIGHT - 10.0>"no data"</text> }
    });
    let marks = view! { {lines} {words} };
    view! {
        <ChartFrame
            label=sentence(answer, figures)
            scale=scale
            unit=figures.unit()
            times=time_axis::labels(&starts, answer.step, open)
            open_from=open.then(|| (count - 1) as f64 / count as f64)
            marks=marks
            overlay=cursor(answer, figures, &scale)
        />
    }
    .into_any()
}

/// How the series at this place is told apart.
pub(super) fn ink(index: usize, series: &AggregateSeries) -> Ink {
    if series.other { OTHER } else { SERIES[index % SERIES.len()] }
}

/// What a series is called.
pub(super) fn name(answer: &AggregateAnswer, series: &AggregateSeries) -> String {
    match (&series.label, series.other, &answer.by) {
        (Some(label), _, _) => label.clone(),
        (None, true, _) => "Other".to_owned(),
        (None, false, Some(tag)) => format!("without {tag}"),
        (None, false, None) => answer.metric.name.clone(),
    }
}

fn wall(bucket: &AggregateBucket) -> chrono::NaiveDateTime {
    clock::wall(bucket.start, bucket.utc_offset_seconds)
}

/// When a bucket begins; its day too when the range is longer than one.
fn when(answer: &AggregateAnswer, bucket: &AggregateBucket) -> String {
    let one_day = answer.buckets.first().map(wall).map(|at| at.date()) == answer.buckets.last().map(wall).map(|at| at.date());
    let at = wall(bucket);
    let open = if bucket.open { ", open" } else { "" };
    if one_day { format!("{}{open}", clock::minute(at)) } else { format!("{} {}{open}", clock::weekday(at), clock::minute(at)) }
}

fn sentence(answer: &AggregateAnswer, figures: &Figures) -> String {
    let known = || answer.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let span = if low.is_finite() {
        format!("between {} and {}", figures.text(Some(low)), figures.text(Some(high)))
    } else {
        "no points".to_owned()
    };
    format!("{} of {}, {}, {} series: {span}.", answer.aggregate.label(), answer.metric.name, answer.range.sentence(), answer.series.len())
}

fn cursor(answer: &AggregateAnswer, figures: &Figures, scale: &Scale) -> AnyView {
    let series = answer
        .series
        .iter()
        .enumerate()
        .map(|(i, series)| {
            let ink = ink(i, series);
            CursorSeries { name: name(answer, series), colour: ink.colour.to_owned(), dash: ink.dash.to_owned() }
        })
        .collect();
    let buckets = answer
        .buckets
        .iter()
        .enumerate()
        .map(|(i, bucket)| {
            let values = answer.series.iter().map(|series| series.values.get(i).copied().flatten());
            CursorBucket {
                title: when(answer, bucket),
                texts: values.clone().map(|value| value.map_or_else(|| "no data".to_owned(), |value| figures.text(Some(value)))).collect(),
                ys: values.map(|value| value.map(|value| scale.y(value))).collect(),
                note: None,
            }
        })
        .collect();
    view! { <ChartCursor series=series buckets=buckets/> }.into_any()
}

/// Every bucket as a row.
pub(super) fn table(answer: &AggregateAnswer, figures: &Figures) -> Table {
    let heads = std::iter::once("Start".to_owned()).chain(answer.series.iter().map(|series| name(answer, series))).collect();
    let rows = answer.buckets.iter().enumerate().rev().map(|(i, bucket)| {
        let cells = answer.series.iter().map(|series| figures.text(series.values.get(i).copied().flatten()));
        std::iter::once(when(answer, bucket)).chain(cells).collect()
    });
    Table { heads, rows: rows.collect() }
}
