//! The frame of a chart: value axis, grid, the hatched band of the open bucket, time axis.

use leptos::prelude::*;

use super::scale::Scale;
use super::time_axis::TimeLabel;
use super::{percent, pixels, tick};

/// A plot with its axes. `marks` are drawn inside the svg, `overlay` above it.
#[component]
pub fn ChartFrame<M: IntoView + 'static, O: IntoView + 'static>(
    /// The chart in a sentence, for those who do not see it.
    #[prop(into)]
    label: String,
    /// The value axis.
    scale: Scale,
    /// Of the values.
    #[prop(into)]
    unit: String,
    /// The time axis.
    times: Vec<TimeLabel>,
    /// From where on the plot is hatched, from 0 to 1: lines only, bars are hatched themselves.
    #[prop(optional_no_strip)]
    open_from: Option<f64>,
    /// At least so many characters of the value axis: plots below one another begin at one line. See [`axis_chars`].
    #[prop(optional)]
    axis: usize,
    /// What is drawn holds links: the plot is a group of them then, no picture.
    #[prop(optional)]
    linked: bool,
    /// What is drawn.
    marks: M,
    /// What lies over it; `()` for nothing.
    overlay: O,
) -> impl IntoView {
    let ticks = scale.ticks();
    let words = tick::labels(&ticks, scale.step(), &unit);
    // Digits are about 6.2 px wide at the axis' size; 10 px keep them off the plot.
    let width = longest(&words).max(axis) as f64 * 6.2 + 10.0;
    let height = scale.height();
    view! {
        <div class="chart" style=format!("--h:{height}px;--yw:{:.0}px", width.max(30.0))>
            <div class="chart-grid">
                <div class="yaxis" aria-hidden="true">
                    {ticks.iter().zip(words).map(|(tick, word)| view! { <span style=format!("top:{}px", pixels(scale.y(*tick)))>{word}</span> }).collect_view()}
                </div>
                <div class="plotbox">
                    <svg class="plot" role=if linked { "group" } else { "img" } aria-label=label>
                        {ticks
                            .iter()
                            .map(|tick| {
                                let y = pixels(scale.y(*tick));
                                view! { <line class=if *tick == 0.0 { "gl zero" } else { "gl" } x1="0" x2="100%" y1=y.clone() y2=y></line> }
                            })
                            .collect_view()}
                        {open_from.map(|x| view! { <rect class="open-band" x=percent(x) width=percent(1.0 - x) y="0" height=pixels(height)></rect> })}
                        {marks}
                    </svg>
                    {overlay}
                    <div class="xaxis" aria-hidden="true">
                        {times
                            .into_iter()
                            .map(|time| {
                                let weekday = (!time.weekday.is_empty()).then(|| view! { <i>{time.weekday}"\u{a0}"</i> });
                                view! { <span class=time.class style=format!("left:{}", percent(time.x))>{weekday}{time.text}</span> }
                            })
                            .collect_view()}
                    </div>
                </div>
            </div>
        </div>
    }
}

/// Characters that the value axis of a scale takes.
pub fn axis_chars(scale: Scale, unit: &str) -> usize {
    longest(&tick::labels(&scale.ticks(), scale.step(), unit))
}

fn longest(words: &[String]) -> usize {
    words.iter().map(|word| word.chars().count()).max().unwrap_or(1)
}
