//! Records over time: a stack of levels per bucket, a table behind.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries, Zoom};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::stacked::{Stack, stacked};
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::level::Level;
use protocol::logs::{LogBucket, LogSummary};
use protocol::number;

use super::LogsPageQuery;
use crate::Frame;
use crate::components::bucket;
use crate::components::table_behind::{Table, table_behind};
use crate::components::when::exact;
use crate::selected::instant;

/// Of the plot, in pixels.
const HEIGHT: f64 = 120.0;

/// From the ground up: what is worst stands on top, and is at least a pixel high.
const LEVELS: [(Level, &str, &str); 6] = [
    (Level::Trace, "Trace", "var(--axis)"),
    (Level::Debug, "Debug", "var(--prev)"),
    (Level::Info, "Info", "var(--bar)"),
    (Level::Warning, "Warning", "var(--s2)"),
    (Level::Error, "Error", "var(--bad)"),
    (Level::Fatal, "Fatal", "var(--s6)"),
];

/// The panel.
pub(super) fn panel(frame: &Frame, query: &LogsPageQuery, summary: &LogSummary) -> AnyView {
    let open = summary.buckets.last().is_some_and(|bucket| bucket.open);
    let scale = Scale::covering(summary.buckets.iter().map(|bucket| bucket.records.all()), 3, true, HEIGHT);
    let starts: Vec<_> = summary.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    let title = format!("Records per {}", bucket::per(summary.step));
    let receipt = summary.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(summary.total.all().round() as u64, "record", "records");
    let reached = summary.counted_back_to.map(|at| {
        view! { <span class="partly">{format!("Counted back to {}: what is before is left out of this chart", exact(frame, at))}</span> }
    });
    view! {
        <section class="panel gap-below">
            <header><h2>{title.clone()}</h2><div class="right">{legend(summary, open)}</div></header>
            <ChartFrame
                label=sentence(&title, summary)
                scale=scale
                unit=""
                times=time_axis::labels(&starts, summary.step, open)
                open_from=None
                marks=stacked(summary.buckets.iter().map(|bucket| stack(bucket, summary)).collect(), scale)
                overlay=cursor(frame, query, summary)
            />
            {table_behind(table(summary))}
            <div class="foot"><ReceiptMark receipt=receipt offsets=offsets figure=count.clone() up=true/><span>{count}</span>{reached}</div>
        </section>
    }
    .into_any()
}

/// Levels that occur.
fn parts(summary: &LogSummary) -> impl Iterator<Item = &'static (Level, &'static str, &'static str)> {
    LEVELS.iter().filter(|(level, ..)| summary.total.of(*level) > 0.0)
}

fn title(bucket: &LogBucket, summary: &LogSummary) -> String {
    let mark = match (bucket.partial, bucket.open) {
        (true, _) => ", not all counted",
        (_, true) => ", open",
        _ => "",
    };
    format!("{}{mark}", bucket::title(bucket.start, bucket.utc_offset_seconds, summary.step))
}

fn stack(bucket: &LogBucket, summary: &LogSummary) -> Stack {
    let parts = LEVELS.map(|(level, _, colour)| (bucket.records.of(level), colour)).into();
    Stack { parts, open: bucket.open, title: title(bucket, summary) }
}

fn legend(summary: &LogSummary, open: bool) -> AnyView {
    let entry = |(_, name, colour): &(Level, &str, &str)| {
        view! { <span><i class="sw" style=format!("background:{colour}")></i>{(*name).to_owned()}</span> }
    };
    view! {
        <div class="legend">
            {parts(summary).map(entry).collect_view()}
            {open.then(|| view! { <span><i class="sw hatched"></i>"open"</span> })}
        </div>
    }
    .into_any()
}

fn sentence(title: &str, summary: &LogSummary) -> String {
    let parts: Vec<String> =
        parts(summary).map(|(level, name, _)| format!("{} {}", full(summary.total.of(*level)), name.to_lowercase())).collect();
    if parts.is_empty() { format!("{title}: none.") } else { format!("{title}: {}.", parts.join(", ")) }
}

fn full(records: f64) -> String {
    number::grouped(records.round() as i64)
}

/// A marked part of the time is shown on this page.
fn cursor(frame: &Frame, query: &LogsPageQuery, summary: &LogSummary) -> AnyView {
    let series = |(_, name, colour): &(Level, &str, &str)| CursorSeries {
        name: (*name).to_owned(),
        colour: (*colour).to_owned(),
        dash: String::new(),
    };
    let bucket = |bucket: &LogBucket| CursorBucket {
        title: title(bucket, summary),
        texts: parts(summary).map(|(level, ..)| full(bucket.records.of(*level))).collect(),
        ys: parts(summary).map(|_| None).collect(),
        note: None,
    };
    let here = query.begun_anew().href(frame);
    let (path, words) = here.split_once('?').unwrap_or((&here, ""));
    let kept = words.split('&').filter(|word| !word.is_empty() && !["range=", "from=", "until="].iter().any(|name| word.starts_with(name)));
    let kept: String = kept.map(|word| format!("{word}&")).collect();
    let before = format!("{path}?{kept}from=");
    let bounds = summary.buckets.iter().map(|bucket| (instant(bucket.start), instant(bucket.end))).collect();
    let zoom = Zoom { point: Some(before.clone()), before, bounds };
    view! { <ChartCursor series=parts(summary).map(series).collect() buckets=summary.buckets.iter().map(bucket).collect() zoom=Some(zoom)/> }
        .into_any()
}

fn table(summary: &LogSummary) -> Table {
    let heads = std::iter::once("Start".to_owned()).chain(LEVELS.map(|(_, name, _)| name.to_owned())).collect();
    let row = |bucket: &LogBucket| {
        std::iter::once(title(bucket, summary)).chain(LEVELS.map(|(level, ..)| full(bucket.records.of(level)))).collect()
    };
    Table { heads, rows: summary.buckets.iter().rev().map(row).collect() }
}
