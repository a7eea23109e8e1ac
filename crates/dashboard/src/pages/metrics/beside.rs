//! What happened beside the figures: errors below the chart, releases as lines through it.

use dashboard_islands::charts::bars::{BAD, Bar, bars};
use dashboard_islands::charts::frame::{self, ChartFrame};
use dashboard_islands::charts::line::Ink;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;
use protocol::audience::{AudienceAnswer, ReleaseMark};
use protocol::filter::{Field, Test};
use protocol::number;

use super::chart::place;
use super::{MetricsQuery, words};
use crate::Frame;
use crate::components::releases;

/// What errors are drawn with.
pub(super) const ERRORS: Ink = Ink { colour: "var(--bad)", dash: "" };
/// Of the lane, in pixels.
const HEIGHT: f64 = 42.0;

/// Errors by bucket; `None` without any.
pub(super) fn known(answer: &AudienceAnswer) -> Option<&[f64]> {
    answer.errors.as_deref().filter(|errors| errors.iter().any(|errors| *errors > 0.0))
}

fn scale(errors: &[f64]) -> Scale {
    Scale::covering(errors.iter().copied(), 1, true, HEIGHT)
}

/// Characters that the lane's value axis takes.
pub(super) fn axis_chars(answer: &AudienceAnswer) -> usize {
    known(answer).map_or(0, |errors| frame::axis_chars(scale(errors), ""))
}

/// A lane of bars with the chart's own buckets, and a value axis of so many characters; nothing at all without errors.
pub(super) fn errors(answer: &AudienceAnswer, axis: usize) -> AnyView {
    let Some(errors) = known(answer) else { return ().into_any() };
    let scale = scale(errors);
    let total = number::count(errors.iter().sum());
    let bar = |(errors, bucket)| {
        let (errors, bucket): (&f64, &protocol::audience::AudienceBucket) = (errors, bucket);
        let said = number::counted(errors.round() as u64, "error", "errors");
        Bar { value: *errors, open: bucket.open, title: format!("{}: {said}", words::bucket(bucket, answer.step)) }
    };
    let bars = bars(errors.iter().zip(&answer.buckets).map(bar).collect(), scale, BAD);
    view! {
        <div class="lane errors">
            <p class="faint"><i class="sw"></i>{format!("Errors: {total}, of everybody")}</p>
            <ChartFrame axis=axis label=format!("Errors in the same time: {total}") scale=scale unit="" times=Vec::new() marks=bars overlay=()/>
        </div>
    }
    .into_any()
}

/// Lines through the plot where releases came up.
pub(super) fn releases(frame: &Frame, answer: &AudienceAnswer) -> AnyView {
    releases::marks(frame, &answer.releases, |at| place(&answer.buckets, at))
}

/// The releases in words, each leading to the page of its events.
pub(super) fn release_list(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer) -> AnyView {
    let line = |mark: &ReleaseMark| {
        let at = clock::wall(mark.at, frame.offset(mark.at));
        let filter = query.selected.filtered.with(Field::Release, Test::is(mark.release.as_str()));
        view! {
            <li>
                {small_icon(Icon::RELEASE)}
                <time class="faint" datetime=mark.at.to_rfc3339()>{format!("{} {}", clock::day(at), clock::minute(at))}</time>
                <a class="mono" href=query.href_filtered(frame, &filter) title="Its events alone">{mark.release.clone()}</a>
            </li>
        }
    };
    (!answer.releases.is_empty())
        .then(|| view! { <ul class="notes" aria-label="Releases that came up">{answer.releases.iter().map(line).collect_view()}</ul> })
        .into_any()
}
