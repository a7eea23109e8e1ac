//! What reports by itself: collections of numbers that become metric points at each flush.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::metric_record::{MetricItem, MetricRecord};
use crate::worker::Shared;

/// Sources of one client; registered by whoever starts one, a few at most.
const SOURCES_MAX: usize = 16;

/// A collection of numbers.
pub(crate) trait Source: Send + Sync {
    /// What there is to say since the last call.
    fn gather(&self) -> Vec<MetricRecord>;
    /// This process was forked off: what there is so far is its parent's to say.
    fn after_fork(&self);
}

/// The sources that the background thread asks. They are found without a lock, as in a forked process nobody may be left to
/// let go of one.
#[derive(Default)]
pub(crate) struct Sources {
    members: [OnceLock<Arc<dyn Source>>; SOURCES_MAX],
    gathering: Mutex<()>,
}

impl Sources {
    /// Adds one, while there is room.
    pub(crate) fn add(&self, mut source: Arc<dyn Source>) {
        for member in &self.members {
            match member.set(source) {
                Ok(()) => return,
                Err(back) => source = back,
            }
        }
    }

    /// The same sources, in a process that was forked off.
    pub(crate) fn inherited(&self) -> Self {
        let sources = Self::default();
        for source in self.members() {
            source.after_fork();
            sources.add(Arc::clone(source));
        }
        sources
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members().next().is_none()
    }

    /// Captures what the sources have.
    pub(crate) fn gather(&self, shared: &Shared) {
        let _one_at_a_time = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        for record in self.members().flat_map(|source| source.gather()) {
            shared.capture(MetricItem::Built(Box::new(record)));
        }
    }

    fn members(&self) -> impl Iterator<Item = &Arc<dyn Source>> {
        self.members.iter().filter_map(OnceLock::get)
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sources")
    }
}
