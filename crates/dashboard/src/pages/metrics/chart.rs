//! The main chart: this range over the one before, the open bucket hatched, a table behind.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, PREVIOUS, SERIES, line, swatch};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use dashboard_islands::receipt::ReceiptMark;
use leptos::prelude::*;
use protocol::audience::{AudienceAnswer, AudienceBucket, Measure};
use protocol::number;

use super::words;
use crate::Frame;
use crate::components::table_behind::{Table, table_behind};

/// Of the plot, in pixels.
const HEIGHT: f64 = 250.0;

/// The panel of one measure.
pub(super) fn panel(frame: &Frame, measure: Measure, answer: &AudienceAnswer) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let (now, before) = (values(&answer.buckets, measure), values(&answer.previous, measure));
    let scale = Scale::covering(now.iter().chain(&before).flatten().copied(), 4, true, HEIGHT);
    let starts: Vec<_> = answer.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    let count = answer.buckets.len();
    let title = words::title(measure, answer.step);
    let figure = format!("{} {}", number::count(answer.totals.of(measure)), measure.label().to_lowercase());
    // The compared range is drawn first, so that this one lies above it.
    let marks = view! { {line(&before, scale, PREVIOUS, false, false)} {line(&now, scale, SERIES[0], open, true)} };
    view! {
        <section class="panel gap-below">
            <header>
                <h2>{title.clone()}</h2>
                {(measure == Measure::People).then(|| view! { <span class="faint">{active_users(answer)}</span> })}
                <div class="right">{legend(answer, open)}</div>
            </header>
            <ChartFrame
                label=sentence(&title, answer, measure)
                scale=scale
                unit=""
                times=time_axis::labels(&starts, answer.step, open)
                open_from=open.then(|| (count - 1) as f64 / count as f64)
                marks=marks
                overlay=cursor(answer, measure, &scale)
            />
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=super::offsets(frame, answer) figure=figure up=true/>
                <span>{format!("bucket {}, project zone", answer.step.label())}</span>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
            </div>
            {table_behind(table(answer, measure))}
        </section>
    }.into_any()
}

fn values(buckets: &[AudienceBucket], measure: Measure) -> Vec<Option<f64>> {
    buckets.iter().map(|bucket| Some(bucket.counts.of(measure))).collect()
}

fn active_users(answer: &AudienceAnswer) -> &'static str {
    if answer.step == protocol::range::Step::Day1 { "daily active users" } else { "" }
}

fn legend(answer: &AudienceAnswer, open: bool) -> AnyView {
    let entry = |ink: Ink, words: String| view! { <span>{swatch(ink)}{words}</span> };
    view! {
        <div class="legend">
            {entry(SERIES[0], words::span(&answer.buckets, answer.step))}
            {(!answer.previous.is_empty()).then(|| entry(PREVIOUS, words::span(&answer.previous, answer.step)))}
            {open.then(|| view! { <span><i class="sw hatched"></i>{if answer.step == protocol::range::Step::Day1 { "today, open" } else { "open" }}</span> })}
        </div>
    }.into_any()
}

fn sentence(title: &str, answer: &AudienceAnswer, measure: Measure) -> String {
    let complete: Vec<f64> = answer.buckets.iter().filter(|bucket| !bucket.open).map(|bucket| bucket.counts.of(measure)).collect();
    let (low, high) = complete.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(*v), high.max(*v)));
    if complete.is_empty() {
        return format!("{title}, {}: no complete bucket yet.", answer.range.sentence());
    }
    format!(
        "{title}, {}: between {} and {} in complete buckets, with the range before for comparison.",
        answer.range.sentence(),
        number::count(low),
        number::count(high)
    )
}

fn cursor(answer: &AudienceAnswer, measure: Measure, scale: &Scale) -> AnyView {
    let series = |name: &str, ink: Ink| CursorSeries { name: name.to_owned(), colour: ink.colour.to_owned(), dash: ink.dash.to_owned() };
    let mut names = vec![series(measure.label(), SERIES[0])];
    let compared = answer.previous.len() == answer.buckets.len();
    if compared {
        names.push(series("Before", PREVIOUS));
    }
    let buckets = answer
        .buckets
        .iter()
        .enumerate()
        .map(|(i, bucket)| {
            let before = compared.then(|| &answer.previous[i]);
            let counts = std::iter::once(bucket).chain(before).map(|bucket| bucket.counts.of(measure));
            CursorBucket {
                title: format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { ", open" } else { "" }),
                texts: counts.clone().map(full).collect(),
                ys: counts.map(|value| Some(scale.y(value))).collect(),
                note: before.and_then(|before| change(bucket, before, measure)).map(|change| ("Change".to_owned(), change)),
            }
        })
        .collect();
    view! { <ChartCursor series=names buckets=buckets/> }.into_any()
}

/// Tips and tables show every digit.
fn full(value: f64) -> String {
    number::grouped(value.round() as i64)
}

/// Against the same bucket of the range before; an open bucket is not compared.
fn change(bucket: &AudienceBucket, before: &AudienceBucket, measure: Measure) -> Option<String> {
    if bucket.open { None } else { number::change(bucket.counts.of(measure), before.counts.of(measure)) }
}

fn table(answer: &AudienceAnswer, measure: Measure) -> Table {
    let mut heads = vec!["Start".to_owned()];
    heads.extend(Measure::ALL.map(|measure| measure.label().to_owned()));
    heads.extend([format!("{} before", measure.label()), "Change".to_owned()]);
    let rows = answer.buckets.iter().enumerate().rev().map(|(i, bucket)| {
        let before = answer.previous.get(i);
        let mut row = vec![format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { " (open)" } else { "" })];
        row.extend(Measure::ALL.map(|measure| full(bucket.counts.of(measure))));
        row.push(before.map_or_else(dash, |before| full(before.counts.of(measure))));
        row.push(before.and_then(|before| change(bucket, before, measure)).unwrap_or_else(dash));
        row
    });
    Table { heads, rows: rows.collect() }
}

fn dash() -> String {
    "–".to_owned()
}
