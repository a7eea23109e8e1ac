//! Charts, drawn the same by the server and by islands.
//!
//! The outer `<svg>` has no viewBox: bars, grid and hatching use percents across and pixels down, so nothing stretches.
//! Only lines and areas sit in a stretched inner `<svg>`, whose strokes do not scale. Labels are text beside it.
//! What is drawn is decided by pure functions ([`scale`], [`tick`], [`time_axis`], [`path`]); the components only lay out.

pub mod bars;
pub mod cursor;
pub mod frame;
pub mod line;
pub mod path;
pub mod ranked;
pub mod scale;
pub mod spark;
pub mod stacked;
pub mod tick;
pub mod time_axis;

/// A percent of the plot's width, for attributes.
pub fn percent(x: f64) -> String {
    format!("{:.2}%", x * 100.0)
}

/// Pixels, for attributes.
pub fn pixels(y: f64) -> String {
    format!("{y:.1}")
}
