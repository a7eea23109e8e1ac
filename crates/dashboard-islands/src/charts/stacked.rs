//! Stacked bars: one stack per bucket; the open one is hatched where its ground part is.

use leptos::prelude::*;

use super::scale::Scale;
use super::{percent, pixels};

/// The share of a bucket's width that is left free beside its stack.
const GAP: f64 = 0.22;

/// One stack, from the ground up.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Heights, as values of the scale, with a CSS colour each.
    pub parts: Vec<(f64, &'static str)>,
    /// The bucket is not complete.
    pub open: bool,
    /// What it says when pointed at.
    pub title: String,
}

/// Where a part of a stack lies: its top and its height, in pixels. A part that has anything is at least a pixel high, so
/// that one refused item among a million is seen.
fn layout(parts: &[(f64, &'static str)], scale: &Scale) -> Vec<(f64, f64)> {
    let mut ground = scale.ground();
    let mut place = |value: f64| {
        let height = if value > 0.0 { (scale.ground() - scale.y(value)).max(1.0) } else { 0.0 };
        ground -= height;
        (ground, height)
    };
    parts.iter().map(|(value, _)| place(*value)).collect()
}

/// Stacks across the plot.
pub fn stacked(stacks: Vec<Stack>, scale: Scale) -> impl IntoView + use<> {
    let width = 1.0 / stacks.len().max(1) as f64;
    stacks
        .into_iter()
        .enumerate()
        .map(|(i, stack)| {
            let (x, w) = (percent((i as f64 + GAP / 2.0) * width), percent(width * (1.0 - GAP)));
            let parts = layout(&stack.parts, &scale)
                .into_iter()
                .zip(&stack.parts)
                .filter(|((_, height), _)| *height > 0.0)
                .map(|((top, height), (_, colour))| {
                    let hatched = stack.open && *colour == "var(--bar)";
                    let style = if hatched { "fill:url(#hatch-1);stroke:var(--bar)".to_owned() } else { format!("fill:{colour}") };
                    view! { <rect x=x.clone() width=w.clone() y=pixels(top) height=pixels(height) style=style></rect> }
                })
                .collect_view();
            view! { <g><title>{stack.title}</title>{parts}</g> }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_upon_each_other_and_the_smallest_is_a_pixel_high() {
        let scale = Scale::covering([100.0], 2, true, 100.0);
        assert_eq!(layout(&[(50.0, "a"), (0.0, "b"), (0.01, "c")], &scale), [(50.0, 50.0), (50.0, 0.0), (49.0, 1.0)]);
    }
}
