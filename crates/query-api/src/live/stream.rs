//! Live figures as they change.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use protocol::access::Role;
use protocol::live::{LiveAnswer, LiveQuery};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::watched::Viewer;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, budget};

/// A stream ends after this long; the browser comes back at once, and is asked again who it is.
const STREAM_LASTS: Duration = Duration::from_secs(15 * 60);

/// The answer of this moment at once, then a new one whenever a figure changed, at most one per refresh. Ends when the
/// server stops, and after a quarter of an hour. While the database is away nothing comes.
///
/// # Errors
/// [`ApiError::Busy`] when too many streams are open; else as [`super::live`].
pub async fn stream(
    state: &QueryState,
    context: ProjectContext,
    query: LiveQuery,
) -> Result<impl Stream<Item = Arc<LiveAnswer>> + Send + use<>, ApiError> {
    context.require(Role::Viewer)?;
    super::check(&query)?;
    let room = room(state)?;
    let watched = state.live().watched(state, &context)?;
    let viewer = watched.view();
    let first = budget::within(state, watched.answer(state, &context, &query)).await?;
    let following =
        Following { state: state.clone(), context, query, viewer, ends_at: Instant::now() + STREAM_LASTS, sent: None, _room: room };
    Ok(futures::stream::unfold((following, Some(first)), |(mut following, first)| async move {
        let answer = match first {
            Some(first) => first,
            None => following.next().await?,
        };
        following.sent = Some(Arc::clone(&answer));
        Some((answer, (following, None)))
    }))
}

/// Room for one more stream, of this kind or another.
///
/// # Errors
/// [`ApiError::Busy`] when too many are open.
pub(crate) fn room(state: &QueryState) -> Result<OwnedSemaphorePermit, ApiError> {
    let room = Arc::clone(&state.live().streams).try_acquire_owned();
    room.map_err(|_| ApiError::Busy("too many live streams are open"))
}

/// One open stream.
struct Following {
    state: QueryState,
    context: ProjectContext,
    query: LiveQuery,
    viewer: Viewer,
    ends_at: Instant,
    sent: Option<Arc<LiveAnswer>>,
    _room: OwnedSemaphorePermit,
}

impl Following {
    /// The next answer that differs from the one that was sent; `None` at the end.
    async fn next(&mut self) -> Option<Arc<LiveAnswer>> {
        let mut stop = self.state.shutdown();
        loop {
            tokio::select! {
                () = self.viewer.refreshed() => {}
                Ok(_) = stop.wait_for(|stopped| *stopped) => return None,
                () = tokio::time::sleep_until(self.ends_at) => return None,
            }
            let answer = self.viewer.watched.answer(&self.state, &self.context, &self.query);
            match budget::within(&self.state, answer).await {
                Ok(answer) if self.sent.as_deref().is_none_or(|sent| !shows_the_same(sent, &answer)) => return Some(answer),
                // Nothing new; or the database is away, which the refresh has said.
                Ok(_) | Err(_) => {}
            }
        }
    }
}

/// The two differ in nothing but their time and receipt.
fn shows_the_same(a: &LiveAnswer, b: &LiveAnswer) -> bool {
    let strip = |answer: &LiveAnswer| LiveAnswer { now: b.now, receipt: b.receipt.clone(), ..answer.clone() };
    strip(a) == *b
}
