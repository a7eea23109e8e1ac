//! Whether signals may be captured and sent at all.

use std::sync::atomic::{AtomicU8, Ordering};

/// What the person, or the operator, has said about being measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Signals are captured and sent. The default.
    #[default]
    Granted,
    /// Nobody has said yet: signals wait in their rings, which keep the newest, and nothing leaves the process.
    Pending,
    /// Opted out: nothing is captured, and what waited is dropped. Both are counted as [`LossReason::OptOut`].
    ///
    /// [`LossReason::OptOut`]: crate::LossReason::OptOut
    Denied,
}

/// The state, shared by all threads.
#[derive(Debug, Default)]
pub(crate) struct Gate(AtomicU8);

impl Gate {
    pub(crate) fn new(consent: Consent) -> Self {
        Self(AtomicU8::new(consent as u8))
    }

    pub(crate) fn set(&self, consent: Consent) {
        self.0.store(consent as u8, Ordering::Release);
    }

    #[inline]
    pub(crate) fn consent(&self) -> Consent {
        match self.0.load(Ordering::Acquire) {
            0 => Consent::Granted,
            1 => Consent::Pending,
            _ => Consent::Denied,
        }
    }
}
