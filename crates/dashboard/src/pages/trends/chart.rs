//! The series as lines over time, and the formula's line above them.

use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, OTHER, PREVIOUS, SERIES, line};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::analyses::{GroupKey, TimeBucket, TrendAnswer, TrendMeasure, TrendSeries};
use protocol::number;

use super::query::{EVERY, TrendsQuery};
use crate::components::bucket;
use crate::components::table_behind::Table;

/// Of the plot, in pixels.
const HEIGHT: f64 = 250.0;

/// One line.
pub(super) struct Drawn<'a> {
    pub(super) name: String,
    pub(super) ink: Ink,
    pub(super) values: &'a [Option<f64>],
    pub(super) whole: Option<f64>,
    /// The same of the earlier range: by bucket, and over all of it.
    pub(super) before: Option<(&'a [Option<f64>], Option<f64>)>,
}

impl Drawn<'_> {
    /// From the earlier range to this one, such as `+12 %`.
    pub(super) fn change(&self) -> String {
        let change = self.whole.zip(self.before.and_then(|(_, whole)| whole)).and_then(|(now, before)| number::change(now, before));
        change.unwrap_or_else(|| "–".to_owned())
    }

    /// Whether there is anything to compare with.
    pub(super) fn is_compared(&self) -> bool {
        self.before.is_some_and(|(_, whole)| whole.is_some_and(|whole| whole != 0.0))
    }
}

/// The series, told apart by ink.
pub(super) fn series<'a>(query: &TrendsQuery, answer: &'a TrendAnswer) -> Vec<Drawn<'a>> {
    let drawn = |(place, series): (usize, &'a TrendSeries)| Drawn {
        name: name(query, series),
        ink: if series.key == GroupKey::Other { OTHER } else { SERIES[place % SERIES.len()] },
        values: &series.values,
        whole: series.value,
        before: answer.before.as_ref().and_then(|before| before.series.get(place)).map(|series| (&series.values[..], series.value)),
    };
    answer.series.iter().enumerate().map(drawn).collect()
}

/// The formula alone.
pub(super) fn formula(answer: &TrendAnswer) -> Option<Drawn<'_>> {
    let formula = answer.formula.as_ref()?;
    let before = answer.before.as_ref().and_then(|before| before.formula.as_ref());
    Some(Drawn {
        name: formula.text.clone(),
        ink: SERIES[0],
        values: &formula.values,
        whole: formula.total,
        before: before.map(|before| (&before.values[..], before.total)),
    })
}

fn name(query: &TrendsQuery, series: &TrendSeries) -> String {
    let place = (series.letter as usize).saturating_sub('A' as usize);
    let event = query.lines.get(place).map_or(EVERY, |line| line.event.as_str());
    let event = if event == EVERY { "every event" } else { event };
    match &series.key {
        GroupKey::All => format!("{} {event}, {}", series.letter, series.measure),
        key => key.label().into_owned(),
    }
}

/// The lines over one another, on one scale.
pub(super) fn chart(answer: &TrendAnswer, drawn: &[Drawn<'_>], label: String) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let count = answer.buckets.len();
    let whole = answer.series.iter().all(|series| !matches!(series.measure, TrendMeasure::Number(..)));
    let shown = drawn.iter().flat_map(|drawn| drawn.values.iter().flatten().copied());
    let earlier = earlier(drawn, count);
    let scale = Scale::covering(shown.chain(earlier.iter().flatten().flatten().copied()), 4, whole && answer.formula.is_none(), HEIGHT);
    let starts: Vec<_> = answer.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    // The first series is drawn last, above the others.
    let lines = (
        earlier.map(|values| line(&values, scale, PREVIOUS, false, false).into_any()),
        drawn.iter().rev().map(|one| line(one.values, scale, one.ink, open, drawn.len() == 1).into_any()).collect_view(),
    );
    view! {
        <ChartFrame
            label=label
            scale=scale
            unit=""
            times=time_axis::labels(&starts, answer.step, open)
            open_from=open.then(|| (count - 1) as f64 / count as f64)
            marks=lines.into_any()
            overlay=cursor(answer, drawn, &scale)
        />
    }
    .into_any()
}

/// The earlier range's line: of one series only, since more lines could not be told apart. Where it is cut there is nothing.
fn earlier(drawn: &[Drawn<'_>], count: usize) -> Option<Vec<Option<f64>>> {
    let [one] = drawn else { return None };
    let (values, _) = one.before.filter(|_| one.is_compared())?;
    Some((0..count).map(|place| values.get(place).copied().flatten()).collect())
}

fn cursor(answer: &TrendAnswer, drawn: &[Drawn<'_>], scale: &Scale) -> AnyView {
    let named = |one: &Drawn<'_>| CursorSeries { name: one.name.clone(), colour: one.ink.colour.to_owned(), dash: one.ink.dash.to_owned() };
    let earlier = earlier(drawn, answer.buckets.len());
    let previous = earlier.as_ref().map(|_| CursorSeries {
        name: "before".to_owned(),
        colour: PREVIOUS.colour.to_owned(),
        dash: PREVIOUS.dash.to_owned(),
    });
    let bucket = |(place, bucket): (usize, &TimeBucket)| {
        let before = earlier.as_ref().map(|values| values[place]);
        let values = drawn.iter().map(|one| one.values.get(place).copied().flatten()).chain(before);
        CursorBucket {
            title: title(bucket, answer),
            texts: values.clone().map(text).collect(),
            ys: values.map(|value| value.map(|value| scale.y(value))).collect(),
            note: None,
        }
    };
    view! { <ChartCursor series=drawn.iter().map(named).chain(previous).collect() buckets=answer.buckets.iter().enumerate().map(bucket).collect()/> }
        .into_any()
}

fn title(bucket: &TimeBucket, answer: &TrendAnswer) -> String {
    let title = bucket::title(bucket.start, bucket.utc_offset_seconds, answer.step);
    if bucket.open { format!("{title}, open") } else { title }
}

/// A figure with as many digits as say something.
pub(super) fn text(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number::with_unit(value, ""))
}

/// Every bucket as a row.
pub(super) fn table(answer: &TrendAnswer, drawn: &[Drawn<'_>]) -> Table {
    let heads = std::iter::once("Start".to_owned()).chain(drawn.iter().map(|one| one.name.clone())).collect();
    let rows = answer.buckets.iter().enumerate().rev().map(|(place, bucket)| {
        let cells = drawn.iter().map(|one| text(one.values.get(place).copied().flatten()));
        std::iter::once(title(bucket, answer)).chain(cells).collect()
    });
    Table { heads, rows: rows.collect() }
}
