//! Bars: one per bucket; the open one is an outline with hatching.

use leptos::prelude::*;

use super::scale::Scale;
use super::{percent, pixels};

/// The share of a bucket's width that is left free beside its bar.
const GAP: f64 = 0.22;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its height, as a value of the scale.
    pub value: f64,
    /// The bucket is not complete.
    pub open: bool,
    /// What it says when pointed at.
    pub title: String,
}

/// Bars across the plot.
pub fn bars(bars: Vec<Bar>, scale: Scale) -> impl IntoView + use<> {
    let width = 1.0 / bars.len().max(1) as f64;
    bars.into_iter()
        .enumerate()
        .map(|(i, bar)| {
            let top = scale.y(bar.value);
            // A measured zero is a pixel, so that it is not taken for a bucket without data.
            let height = (scale.ground() - top).max(1.0);
            view! {
                <rect
                    x=percent((i as f64 + GAP / 2.0) * width)
                    width=percent(width * (1.0 - GAP))
                    y=pixels(scale.ground() - height)
                    height=pixels(height)
                    style=if bar.open { "fill:url(#hatch-1);stroke:var(--bar)" } else { "fill:var(--bar)" }
                >
                    <title>{bar.title}</title>
                </rect>
            }
        })
        .collect_view()
}
