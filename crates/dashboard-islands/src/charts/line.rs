//! Lines: straight segments, own colour and own dash per series, the open bucket dashed with a hollow end.

use leptos::prelude::*;

use super::path::{WIDTH, centre, strokes};
use super::scale::Scale;
use super::{percent, pixels};

/// How a series is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// A CSS colour.
    pub colour: &'static str,
    /// A dash pattern; empty for a solid line.
    pub dash: &'static str,
}

/// The compared period.
pub const PREVIOUS: Ink = Ink { colour: "var(--prev)", dash: "5 4" };
/// The rest of many series.
pub const OTHER: Ink = Ink { colour: "var(--prev)", dash: "3 3" };
/// Series in their order, so that print and colour-deficient readers keep them apart.
pub const SERIES: [Ink; 8] = [
    Ink { colour: "var(--s1)", dash: "" },
    Ink { colour: "var(--s2)", dash: "7 3" },
    Ink { colour: "var(--s3)", dash: "2 3" },
    Ink { colour: "var(--s4)", dash: "9 3 2 3" },
    Ink { colour: "var(--s5)", dash: "14 4" },
    Ink { colour: "var(--s6)", dash: "4 2" },
    Ink { colour: "var(--s7)", dash: "1 2" },
    Ink { colour: "var(--s8)", dash: "12 3 2 3 2 3" },
];

/// One line, with an area below it when asked for.
pub fn line(values: &[Option<f64>], scale: Scale, ink: Ink, open: bool, area: bool) -> impl IntoView + use<> {
    let n = values.len();
    let drawn = strokes(values, &scale, open);
    let lone: Vec<_> = drawn.lone.iter().filter_map(|i| values[*i].map(|v| dot(centre(*i, n), scale.y(v), ink.colour, false))).collect();
    let end = drawn.open_point.and_then(|i| values[i].map(|v| dot(centre(i, n), scale.y(v), ink.colour, true)));
    let height = scale.height();
    view! {
        <svg x="0" y="0" width="100%" height=pixels(height) viewBox=format!("0 0 {WIDTH} {height}") preserveAspectRatio="none" overflow="visible">
            {area.then(|| view! { <path class="area" style=format!("fill:{}", ink.colour) d=drawn.area></path> })}
            <path class="ln" style=stroke(ink) d=drawn.line></path>
            <path class="ln open" style=format!("stroke:{}", ink.colour) d=drawn.open></path>
        </svg>
        {lone}
        {end}
    }
}

fn stroke(ink: Ink) -> String {
    if ink.dash.is_empty() { format!("stroke:{}", ink.colour) } else { format!("stroke:{};stroke-dasharray:{}", ink.colour, ink.dash) }
}

fn dot(x: f64, y: f64, colour: &'static str, hollow: bool) -> impl IntoView + use<> {
    let style = if hollow { format!("fill:var(--surface);stroke:{colour}") } else { format!("fill:{colour};stroke:var(--surface)") };
    view! { <circle cx=percent(x) cy=pixels(y) r="3.5" style=style stroke-width="1.5"></circle> }
}

/// The piece of line that stands for a series in legends and tables.
pub fn swatch(ink: Ink) -> impl IntoView + use<> {
    view! {
        <svg class="dash" aria-hidden="true">
            <line x1="0" x2="22" y1="4" y2="4" style=stroke(ink) stroke-width="2"></line>
        </svg>
    }
}
