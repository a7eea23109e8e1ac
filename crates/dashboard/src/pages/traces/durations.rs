//! How long the found spans took: a bar for each bin, which narrows the list down to it.

use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis::TimeLabel;
use dashboard_islands::charts::{percent, pixels};
use leptos::prelude::*;
use protocol::filter::{Field, Filter, Number, Test};
use protocol::number;
use protocol::traces::{DurationBin, TracesAnswer};

use super::TracesPageQuery;
use crate::Frame;

const HEIGHT: f64 = 96.0;
const LABELS_MAX: usize = 12;

pub(super) fn chart(frame: &Frame, query: &TracesPageQuery, answer: &TracesAnswer) -> AnyView {
    let scale = Scale::covering(answer.durations.iter().map(|bin| bin.spans as f64), 3, true, HEIGHT);
    let count = answer.durations.len().max(1);
    let bars = answer.durations.iter().enumerate().map(|(place, bin)| bar(frame, query, (place, count), bin, scale)).collect_view();
    // Where there is room each bar says where it begins, else those that begin with a power of ten.
    let every = count <= LABELS_MAX;
    let labels = answer.durations.iter().enumerate().filter(|(place, bin)| *place == 0 || every || is_power(bin.from_ms));
    let times = labels
        .map(|(place, bin)| TimeLabel {
            x: place as f64 / count as f64,
            text: number::duration(bin.from_ms / 1e3),
            weekday: "",
            class: if place == 0 {
                "first"
            } else if every && !is_power(bin.from_ms) {
                "minor"
            } else {
                ""
            },
        })
        .collect::<Vec<_>>();
    let label = format!("How long they took: half at most {}, 95 % at most {}", said(answer.p50_ms), said(answer.p95_ms));
    view! { <ChartFrame label=label scale=scale unit="" times=times linked=true marks=bars overlay=()/> }.into_any()
}

fn bar(frame: &Frame, query: &TracesPageQuery, (place, count): (usize, usize), bin: &DurationBin, scale: Scale) -> AnyView {
    let width = 1.0 / count as f64;
    let part = |value: u64, class: &'static str| {
        let top = scale.y(value as f64);
        let height = if value > 0 { (scale.ground() - top).max(1.0) } else { 0.0 };
        let (x, width) = (percent((place as f64 + 0.06) * width), percent(width * 0.88));
        view! { <rect class=class x=x width=width y=pixels(scale.ground() - height) height=pixels(height)></rect> }
    };
    let failed = if bin.failed > 0 { format!(", {} failed", number::grouped(bin.failed as i64)) } else { String::new() };
    let (from, until) = (number::duration(bin.from_ms / 1e3), number::duration(bin.until_ms / 1e3));
    let title = format!("{from} to {until}: {} spans{failed}", number::grouped(bin.spans as i64));
    let href = query.selecting(&query.selected.matching(&between(query, bin))).href(frame);
    view! {
        <a href=href aria-label=title.clone()>
            <rect class="hit" x=percent(place as f64 * width) width=percent(width) y="0" height="100%"></rect>
            {part(bin.spans, "bar")}
            {part(bin.failed, "bar bad")}
            <title>{title.clone()}</title>
        </a>
    }
    .into_any()
}

/// The page's filter with the durations of a bin in place of those it had.
fn between(query: &TracesPageQuery, bin: &DurationBin) -> String {
    let duration = || Field::Prop("duration".to_owned());
    let others = query.selected.filtered.filter.conditions().iter();
    let is_duration = |condition: &&Filter| matches!(condition, Filter::Term(term) if term.field == duration() && term.test.compares());
    let kept = others.filter(|condition| !is_duration(condition)).cloned().fold(Filter::all(), Filter::and);
    let bounds = [Number::new(bin.from_ms).map(Test::AtLeast), Number::new(bin.until_ms).map(Test::Below)];
    bounds.into_iter().flatten().fold(kept, |filter, test| filter.and(Filter::term(duration(), test))).to_string()
}

fn is_power(ms: f64) -> bool {
    let power = ms.log10();
    (power - power.round()).abs() < 1e-9
}

pub(super) fn said(ms: Option<f64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| number::duration(ms / 1e3))
}
