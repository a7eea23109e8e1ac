//! An analysis that nobody waits for any more ends soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells an analysis to end. Clones belong together.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The analysis was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl Cancel {
    /// From now on every check fails.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Looked at between two pieces of work.
    ///
    /// # Errors
    /// When it was cancelled.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.0.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}
