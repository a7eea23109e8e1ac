//! Releases as lines through a plot.

use chrono::{DateTime, Utc};
use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;
use protocol::audience::ReleaseMark;

use super::when::exact;
use crate::Frame;

/// A line where each release came up; `place` says where in the plot a time is, from 0 to 1.
pub(crate) fn marks(frame: &Frame, releases: &[ReleaseMark], place: impl Fn(DateTime<Utc>) -> Option<f64>) -> AnyView {
    let mark = |mark: &ReleaseMark| {
        let style = format!("left:{:.3}%", place(mark.at)? * 100.0);
        let title = format!("{}: first event of {}", exact(frame, mark.at), mark.release);
        Some(view! { <span class="note-mark release-mark" style=style title=title>{small_icon(Icon::RELEASE)}</span> })
    };
    view! { <div class="note-marks" aria-hidden="true">{releases.iter().filter_map(mark).collect_view()}</div> }.into_any()
}
