//! What became of items over time: a stack per bucket, a table behind.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::stacked::{Stack, stacked};
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::delivery::{DeliveryAnswer, DeliveryBucket, ItemCounts};
use protocol::range::Step;

use super::words;
use crate::components::table_behind::{Table, table_behind};

/// Of the plot, in pixels.
const HEIGHT: f64 = 180.0;

/// A part of the stack: its name, its colour, its count.
type Part = (&'static str, &'static str, fn(&ItemCounts) -> u64);

/// From the ground up. Red is for what failed; the others are series.
const PARTS: [Part; 5] = [
    ("Stored", "var(--bar)", |counts| counts.stored),
    ("Duplicate", "var(--s4)", |counts| counts.duplicate),
    ("Sampled", "var(--s3)", |counts| counts.sampled),
    ("Lost", "var(--s2)", |counts| counts.lost),
    ("Rejected", "var(--bad)", |counts| counts.rejected),
];

/// The panel.
pub(super) fn panel(answer: &DeliveryAnswer) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let scale = Scale::covering(answer.buckets.iter().map(|bucket| bucket.counts.accounted() as f64), 4, true, HEIGHT);
    let starts: Vec<_> = answer.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    let title = format!("Items per {}", if answer.step == Step::Day1 { "day" } else { "hour" });
    view! {
        <section class="panel gap-below">
            <header><h2>{title.clone()}</h2><div class="right">{legend(answer, open)}</div></header>
            <ChartFrame
                label=sentence(&title, answer)
                scale=scale
                unit=""
                times=time_axis::labels(&starts, answer.step, open)
                open_from=None
                marks=stacked(answer.buckets.iter().map(|bucket| stack(bucket, answer.step)).collect(), scale)
                overlay=cursor(answer)
            />
            {table_behind(table(answer))}
        </section>
    }
    .into_any()
}

/// Parts that occur in this range; stored always does.
fn parts(answer: &DeliveryAnswer) -> impl Iterator<Item = &'static Part> {
    let occurs = |part: &Part| answer.buckets.iter().any(|bucket| part.2(&bucket.counts) > 0);
    PARTS.iter().enumerate().filter(move |(i, part)| *i == 0 || occurs(part)).map(|(_, part)| part)
}

fn stack(bucket: &DeliveryBucket, step: Step) -> Stack {
    let parts = PARTS.map(|(_, colour, count)| (count(&bucket.counts) as f64, colour)).into();
    Stack { parts, open: bucket.open, title: words::bucket(bucket, step) }
}

fn legend(answer: &DeliveryAnswer, open: bool) -> AnyView {
    let entry = |(name, colour, _): &Part| view! { <span><i class="sw" style=format!("background:{colour}")></i>{*name}</span> };
    view! {
        <div class="legend">
            {parts(answer).map(entry).collect_view()}
            {open.then(|| view! { <span><i class="sw hatched"></i>"open"</span> })}
        </div>
    }
    .into_any()
}

fn sentence(title: &str, answer: &DeliveryAnswer) -> String {
    let sum = |count: fn(&ItemCounts) -> u64| answer.buckets.iter().map(|bucket| count(&bucket.counts)).sum::<u64>();
    let parts: Vec<String> =
        parts(answer).map(|(name, _, count)| format!("{} {}", words::full(sum(*count)), name.to_lowercase())).collect();
    format!("{title}, {}: {}.", answer.range.sentence(), parts.join(", "))
}

fn cursor(answer: &DeliveryAnswer) -> AnyView {
    let series = |(name, colour, _): &Part| CursorSeries { name: (*name).to_owned(), colour: (*colour).to_owned(), dash: String::new() };
    let bucket = |bucket: &DeliveryBucket| CursorBucket {
        title: format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { ", open" } else { "" }),
        texts: parts(answer).map(|(_, _, count)| words::full(count(&bucket.counts))).collect(),
        ys: parts(answer).map(|_| None).collect(),
        note: (bucket.refused_requests > 0).then(|| ("Refused requests".to_owned(), words::full(bucket.refused_requests))),
    };
    view! { <ChartCursor series=parts(answer).map(series).collect() buckets=answer.buckets.iter().map(bucket).collect()/> }.into_any()
}

fn table(answer: &DeliveryAnswer) -> Table {
    let heads = ["Start", "Made", "Stored", "Rejected", "Duplicate", "Sampled", "Lost", "Refused requests"].map(str::to_owned).into();
    let row = |bucket: &DeliveryBucket| {
        let counts = &bucket.counts;
        let start = format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { " (open)" } else { "" });
        let figures = [counts.made, counts.stored, counts.rejected, counts.duplicate, counts.sampled, counts.lost, bucket.refused_requests];
        [start].into_iter().chain(figures.map(words::full)).collect()
    };
    Table { heads, rows: answer.buckets.iter().rev().map(row).collect() }
}
