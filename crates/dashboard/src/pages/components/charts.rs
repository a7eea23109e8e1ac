//! The kinds of chart.

use dashboard_islands::charts::bars::{Bar, FIGURE, bars};
use dashboard_islands::charts::cursor::{ChartCursor, CursorBucket, CursorSeries};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::line::{Ink, PREVIOUS, SERIES, line, swatch};
use dashboard_islands::charts::ranked::{Ranked, ranked};
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::stacked::{Stack, stacked};
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::analyses::{HourOfWeek, HoursAnswer};
use protocol::number;
use protocol::range::Step;

use super::{sample, section};
use crate::components::annotations::{self, Notes};
use crate::pages::behavior::hours;

/// Of a plot, in pixels.
const HEIGHT: f64 = 150.0;

pub(super) fn sections() -> AnyView {
    view! {
        {section("Lines, compared, with a note and an open bucket", lines())}
        {section("Bars and stacks", view! { <div class="cols-2">{bar_chart()} {stacks()}</div> })} {section("Eight series", series())}
        {section("Ranked list and hours of the week", view! { <div class="panel">{ranks()}</div> {heat()} })}
    }
    .into_any()
}

fn scale() -> Scale {
    Scale::covering(sample::DAYS.into_iter().chain(sample::BEFORE), 4, true, HEIGHT)
}

fn lines() -> AnyView {
    let (frame, note, scale) = (sample::frame(), sample::note(), scale());
    let notes = Notes { notes: std::slice::from_ref(&note), may_edit: true, back: "#main" };
    let open_from = (sample::DAYS.len() - 1) as f64 / sample::DAYS.len() as f64;
    let marks = view! {
        {line(&sample::known(&sample::BEFORE), scale, PREVIOUS, false, false)} {line(&sample::known(&sample::DAYS), scale, SERIES[0], true, true)}
    };
    let overlay = view! { {annotations::marks(&frame, notes.notes, |_| Some(0.44))} {cursor(&scale)} };
    view! {
        <div class="panel">
            <header>
                <h2>"Events per day"</h2>
                <div class="right">
                    <div class="legend">
                        <span>{swatch(SERIES[0])}"8 May – 14 May"</span>
                        <span>{swatch(PREVIOUS)}"1 May – 7 May"</span>
                        <span><i class="sw hatched"></i>"today, open"</span>
                    </div>
                    {annotations::form(&frame, notes)}
                </div>
            </header>
            <ChartFrame
                label="Events per day, two weeks beside one another."
                scale=scale
                unit=""
                times=time_axis::labels(&sample::starts(), Step::Day1, true)
                open_from=Some(open_from)
                marks=marks
                overlay=overlay
            />
            {annotations::list(&frame, notes)}
        </div>
    }
    .into_any()
}

fn cursor(scale: &Scale) -> AnyView {
    let named = |name: &str, ink: Ink| CursorSeries { name: name.to_owned(), colour: ink.colour.to_owned(), dash: ink.dash.to_owned() };
    let bucket = |((start, now), before): ((chrono::NaiveDateTime, f64), f64)| CursorBucket {
        title: clock::weekday(start),
        texts: [now, before].map(|value| number::grouped(value as i64)).into(),
        ys: [now, before].map(|value| Some(scale.y(value))).into(),
        note: None,
    };
    let buckets = sample::starts().into_iter().zip(sample::DAYS).zip(sample::BEFORE).map(bucket).collect();
    view! { <ChartCursor series=vec![named("Events", SERIES[0]), named("Before", PREVIOUS)] buckets=buckets/> }.into_any()
}

/// A plot without anything over it.
fn plot(title: &'static str, marks: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="panel">
            <header><h3>{title}</h3></header>
            <ChartFrame
                label=title
                scale=scale()
                unit=""
                times=time_axis::labels(&sample::starts(), Step::Day1, true)
                open_from=None
                marks=marks
                overlay=()
            />
        </div>
    }
    .into_any()
}

fn is_last(place: usize) -> bool {
    place + 1 == sample::DAYS.len()
}

fn bar_chart() -> AnyView {
    let bar = |(place, value): (usize, f64)| Bar { value, open: is_last(place), title: number::grouped(value as i64) };
    plot("Bars", bars(sample::DAYS.into_iter().enumerate().map(bar).collect(), scale(), FIGURE))
}

fn stacks() -> AnyView {
    let stack = |(place, value): (usize, f64)| {
        let parts = vec![(value * 0.8, "var(--bar)"), (value * 0.12, "var(--s4)"), (value * 0.08, "var(--bad)")];
        Stack { parts, open: is_last(place), title: number::grouped(value as i64) }
    };
    plot("Stacks", stacked(sample::DAYS.into_iter().enumerate().map(stack).collect(), scale()))
}

fn series() -> AnyView {
    let of = |(place, ink): (usize, Ink)| {
        let values: Vec<Option<f64>> = sample::DAYS.into_iter().map(|value| Some(value * (1.0 - place as f64 / 9.0))).collect();
        line(&values, scale(), ink, false, false)
    };
    plot("Lines", SERIES.into_iter().enumerate().map(of).collect_view())
}

fn ranks() -> AnyView {
    let href = || Some("#main".to_owned());
    let rank = |name: Option<&str>, count: f64, share, mono| Ranked {
        name: name.map(str::to_owned),
        count,
        share: Some(share),
        mono,
        href: href(),
        without: href(),
    };
    let rows = vec![
        rank(Some("/products/:id"), 4_120.0, 0.412, true),
        rank(Some("Germany"), 1_204.0, 0.12, false),
        rank(None, 310.0, 0.031, false),
    ];
    ranked(rows).into_any()
}

fn heat() -> AnyView {
    let hour = |place: usize| HourOfWeek {
        hours: if place == 0 { 0.0 } else { 4.0 },
        events: (12.0 - (place % 24) as f64 + 2.0).abs().mul_add(-40.0, 480.0).max(0.0),
        people: place as u64,
    };
    hours::panel(
        &sample::frame(),
        &HoursAnswer { hours: (0..HoursAnswer::HOURS).map(hour).collect(), own_clock: None, receipt: sample::receipt() },
        ().into_any(),
    )
}
