//! Sparklines: a shape without axes, beside a figure that has a unit.

use leptos::prelude::*;

use super::path::{WIDTH, strokes};
use super::pixels;
use super::scale::Scale;

/// A small line over `values`; `open` dashes its end. It carries no text: the figure beside it does.
pub fn spark(values: &[Option<f64>], height: f64, colour: &'static str, open: bool, area: bool) -> impl IntoView + use<> {
    let known = || values.iter().flatten().copied();
    let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    // A sparkline shows shape, not size: it starts a little below its lowest value.
    let low = if low.is_finite() && low > 0.0 { low * 0.92 } else { low.min(0.0) };
    let drawn = strokes(values, &Scale::fitting(low, high, height), open);
    view! {
        <svg class="spark" height=pixels(height) viewBox=format!("0 0 {WIDTH} {height}") preserveAspectRatio="none" aria-hidden="true">
            {area.then(|| view! { <path class="area" style=format!("fill:{colour}") d=drawn.area></path> })}
            <path class="ln thin" style=format!("stroke:{colour}") d=drawn.line></path>
            <path class="ln thin open" style=format!("stroke:{colour}") d=drawn.open></path>
        </svg>
    }
}
