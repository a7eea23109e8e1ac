//! The samples as dots over time; each one is a link to its row.

use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis::TimeLabel;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::explorer::SamplesAnswer;

use super::figure::Figures;
use crate::Frame;

/// Of the plot, in pixels.
const HEIGHT: f64 = 150.0;
/// Free room at either side, as a share of the plot: a dot on the edge would be cut.
const MARGIN: f64 = 0.015;
/// Labels of the time axis.
const LABELS: usize = 5;

/// The dots, from the oldest sample to the newest.
pub(super) fn chart(frame: &Frame, answer: &SamplesAnswer, figures: &Figures) -> AnyView {
    let times = || answer.samples.iter().map(|sample| sample.ts.timestamp_millis());
    let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let span = (last - first).max(1) as f64;
    let scale = Scale::covering(answer.samples.iter().map(|sample| sample.value), 3, false, HEIGHT);
    let dots: Vec<_> = answer
        .samples
        .iter()
        .zip(super::samples::times(frame, &answer.samples))
        .enumerate()
        .map(|(i, (sample, time))| {
            let x = MARGIN + (1.0 - 2.0 * MARGIN) * (sample.ts.timestamp_millis() - first) as f64 / span;
            let title = format!("{} at {}", figures.in_full(Some(sample.value)), time);
            view! {
                <a href=format!("#{}", row_id(i)) tabindex="-1" aria-label=title>
                    <circle cx=format!("{:.2}%", x * 100.0) cy=format!("{:.1}", scale.y(sample.value)) r="3.5">
                        <title>{title.clone()}</title>
                    </circle>
                </a>
            }
        })
        .collect();
    let label = format!("{} samples over time; the table below has every one of them.", answer.samples.len());
    view! { <ChartFrame label=label scale=scale unit=figures.unit() times=labels(frame, first, last) linked=true marks=view! { <g class="points">{dots}</g> } overlay=()/> }.into_any()
}

/// The id of a sample's row.
pub(super) fn row_id(index: usize) -> String {
    format!("sample-{}", index + 1)
}

fn labels(frame: &Frame, first: i64, last: i64) -> Vec<TimeLabel> {
    let long = last - first > 36 * 3_600_000;
    let fine = last - first < 10 * 60_000;
    (0..LABELS)
        .filter_map(|k| {
            let share = k as f64 / (LABELS - 1) as f64;
            let at = chrono::DateTime::from_timestamp_millis(first + ((last - first) as f64 * share) as i64)?;
            let wall = clock::wall(at, frame.offset(at));
            let text = match (long, fine) {
                (true, _) => clock::day(wall),
                (_, true) => clock::second(wall),
                _ => clock::minute(wall),
            };
            let class = match k {
                0 => "first",
                _ if k == LABELS - 1 => "last",
                _ if k % 2 == 1 => "minor",
                _ => "",
            };
            Some(TimeLabel { x: MARGIN + (1.0 - 2.0 * MARGIN) * share, weekday: "", text, class })
        })
        .collect()
}
