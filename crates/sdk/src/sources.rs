//! What reports by itself: collections of numbers that become metric points at each flush.

use std::sync::{Mutex, PoisonError};

use crate::metric_record::{MetricItem, MetricRecord};
use crate::worker::Shared;

/// Sources of one client; registered by whoever starts one, a few at most.
#[cfg(feature = "metrics")]
const SOURCES_MAX: usize = 16;

type Source = Box<dyn FnMut() -> Vec<MetricRecord> + Send>;

/// The sources that the background thread asks.
#[derive(Default)]
pub(crate) struct Sources(Mutex<Vec<Source>>);

impl Sources {
    /// Adds one, while there is room.
    #[cfg(feature = "metrics")]
    pub(crate) fn add(&self, source: impl FnMut() -> Vec<MetricRecord> + Send + 'static) {
        let mut sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sources.len() < SOURCES_MAX {
            sources.push(Box::new(source));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Captures what the sources have.
    pub(crate) fn gather(&self, shared: &Shared) {
        for source in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            for record in source() {
                shared.capture(MetricItem::Built(Box::new(record)));
            }
        }
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sources")
    }
}
