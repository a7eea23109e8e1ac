//! The spool that the operator asked for, if any.

use std::path::PathBuf;

use ingest::spool::{Limits, OpenError, Spool};
use protocol::time::Clock;

/// Whether signals can be acknowledged while the database is away.
pub(crate) enum Spooling {
    /// Nobody asked for it.
    Off,
    On(Spool),
    /// It was asked for and cannot be done: signals are taken all the same, but the process is not ready.
    Broken,
}

impl Spooling {
    /// Opens the spool in `folder`, unless there is none.
    ///
    /// # Errors
    /// When another process holds it: that is a mistake in the configuration, and both would suffer.
    pub(crate) fn open(folder: Option<PathBuf>, clock: &Clock) -> anyhow::Result<Self> {
        let Some(folder) = folder else { return Ok(Self::Off) };
        match Spool::open(folder, Limits::default(), clock.clone()) {
            Ok(spool) => {
                let state = spool.state();
                tracing::info!(waiting = state.records, bytes = state.bytes, "the spool is open");
                Ok(Self::On(spool))
            }
            Err(error @ OpenError::Held(_)) => Err(error.into()),
            Err(error @ OpenError::Unusable(_)) => {
                tracing::error!(%error, "going on without a spool: while the database is away, signals will be refused");
                Ok(Self::Broken)
            }
        }
    }
}
