//! The windows of the projects that somebody looks at.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::id::ProjectId;
use protocol::live::{LiveAnswer, LiveQuery};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::window::Window;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState, people};

/// A window that nobody looked at for this long is dropped.
const UNSEEN_MAX: Duration = Duration::from_secs(5 * 60);
/// Windows at the same time, 20 MB each at most; beyond that the one that was looked at longest ago makes room.
const WINDOWS_MAX: usize = 50;
/// However the refresh is configured, the database is asked at most this often for one project's viewers.
const TICK_MIN: Duration = Duration::from_millis(100);

/// The windows, and the room for streams.
pub(crate) struct LiveWindows {
    windows: Mutex<HashMap<ProjectId, Arc<Watched>>>,
    pub(super) streams: Arc<Semaphore>,
}

/// The window of one project that somebody looks at, or did a moment ago.
pub(super) struct Watched {
    project: ProjectId,
    held: tokio::sync::Mutex<Held>,
    /// Counts refreshes: each stream waits for the next.
    ticks: watch::Sender<u64>,
    viewers: AtomicUsize,
    looked_at: Mutex<Instant>,
}

#[derive(Default)]
struct Held {
    window: Window,
    refreshed: Option<Instant>,
    /// What was drawn up since the refresh, with its question: every viewer gets the same.
    answers: Vec<(LiveQuery, Arc<LiveAnswer>)>,
}

impl LiveWindows {
    pub(crate) fn new(streams_max: usize) -> Self {
        Self { windows: Mutex::default(), streams: Arc::new(Semaphore::new(streams_max)) }
    }

    /// The project's window, a new one when nobody looked at it lately.
    pub(super) fn watched(&self, state: &QueryState, context: &ProjectContext) -> Result<Arc<Watched>, ApiError> {
        let mut windows = self.lock();
        if let Some(watched) = windows.get(&context.id()) {
            watched.look();
            return Ok(Arc::clone(watched));
        }
        if windows.len() >= WINDOWS_MAX {
            let oldest = windows.values().filter(|watched| !watched.is_viewed()).min_by_key(|watched| watched.looked_at());
            let oldest =
                oldest.map(|watched| watched.project).ok_or(ApiError::Busy("too many projects are watched live at this moment"))?;
            windows.remove(&oldest);
        }
        let watched = Arc::new(Watched::new(context.id()));
        windows.insert(context.id(), Arc::clone(&watched));
        tokio::spawn(keep(state.clone(), Arc::clone(&watched)));
        Ok(watched)
    }

    /// Drops the window when it is not looked at any more; `false` while it is.
    fn drop_unseen(&self, watched: &Arc<Watched>) -> bool {
        let mut windows = self.lock();
        if windows.get(&watched.project).is_none_or(|there| !Arc::ptr_eq(there, watched)) {
            return true;
        }
        let unseen = !watched.is_viewed() && watched.looked_at().elapsed() >= UNSEEN_MAX;
        if unseen {
            windows.remove(&watched.project);
        }
        unseen
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProjectId, Arc<Watched>>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refreshes a window while somebody looks at it, and drops it when nobody has for a while.
async fn keep(state: QueryState, watched: Arc<Watched>) {
    let mut stop = state.shutdown();
    let mut interval = tokio::time::interval(state.config().live_refresh.max(TICK_MIN));
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = interval.tick() => {}
            Ok(_) = stop.wait_for(|stopped| *stopped) => return,
        }
        if watched.is_viewed() {
            match crate::budget::within(&state, watched.tick(&state)).await {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(project = %watched.project, %error, "live figures stand still");
                }
                Err(_) => {}
            }
        } else if state.live().drop_unseen(&watched) {
            return;
        }
    }
}

impl Watched {
    fn new(project: ProjectId) -> Self {
        Self {
            project,
            held: tokio::sync::Mutex::default(),
            ticks: watch::Sender::new(0),
            viewers: AtomicUsize::new(0),
            looked_at: Mutex::new(Instant::now()),
        }
    }

    /// The answer of this moment. Draws up at most one per question and refresh.
    pub(super) async fn answer(
        &self,
        state: &QueryState,
        context: &ProjectContext,
        query: &LiveQuery,
    ) -> Result<Arc<LiveAnswer>, ApiError> {
        let mut held = self.held.lock().await;
        if held.refreshed.is_none_or(|at| at.elapsed() >= state.config().live_refresh) {
            held.refresh(state, self.project).await?;
        }
        if let Some((_, answer)) = held.answers.iter().find(|(drawn, _)| drawn == query) {
            return Ok(Arc::clone(answer));
        }
        let feed = held.window.feed(state.db(), self.project, query).await?;
        let answer = Arc::new(super::answer(context, &held.window, query, feed));
        held.answers.push((query.clone(), Arc::clone(&answer)));
        Ok(answer)
    }

    async fn tick(&self, state: &QueryState) -> Result<(), ApiError> {
        self.held.lock().await.refresh(state, self.project).await?;
        self.ticks.send_modify(|tick| *tick += 1);
        Ok(())
    }

    /// Joins the viewers: the window is refreshed while the viewer lives.
    pub(super) fn view(self: &Arc<Self>) -> Viewer {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        Viewer { ticks: self.ticks.subscribe(), watched: Arc::clone(self) }
    }

    fn is_viewed(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    fn look(&self) {
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn looked_at(&self) -> Instant {
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    async fn refresh(&mut self, state: &QueryState, project: ProjectId) -> Result<(), ApiError> {
        let persons = people::of_project(state, project).await?;
        self.window.refresh(state.db(), project, state.clock().now()).await?;
        self.window.join(state.db(), project, &persons).await?;
        self.refreshed = Some(Instant::now());
        self.answers.clear();
        Ok(())
    }
}

/// Somebody who looks.
pub(super) struct Viewer {
    pub(super) watched: Arc<Watched>,
    ticks: watch::Receiver<u64>,
}

impl Viewer {
    /// Waits for the next refresh.
    pub(super) async fn refreshed(&mut self) {
        // The sender lives as long as `watched`, which this holds.
        let _ = self.ticks.changed().await;
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.watched.look();
        self.watched.viewers.fetch_sub(1, Ordering::Relaxed);
    }
}
