//! Lines of the windows, and stacks of who is new, returning and back.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, SERIES, line, swatch};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::stacked::{Stack, stacked};
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::analyses::{ActiveAnswer, ActiveDay, LifecycleAnswer, LifecycleBucket, TimeBucket};
use protocol::number;
use protocol::range::Step;

use crate::components::bucket;
use crate::components::table_behind::Table;

/// Of a plot, in pixels.
const HEIGHT: f64 = 230.0;
/// The windows with their inks.
pub(super) const WINDOWS: [(&str, Ink); 3] = [("Daily", SERIES[0]), ("Weekly", SERIES[1]), ("Monthly", SERIES[2])];
/// What a period's people are told apart by, from the ground up; a swatch has the same colour.
const STAGES: [(&str, &str); 3] = [("New", "var(--s2)"), ("Returning", "var(--bar)"), ("Back", "var(--s3)")];

pub(super) fn legend(entries: &[(&'static str, Ink)]) -> AnyView {
    let entry = |(name, ink): &(&'static str, Ink)| view! { <span>{swatch(*ink)}{*name}</span> };
    view! { <div class="legend">{entries.iter().map(entry).collect_view()}</div> }.into_any()
}

pub(super) fn stage_legend() -> AnyView {
    let entry = |(name, colour): (&'static str, &str)| view! { <span><i class="sw" style=format!("background:{colour}")></i>{name}</span> };
    view! { <div class="legend">{STAGES.map(entry).collect_view()}</div> }.into_any()
}

/// `Thu 14 May`.
pub(super) fn day(day: &ActiveDay) -> String {
    title(&day.day, Step::Day1)
}

fn title(time: &TimeBucket, step: Step) -> String {
    let title = bucket::title(time.start, time.utc_offset_seconds, step);
    if time.open { format!("{title}, open") } else { title }
}

fn windows_of(day: &ActiveDay) -> [u64; 3] {
    [day.daily, day.weekly, day.monthly]
}

fn starts<'a>(times: impl Iterator<Item = &'a TimeBucket>) -> Vec<chrono::NaiveDateTime> {
    times.map(|time| clock::wall(time.start, time.utc_offset_seconds)).collect()
}

pub(super) fn windows(answer: &ActiveAnswer) -> AnyView {
    let count = answer.days.len();
    let open = answer.days.last().is_some_and(|day| day.day.open);
    let values = |window: usize| answer.days.iter().map(|day| Some(windows_of(day)[window] as f64)).collect::<Vec<_>>();
    let scale = Scale::covering(answer.days.iter().flat_map(windows_of).map(|people| people as f64), 4, true, HEIGHT);
    let lines = WINDOWS
        .iter()
        .enumerate()
        .rev()
        .map(|(window, (_, ink))| line(&values(window), scale, *ink, open, false).into_any())
        .collect_view();
    let series =
        WINDOWS.map(|(name, ink)| CursorSeries { name: name.to_owned(), colour: ink.colour.to_owned(), dash: ink.dash.to_owned() });
    let cursor = |day: &ActiveDay| CursorBucket {
        title: title(&day.day, Step::Day1),
        texts: windows_of(day).map(|people| number::grouped(people.cast_signed())).into(),
        ys: windows_of(day).map(|people| Some(scale.y(people as f64))).into(),
        note: day.stickiness().map(|share| ("Stickiness".to_owned(), number::percent(share))),
    };
    let overlay = view! { <ChartCursor series=series.into() buckets=answer.days.iter().map(cursor).collect()/> };
    view! {
        <ChartFrame
            label="Daily, weekly and monthly active people, a point for each day"
            scale=scale
            unit=""
            times=time_axis::labels(&starts(answer.days.iter().map(|day| &day.day)), Step::Day1, open)
            open_from=open.then(|| (count - 1) as f64 / count as f64)
            marks=lines
            overlay=overlay
        />
    }
    .into_any()
}

pub(super) fn windows_table(answer: &ActiveAnswer) -> Table {
    let heads = ["Day", "Daily", "Weekly", "Monthly", "Stickiness"].map(str::to_owned).into();
    let row = |day: &ActiveDay| {
        let figures = windows_of(day).map(|people| number::grouped(people.cast_signed()));
        let sticky = day.stickiness().map_or_else(|| "–".to_owned(), number::percent);
        std::iter::once(title(&day.day, Step::Day1)).chain(figures).chain([sticky]).collect()
    };
    Table { heads, rows: answer.days.iter().rev().map(row).collect() }
}

fn parts(bucket: &LifecycleBucket) -> [u64; 3] {
    [bucket.new, bucket.returning, bucket.resurrected]
}

pub(super) fn stages(answer: &LifecycleAnswer, step: Step) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.period.open);
    let scale = Scale::covering(answer.buckets.iter().map(|bucket| parts(bucket).iter().sum::<u64>() as f64), 4, true, HEIGHT);
    let stack = |bucket: &LifecycleBucket| {
        let parts = parts(bucket);
        let said = parts
            .iter()
            .zip(STAGES)
            .map(|(people, (name, _))| format!("{} {}", number::grouped(people.cast_signed()), name.to_lowercase()));
        let gone = format!("{} gone", number::grouped(bucket.dormant.cast_signed()));
        Stack {
            parts: parts.iter().zip(STAGES).map(|(people, (_, colour))| (*people as f64, colour)).collect(),
            open: bucket.period.open,
            title: format!("{}: {}, {gone}", title(&bucket.period, step), said.collect::<Vec<_>>().join(", ")),
        }
    };
    view! {
        <ChartFrame
            label=format!("New, returning and resurrected people per {}", bucket::per(step))
            scale=scale
            unit=""
            times=time_axis::labels(&starts(answer.buckets.iter().map(|bucket| &bucket.period)), step, open)
            marks=stacked(answer.buckets.iter().map(stack).collect(), scale)
            overlay=()
        />
    }
    .into_any()
}

pub(super) fn stages_table(answer: &LifecycleAnswer, step: Step) -> Table {
    let heads = ["Start", "New", "Returning", "Back", "Gone"].map(str::to_owned).into();
    let row = |bucket: &LifecycleBucket| {
        let [new, returning, back] = parts(bucket);
        let figures = [new, returning, back, bucket.dormant].map(|people| number::grouped(people.cast_signed()));
        std::iter::once(title(&bucket.period, step)).chain(figures).collect()
    };
    Table { heads, rows: answer.buckets.iter().rev().map(row).collect() }
}
