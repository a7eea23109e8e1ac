//! What happened beside the figures of a range: errors, and releases that came up.

use analysis::calendar::Frame;
use analysis::segment::Attribute;
use protocol::audience::{RELEASES_MAX, ReleaseMark};
use protocol::filter::Filter;
use storage::error_reports;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, engine};

/// Errors by bucket; `None` with a filter.
pub(super) async fn errors(
    state: &QueryState,
    context: &ProjectContext,
    frame: &Frame,
    filter: &Filter,
) -> Result<Option<Vec<f64>>, ApiError> {
    if !filter.is_all() {
        return Ok(None);
    }
    let bounds: Vec<_> = frame.buckets.iter().map(|bucket| bucket.start).chain([frame.end()]).collect();
    Ok(Some(error_reports::over_time(state.db(), context.id(), &bounds).await?))
}

/// The releases whose first event lies in the frame, the earliest first.
pub(crate) async fn releases(state: &QueryState, context: &ProjectContext, frame: &Frame) -> Result<Vec<ReleaseMark>, ApiError> {
    let first = match engine::first_of_each(state, context, Attribute::Release, frame.end()).await {
        // Marks are worth less than the page.
        Err(ApiError::TooMuch { .. }) => return Ok(Vec::new()),
        first => first?,
    };
    let in_frame = first.into_iter().filter(|(_, at)| *at >= frame.start());
    let mut marks: Vec<_> = in_frame.map(|(release, at)| ReleaseMark { release: release.to_string(), at }).collect();
    marks.sort_unstable_by(|a, b| a.at.cmp(&b.at).then_with(|| a.release.cmp(&b.release)));
    marks.drain(..marks.len().saturating_sub(RELEASES_MAX));
    Ok(marks)
}
