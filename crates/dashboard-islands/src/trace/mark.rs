//! Marks on the lanes: a shape for each kind of signal, the same as in legends.

use std::collections::HashMap;

use super::fall::Fall;
use super::look::Look;
use super::row::escaped;

/// Marks of one row; more would hide its bar.
const OF_A_ROW_MAX: usize = 12;

/// A mark's shape: its id in [`SHAPES`], and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape(pub(super) &'static str, pub(super) &'static str);

/// In the order of the legend, which is also how marks of one row are ranked.
pub(super) const ALL: [Shape; 4] =
    [Shape("wf-error", "error"), Shape("wf-log", "log"), Shape("wf-event", "product event"), Shape("wf-point", "metric point")];
pub(super) const ERROR: usize = 0;
pub(super) const LOG: usize = 1;
pub(super) const EVENT: usize = 2;
pub(super) const POINT: usize = 3;

/// The shapes, which each use names.
pub(super) const SHAPES: &str = r##"<symbol id="wf-error" viewBox="0 0 14 14"><path d="M4.6 1h4.8L13 4.6v4.8L9.4 13H4.6L1 9.4V4.6z" fill="var(--bad-fill)"/><path d="M7 4v3.4M7 9.8v.1" stroke="var(--on-bad)" stroke-width="1.6" stroke-linecap="round"/></symbol><symbol id="wf-log" viewBox="0 0 14 14"><rect x="2.5" y="2" width="9" height="10" rx="1.5" fill="var(--surface)" stroke="var(--warn)" stroke-width="1.5"/><path d="M4.8 5.3h4.4M4.8 8.4h2.6" stroke="var(--warn)" stroke-width="1.4"/></symbol><symbol id="wf-event" viewBox="0 0 14 14"><circle cx="7" cy="7" r="6" fill="var(--surface)" stroke="var(--accent)" stroke-width="1.5"/><path d="m7.8 3-3 4.5h2L6.4 11l3-4.5h-2z" fill="var(--accent)"/></symbol><symbol id="wf-point" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5" fill="var(--surface)" stroke="var(--text-2)" stroke-width="1.5"/><circle cx="7" cy="7" r="1.6" fill="var(--text-2)"/></symbol>"##;

/// The marks of each row, by their place.
pub(super) fn by_row(fall: &Fall) -> HashMap<usize, Vec<usize>> {
    let mut marks = HashMap::<usize, Vec<usize>>::new();
    for (place, mark) in fall.marks.iter().enumerate() {
        marks.entry(mark.row).or_default().push(place);
    }
    marks
}

/// The marks of a row as HTML. Errors come first: they must not be left out for others.
pub(super) fn html(fall: &Fall, marks: &[usize], look: Look) -> String {
    let mut told: Vec<_> = marks.iter().filter_map(|place| fall.marks.get(*place)).collect();
    told.sort_by_key(|mark| mark.shape);
    let mut html = String::new();
    for mark in told.into_iter().filter(|mark| look.holds(mark.at_us as f64)).take(OF_A_ROW_MAX) {
        let Some(Shape(id, name)) = ALL.get(mark.shape) else { continue };
        let (left, title) = (look.percent(mark.at_us as f64), escaped(&mark.title));
        html.push_str(&format!("<span class=\"wf-mark\" style=\"left:{left:.2}%\" title=\"{title}\"><svg aria-hidden=\"true\"><use href=\"#{id}\"/></svg><span class=\"sr\">{name}: {title}</span></span>"));
    }
    html
}
