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

/// How bars are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarInk {
    colour: &'static str,
    /// Of an open bucket: the name of a pattern, see the shell of pages.
    hatch: &'static str,
    /// A measured zero is a pixel, so that it is not taken for a bucket without data.
    zero: f64,
}

/// A figure: zero is one too.
pub const FIGURE: BarInk = BarInk { colour: "var(--bar)", hatch: "url(#hatch-1)", zero: 1.0 };
/// Something bad, of which mostly there is none.
pub const BAD: BarInk = BarInk { colour: "var(--bad)", hatch: "url(#hatch-bad)", zero: 0.0 };

/// Bars across the plot.
pub fn bars(bars: Vec<Bar>, scale: Scale, ink: BarInk) -> impl IntoView + use<> {
    let width = 1.0 / bars.len().max(1) as f64;
    bars.into_iter()
        .enumerate()
        .map(|(i, bar)| {
            let top = scale.y(bar.value);
            let height = (scale.ground() - top).max(if bar.value > 0.0 { 1.0 } else { ink.zero });
            let style = if bar.open { format!("fill:{};stroke:{}", ink.hatch, ink.colour) } else { format!("fill:{}", ink.colour) };
            view! {
                <rect
                    x=percent((i as f64 + GAP / 2.0) * width)
                    width=percent(width * (1.0 - GAP))
                    y=pixels(scale.ground() - height)
                    height=pixels(height)
                    style=style
                >
                    <title>{bar.title}</title>
                </rect>
            }
        })
        .collect_view()
}
