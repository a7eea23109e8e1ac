//! Between requests and committers: whoever comes is told at once when the wait would be too long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use protocol::id::ProjectId;
use tokio::sync::Notify;

use super::fair_queue::FairQueue;
use super::wait::FlushTime;

/// A batch that would wait longer is refused: its sender's next try finds a shorter queue, and everybody in this one is
/// answered in time.
const WAIT_MAX: Duration = Duration::from_millis(300);

/// Where batches enter. When its last clone is gone, the queue is closed.
pub(crate) struct Entrance<T>(Arc<OpenDoor<T>>);

/// Where committers take them out.
pub(crate) struct Exit<T>(Arc<Shared<T>>);

/// Through which one sees what waits, without keeping the queue open.
pub(crate) struct Window<T>(Weak<OpenDoor<T>>);

struct OpenDoor<T>(Arc<Shared<T>>);

struct Shared<T> {
    inner: Mutex<Inner<T>>,
    arrived: Notify,
    flush_rows: usize,
    committers: usize,
}

struct Inner<T> {
    queue: FairQueue<T>,
    flush_time: FlushTime,
    is_open: bool,
}

/// A batch would wait too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) batches: usize,
    pub(crate) oldest: Duration,
}

/// A queue whose committers take `flush_rows` rows at once.
pub(crate) fn queue<T>(flush_rows: usize, committers: usize) -> (Entrance<T>, Exit<T>) {
    let inner = Mutex::new(Inner { queue: FairQueue::new(), flush_time: FlushTime::default(), is_open: true });
    let shared = Arc::new(Shared { inner, arrived: Notify::new(), flush_rows, committers });
    (Entrance(Arc::new(OpenDoor(Arc::clone(&shared)))), Exit(shared))
}

impl<T> Entrance<T> {
    /// Whether a batch of the project would be committed in time if it came now.
    ///
    /// # Errors
    /// [`TooLong`].
    pub(crate) fn has_room(&self, project: ProjectId, now: Instant) -> Result<(), TooLong> {
        let shared = &self.0.0;
        let inner = shared.lock();
        let ahead = inner.queue.ahead_of(project, now);
        let wait = inner.flush_time.wait(ahead.rows, shared.flush_rows, shared.committers);
        // Where a flush takes long, the next one is always open: fewer and fuller flushes are what helps then.
        let wait_max = WAIT_MAX.max(inner.flush_time.one() * 2);
        if wait.max(ahead.oldest) > wait_max { Err(TooLong) } else { Ok(()) }
    }

    /// Lets a batch wait.
    pub(crate) fn push(&self, project: ProjectId, rows: usize, now: Instant, batch: T) {
        let shared = &self.0.0;
        // A batch without rows takes its place in a flush as well.
        shared.lock().queue.push(project, rows.max(1), now, batch);
        shared.arrived.notify_one();
    }

    /// How long it takes until all that waits is committed.
    pub(crate) fn drained_after(&self) -> Duration {
        let shared = &self.0.0;
        let inner = shared.lock();
        inner.flush_time.wait(inner.queue.rows(), shared.flush_rows, shared.committers)
    }

    fn waiting(&self, now: Instant) -> Waiting {
        let inner = self.0.0.lock();
        Waiting { batches: inner.queue.batches(), oldest: inner.queue.oldest(now) }
    }

    pub(crate) fn window(&self) -> Window<T> {
        Window(Arc::downgrade(&self.0))
    }
}

impl<T> Window<T> {
    /// What waits; `None` once the queue is closed.
    pub(crate) fn waiting(&self, now: Instant) -> Option<Waiting> {
        self.0.upgrade().map(|door| Entrance(door).waiting(now))
    }
}

impl<T> Clone for Entrance<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for Exit<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Exit<T> {
    /// What waits, as much as one flush takes; waits until there is something. `None` when the queue is closed and empty.
    pub(crate) async fn next(&self) -> Option<Vec<T>> {
        loop {
            let arrived = self.0.arrived.notified();
            {
                let mut inner = self.0.lock();
                let group = inner.queue.take(self.0.flush_rows);
                if !group.is_empty() {
                    if inner.queue.batches() > 0 {
                        self.0.arrived.notify_one();
                    }
                    return Some(group);
                }
                if !inner.is_open {
                    // The next committer shall see it as well.
                    self.0.arrived.notify_one();
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// A flush took so long.
    pub(crate) fn flushed(&self, took: Duration) {
        self.0.lock().flush_time.observe(took);
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        // Nothing panics while it is held.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for OpenDoor<T> {
    fn drop(&mut self) {
        self.0.lock().is_open = false;
        self.0.arrived.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const BUSY: ProjectId = ProjectId(1);
    const SMALL: ProjectId = ProjectId(2);

    #[tokio::test]
    async fn every_batch_that_waits_is_answered_after_the_door_was_closed() {
        let (entrance, exit) = queue::<oneshot::Sender<usize>>(10, 3);
        let committers: Vec<_> = (0..3)
            .map(|number| {
                let exit = exit.clone();
                tokio::spawn(async move {
                    while let Some(group) = exit.next().await {
                        group.into_iter().for_each(|reply| reply.send(number).expect("somebody waits"));
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        let mut answers = Vec::new();
        for n in 0..1_000 {
            let (reply, answer) = oneshot::channel();
            entrance.push(ProjectId(n % 7), (n % 5) as usize, Instant::now(), reply);
            answers.push(answer);
        }
        drop(entrance);
        for answer in answers {
            answer.await.expect("an answer");
        }
        for committer in committers {
            committer.await.expect("it ended by itself");
        }
    }

    #[test]
    fn who_would_wait_too_long_is_told_so_and_nobody_else_is() {
        let (entrance, exit) = queue::<()>(5_000, 2);
        let now = Instant::now();
        exit.flushed(Duration::from_millis(100));
        for _ in 0..30 {
            entrance.push(BUSY, 1_000, now, ());
        }
        // Six flushes, two at a time, and the one that is being made.
        assert_eq!(entrance.has_room(BUSY, now), Err(TooLong));
        assert_eq!(entrance.has_room(SMALL, now), Ok(()));
        let waiting = entrance.waiting(now + Duration::from_millis(5));
        assert_eq!(waiting, Waiting { batches: 30, oldest: Duration::from_millis(5) });
        assert_eq!(entrance.drained_after(), Duration::from_millis(400));
    }

    #[test]
    fn where_a_flush_takes_long_the_next_one_is_open_and_the_one_after_is_not() {
        let (entrance, exit) = queue::<()>(5_000, 2);
        let now = Instant::now();
        exit.flushed(Duration::from_millis(900));
        entrance.push(BUSY, 10_000, now, ());
        assert_eq!((entrance.has_room(BUSY, now), entrance.has_room(SMALL, now)), (Ok(()), Ok(())));
        entrance.push(BUSY, 1, now, ());
        assert_eq!((entrance.has_room(BUSY, now), entrance.has_room(SMALL, now)), (Err(TooLong), Ok(())));
    }

    #[test]
    fn whose_oldest_batch_waits_too_long_gets_no_further_one_in() {
        let (entrance, _exit) = queue::<()>(5_000, 2);
        let now = Instant::now();
        entrance.push(BUSY, 1, now, ());
        let later = now + WAIT_MAX + Duration::from_millis(1);
        assert_eq!(entrance.has_room(BUSY, later), Err(TooLong));
        assert_eq!(entrance.has_room(SMALL, later), Ok(()));
    }
}
