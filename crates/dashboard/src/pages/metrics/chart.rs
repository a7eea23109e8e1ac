//! The main chart: this range over the one before, the open bucket hatched, a table behind.

use chrono::{DateTime, Datelike as _, Utc};
use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries, Zoom};
use dashboard_islands::charts::frame::{ChartFrame, axis_chars};
use dashboard_islands::charts::line::{Ink, PREVIOUS, SERIES, line, swatch};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use dashboard_islands::receipt::ReceiptMark;
use leptos::prelude::*;
use protocol::audience::{AudienceAnswer, AudienceBucket, Measure};
use protocol::number;
use protocol::range::Step;

use super::{MetricsQuery, beside, words};
use crate::Frame;
use crate::components::annotations::{self, Notes};
use crate::components::bucket;
use crate::components::download::download;
use crate::components::table_behind::{Table, table_behind};
use crate::selected::instant;

/// Of the plot, in pixels.
const HEIGHT: f64 = 250.0;

/// The panel of one measure.
pub(super) fn panel(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, notes: Notes<'_>) -> AnyView {
    let measure = query.measure;
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let now = values(&answer.buckets, measure);
    let before = if compared(answer, measure) { values(&answer.previous, measure) } else { Vec::new() };
    let whole = measure.unit().is_empty();
    let scale = Scale::covering(now.iter().chain(&before).flatten().copied(), 4, whole, HEIGHT);
    let axis = axis_chars(scale, measure.unit()).max(beside::axis_chars(answer));
    let starts: Vec<_> = answer.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    let count = answer.buckets.len();
    let title = words::title(measure, answer.step);
    let total = answer.totals.of(measure).map_or_else(|| "–".to_owned(), |total| measure.text(total));
    let figure = format!("{}: {total}", measure.label());
    // The compared range is drawn first, so that this one lies above it.
    let below = (!before.is_empty()).then(|| line(&before, scale, PREVIOUS, false, false));
    let noted = annotations::marks(frame, notes.notes, |note| place(&answer.buckets, note.at));
    let released = beside::releases(frame, answer);
    let overlay = view! { {noted} {released} {cursor(frame, query, answer, &scale)} };
    let marks = view! { {below} {line(&now, scale, SERIES[0], open, true)} };
    view! {
        <section class="panel gap-below">
            <header>
                <h2>{title.clone()}</h2>
                {(measure == Measure::People).then(|| view! { <span class="faint">{active_users(answer)}</span> })}
                <div class="right">{legend(frame, answer, measure, open)} {annotations::form(frame, notes)}</div>
            </header>
            <ChartFrame
                axis=axis
                label=sentence(&title, answer, measure)
                scale=scale
                unit=measure.unit()
                times=time_axis::labels(&starts, answer.step, open)
                open_from=open.then(|| (count - 1) as f64 / count as f64)
                marks=marks
                overlay=overlay
            />
            {beside::errors(answer, axis)}
            {beside::release_list(frame, query, answer)}
            {annotations::list(frame, notes)}
            {unknown(answer, measure).then(|| view! { <p class="body faint">{UNKNOWN}</p> })}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=super::offsets(frame, answer) figure=figure up=true/>
                <span>{format!("bucket {}, project zone", answer.step.label())}</span>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                {download(frame, "audience/metrics", query.selected.words().into_iter().chain([("compare", query.compare.word().to_owned())]).collect())}
            </div>
            {table_behind(table(answer, measure))}
        </section>
    }.into_any()
}

/// Where in a plot a time is, from 0 to 1.
pub(super) fn place(buckets: &[AudienceBucket], at: DateTime<Utc>) -> Option<f64> {
    bucket::place(buckets.iter().map(|bucket| (bucket.start, bucket.end)), at)
}

fn values(buckets: &[AudienceBucket], measure: Measure) -> Vec<Option<f64>> {
    buckets.iter().map(|bucket| bucket.counts.of(measure)).collect()
}

/// A range before without a single one is nothing to compare with, here as on the cards: mostly, the project is younger.
fn compared(answer: &AudienceAnswer, measure: Measure) -> bool {
    let there = |total: f64| total > 0.0 || !measure.unit().is_empty();
    let before = answer.previous_totals.and_then(|totals| totals.of(measure));
    answer.previous.len() == answer.buckets.len() && before.is_some_and(there)
}

/// Sessions need events that are no longer kept one by one, or are too many to be read at once.
const UNKNOWN: &str = "Not known for this range: it needs single events, of which too many are asked for or some are no longer kept.";

/// There is no such figure in the whole answer.
fn unknown(answer: &AudienceAnswer, measure: Measure) -> bool {
    answer.totals.of(measure).is_none() && answer.totals.sessions.is_none()
}

/// Daily active users on average over the days that are over, and their share of all people of the range: stickiness.
fn active_users(answer: &AudienceAnswer) -> String {
    let days: Vec<u64> = answer.buckets.iter().filter(|bucket| !bucket.open).map(|bucket| bucket.counts.people).collect();
    if answer.step != Step::Day1 || days.len() < 2 || answer.totals.people == 0 {
        return String::new();
    }
    let mean = days.iter().sum::<u64>() as f64 / days.len() as f64;
    let share = number::percent(mean / answer.totals.people as f64);
    format!("{} a day on average, {share} of all: stickiness", number::grouped(mean.round() as i64))
}

fn legend(frame: &Frame, answer: &AudienceAnswer, measure: Measure, open: bool) -> AnyView {
    let entry = |ink: Ink, words: String| view! { <span>{swatch(ink)}{words}</span> };
    let this_year = clock::wall(frame.now, frame.offset(frame.now)).year();
    view! {
        <div class="legend">
            {entry(SERIES[0], words::span(&answer.buckets, answer.step, this_year))}
            {compared(answer, measure).then(|| entry(PREVIOUS, words::span(&answer.previous, answer.step, this_year)))}
            {open.then(|| view! { <span><i class="sw hatched"></i>{if answer.step == Step::Day1 { "today, open" } else { "open" }}</span> })}
        </div>
    }.into_any()
}

fn sentence(title: &str, answer: &AudienceAnswer, measure: Measure) -> String {
    let complete: Vec<f64> = answer.buckets.iter().filter(|bucket| !bucket.open).filter_map(|bucket| bucket.counts.of(measure)).collect();
    let (low, high) = complete.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(*v), high.max(*v)));
    if complete.is_empty() {
        let why = if unknown(answer, measure) { UNKNOWN } else { "No complete bucket yet." };
        return format!("{title}, {}. {why}", answer.period.sentence());
    }
    let before = if compared(answer, measure) { ", with an earlier range for comparison" } else { "" };
    let (low, high) = (measure.text(low), measure.text(high));
    format!("{title}, {}: between {low} and {high} in complete buckets{before}.", answer.period.sentence())
}

fn cursor(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer, scale: &Scale) -> AnyView {
    let measure = query.measure;
    let series = |name: &str, ink: Ink| CursorSeries { name: name.to_owned(), colour: ink.colour.to_owned(), dash: ink.dash.to_owned() };
    let mut names = vec![series(measure.label(), SERIES[0])];
    let compared = compared(answer, measure);
    if compared {
        names.push(series("Before", PREVIOUS));
    }
    let errors = beside::known(answer);
    if errors.is_some() {
        names.push(series("Errors", beside::ERRORS));
    }
    let buckets = answer
        .buckets
        .iter()
        .enumerate()
        .map(|(i, bucket)| {
            let errors = errors.map(|errors| number::grouped(errors[i].round() as i64));
            let before = compared.then(|| &answer.previous[i]);
            let counts = std::iter::once(bucket).chain(before).map(|bucket| bucket.counts.of(measure));
            CursorBucket {
                title: format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { ", open" } else { "" }),
                texts: counts.clone().map(|figure| full(measure, figure)).chain(errors).collect(),
                ys: counts.map(|figure| figure.map(|value| scale.y(value))).collect(),
                note: before.and_then(|before| change(bucket, before, measure)).map(|change| ("Change".to_owned(), change)),
            }
        })
        .collect();
    view! { <ChartCursor series=names buckets=buckets zoom=Some(zoom(frame, query, answer))/> }.into_any()
}

/// A part of the time on the same page: whole days as days, less as moments.
fn zoom(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer) -> Zoom {
    let bounds = |bucket: &AudienceBucket| match answer.step {
        Step::Day1 => {
            let day = clock::wall(bucket.start, bucket.utc_offset_seconds).date().to_string();
            (day.clone(), day)
        }
        _ => (instant(bucket.start), instant(bucket.end)),
    };
    let elsewhere = query.href(frame);
    let (path, words) = elsewhere.split_once('?').unwrap_or((&elsewhere, ""));
    let kept = words.split('&').filter(|word| !["range=", "from=", "until="].iter().any(|name| word.starts_with(name)));
    let kept: String = kept.filter(|word| !word.is_empty()).map(|word| format!("{word}&")).collect();
    Zoom { before: format!("{path}?{kept}from="), point: None, bounds: answer.buckets.iter().map(bounds).collect() }
}

/// Tips and tables show every digit.
fn full(measure: Measure, figure: Option<f64>) -> String {
    figure.map_or_else(
        || "–".to_owned(),
        |value| if measure.unit().is_empty() { number::grouped(value.round() as i64) } else { measure.text(value) },
    )
}

/// Against the same bucket of the range before; an open bucket is not compared.
fn change(bucket: &AudienceBucket, before: &AudienceBucket, measure: Measure) -> Option<String> {
    let (now, before) = bucket.counts.of(measure).zip(before.counts.of(measure))?;
    if bucket.open { None } else { measure.change(now, before) }
}

fn table(answer: &AudienceAnswer, measure: Measure) -> Table {
    let mut heads = vec!["Start".to_owned()];
    heads.extend(Measure::ALL.map(|measure| measure.label().to_owned()));
    let errors = answer.errors.as_ref();
    heads.extend(errors.map(|_| "Errors".to_owned()));
    let compared = compared(answer, measure);
    if compared {
        heads.extend([format!("{} before", measure.label()), "Change".to_owned()]);
    }
    let rows = answer.buckets.iter().enumerate().rev().map(|(i, bucket)| {
        let mut row = vec![format!("{}{}", words::bucket(bucket, answer.step), if bucket.open { " (open)" } else { "" })];
        row.extend(Measure::ALL.map(|measure| full(measure, bucket.counts.of(measure))));
        row.extend(errors.map(|errors| number::grouped(errors[i].round() as i64)));
        if compared {
            let before = &answer.previous[i];
            row.extend([full(measure, before.counts.of(measure)), change(bucket, before, measure).unwrap_or_else(|| "–".to_owned())]);
        }
        row
    });
    Table { heads, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_stands_within_its_bucket_also_where_days_differ() {
        let bucket = |start: &str, end: &str| AudienceBucket {
            start: start.parse().expect("a time"),
            end: end.parse().expect("a time"),
            utc_offset_seconds: 3_600,
            counts: protocol::audience::Counts::default(),
            open: false,
        };
        // The second day has 23 hours.
        let days = [bucket("2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"), bucket("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")];
        let place = |at: &str| place(&days, at.parse().expect("a time"));
        assert_eq!((place("2026-03-27T23:00:00Z"), place("2026-03-28T11:00:00Z")), (Some(0.0), Some(0.25)));
        assert_eq!((place("2026-03-29T10:30:00Z"), place("2026-03-29T22:00:00Z")), (Some(0.75), None));
    }
}
